//! Who has earned, and how much?

use super::frame::{self, Frame, Place, page};
use super::{PageError, show};
use crate::app::App;
use crate::http::words;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::id::PayeeId;
use footnote_domain::money::Nano;

/// Everybody who ever earned.
#[derive(Template)]
#[template(path = "earnings.html")]
struct EarningsPage {
    frame: Frame,
    people: Vec<Person>,
    /// What the largest earned; the measure of the bars.
    most: Nano,
    /// Whether this is a development chain.
    dev: bool,
}

/// One payee with its totals.
struct Person {
    payee: PayeeId,
    name: Option<String>,
    escrow: bool,
    earned: Nano,
    by_promotion: Nano,
    paid: Nano,
}

impl EarningsPage {
    /// The length of a payee's bar.
    fn width(&self, earned: &Nano) -> String {
        let ppm = earned.wide() * 1_000_000 / self.most.wide().max(1);
        show::length(u32::try_from(ppm).unwrap_or(1_000_000))
    }
}

/// `GET /earnings`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, PageError> {
    let totals = app.ledger.payees().await;
    let totals = totals.map_err(|error| PageError::unavailable("The ledger", error))?;
    let people = totals.into_iter().map(|one| Person {
        payee: one.payee,
        name: app.payee_name(one.payee),
        escrow: one.escrow,
        earned: one.earned,
        by_promotion: one.by_promotion,
        paid: one.paid,
    });
    let people: Vec<Person> = people.collect();
    let most = people.iter().map(|one| one.earned).max().unwrap_or_default();
    let frame =
        Frame::new(&request, &app, Place::Earnings, words::of(&request).say("earnings-title"));
    let dev = app.config.dev;
    Ok(page(&request, StatusCode::OK, &EarningsPage { frame, people, most, dev }))
}
