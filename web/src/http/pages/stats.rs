//! How much is asked, charged and paid out here? For everybody to see.

use super::chart::{self, Bar};
use super::frame::{self, Frame, Place, page};
use super::{PageError, show};
use crate::app::App;
use crate::http::figures::{Figures, coverage_ppm};
use crate::http::words::{self, Words};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::money::Nano;
use footnote_ledger::{Day, Statistics};
use std::sync::Arc;

/// The page of figures.
#[derive(Template)]
#[template(path = "stats.html")]
struct StatsPage {
    frame: Frame,
    figures: Arc<Statistics>,
    answers: Vec<Bar>,
    money: Vec<Bar>,
    datanets: usize,
    documents: usize,
}

impl StatsPage {
    fn coverage(&self, day: &Day) -> u32 {
        coverage_ppm(day.asked, day.answered)
    }

    /// The part of all charges that went to those who wrote, in ppm.
    fn shared(&self) -> u32 {
        let total = &self.figures.total;
        let ppm = total.to_contributors.wide() * 1_000_000 / total.charged.wide().max(1);
        u32::try_from(ppm).unwrap_or(1_000_000)
    }

    fn asked_most(&self) -> u64 {
        self.figures.days.iter().map(|day| day.asked).max().unwrap_or(0)
    }

    fn charged_most(&self) -> Nano {
        self.figures.days.iter().map(|day| day.charged).max().unwrap_or_default()
    }

    /// First and last day of the charts.
    fn span(&self) -> Option<(u64, u64)> {
        Some((self.figures.days.first()?.start, self.figures.days.last()?.start))
    }
}

/// `GET /stats`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    figures: web::Data<Figures>,
) -> Result<HttpResponse, PageError> {
    let words = words::of(&request);
    let figures = figures.of(&app).await;
    let figures = figures.map_err(|error| PageError::unavailable("The ledger", error))?;
    let frame = Frame::new(&request, &app, Place::Elsewhere, words.say("stats-title"));
    let answers = chart::bars(figures.days.iter().map(|day| answers(words, day)).collect());
    let money =
        chart::bars(figures.days.iter().map(|day| money(words, day, app.currency())).collect());
    let (datanets, documents) = (app.datanets().len(), app.index_status.borrow().documents);
    let stats = StatsPage { frame, figures, answers, money, datanets, documents };
    Ok(page(&request, StatusCode::OK, &stats))
}

fn answers(words: &'static Words, day: &Day) -> (String, u64, u64) {
    let label = words.say("stats-answers-of-day").put("day", words.day(day.start));
    let label =
        label.put("answered", words.count(day.answered)).put("asked", words.count(day.asked));
    (label.to_string(), day.answered, day.asked - day.answered)
}

fn money(words: &'static Words, day: &Day, currency: &str) -> (String, u64, u64) {
    let label = words.say("stats-money-of-day").put("day", words.day(day.start));
    let label = label.put("charged", words.amount(day.charged)).put("currency", currency);
    let label = label.put("contributors", words.amount(day.to_contributors));
    let nano = |amount: Nano| amount.get().unsigned_abs();
    let rest = nano(day.charged).saturating_sub(nano(day.to_contributors));
    (label.to_string(), nano(day.to_contributors), rest)
}
