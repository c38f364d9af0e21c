//! What has one contributor earned, by which texts, why, and how far on its way to the purse is it?

mod days;

use super::frame::{self, Frame, Place, page};
use super::{PageError, show};
use crate::app::App;
use crate::http::csrf;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use days::Days;
use footnote_domain::id::{ContentHash, DatanetId, PayeeId};
use footnote_domain::money::{Nano, Role};
use footnote_ledger::{DocumentEarnings, EarnedLine, Earnings, EpochRecord, EpochStage};
use serde::Deserialize;

/// One contributor's earnings.
#[derive(Template)]
#[template(path = "contributor.html")]
struct ContributorPage {
    frame: Frame,
    name: Option<String>,
    earnings: Earnings,
    documents: Vec<DocumentRow>,
    lines: Vec<LineRow>,
    days: Days,
    clock: EpochClock,
    dev: bool,
    /// The amount that has just been paid.
    claimed: Option<String>,
}

/// What one text earned.
struct DocumentRow {
    title: String,
    document: Option<ContentHash>,
    datanet: Option<String>,
    answers: u64,
    per_thousand: Nano,
    amount: Nano,
}

/// One line, with its reason.
struct LineRow {
    line: EarnedLine,
    what: String,
    stage: &'static str,
}

/// Where the epochs stand, in words.
#[derive(Debug, Default, PartialEq, Eq)]
struct EpochClock {
    open: Option<u64>,
    closing: Option<u64>,
    valid_at: Option<u64>,
    accepted_at: Option<u64>,
}

impl EpochClock {
    fn of(epochs: &[EpochRecord]) -> Self {
        let at = |wanted: &[EpochStage]| epochs.iter().find(|epoch| wanted.contains(&epoch.stage));
        let closing = at(&[EpochStage::Closed, EpochStage::Sealed, EpochStage::Proposed]);
        let accepted = epochs.iter().rev().find(|epoch| epoch.stage == EpochStage::Accepted);
        Self {
            open: at(&[EpochStage::Open]).map(|epoch| epoch.number),
            closing: closing.map(|epoch| epoch.number),
            valid_at: closing.and_then(|epoch| epoch.valid_at),
            accepted_at: accepted.and_then(|epoch| epoch.accepted_at),
        }
    }
}

impl ContributorPage {
    fn is_escrow(&self) -> bool {
        self.earnings.payee.address().is_none()
    }

    fn can_claim(&self) -> bool {
        self.dev && self.earnings.payable > Nano::ZERO
    }
}

/// What `GET /earnings/{payee}` may carry: the amount that was just claimed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    claimed: Option<i64>,
}

/// `GET /earnings/{payee}`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    payee: web::Path<PayeeId>,
    after: web::Query<After>,
) -> Result<HttpResponse, PageError> {
    let unavailable = |error| PageError::unavailable("The ledger", error);
    let earnings = app.ledger.earnings(*payee).await.map_err(unavailable)?;
    let epochs = app.ledger.epochs().await.map_err(unavailable)?;
    let days = app.ledger.earnings_by_day(*payee).await.map_err(unavailable)?;
    let name = app.payee_name(*payee);
    if name.is_none() && earnings.lines.is_empty() && earnings.total() == Nano::ZERO {
        return Err(PageError::NotFound { what: "contributor" });
    }
    let title = name.clone().unwrap_or_else(|| show::payee(*payee));
    let claimed = after.claimed.and_then(|amount| Nano::new(i128::from(amount)).ok());
    Ok(page(
        &request,
        StatusCode::OK,
        &ContributorPage {
            frame: Frame::new(&request, &app, Place::Earnings, &title),
            name,
            documents: earnings.by_document.iter().map(|row| document_row(&app, row)).collect(),
            lines: earnings.lines.iter().map(|line| line_row(&app, line)).collect(),
            days: Days::of(&days, crate::ask::now() / 86_400),
            clock: EpochClock::of(&epochs),
            dev: app.config.dev,
            claimed: claimed.map(show::amount),
            earnings,
        },
    ))
}

fn document_row(app: &App, row: &DocumentEarnings) -> DocumentRow {
    let per_thousand = row.amount.wide() * 1_000 / i128::from(row.answers.max(1));
    DocumentRow {
        title: title(app, row.owner),
        document: row.owner,
        datanet: slug(app, row.datanet),
        answers: row.answers,
        per_thousand: Nano::new(per_thousand).unwrap_or_default(),
        amount: row.amount,
    }
}

fn line_row(app: &App, line: &EarnedLine) -> LineRow {
    let what = match line.role {
        Role::Data => title(app, line.owner),
        Role::Platform => "the platform’s part".to_owned(),
        Role::Adapter => "for writing, as an adapter".to_owned(),
        Role::Stakers => "the stakers’ part".to_owned(),
        Role::Treasury => "what no source supports".to_owned(),
    };
    let stage = match line.stage {
        EpochStage::Open => "estimated",
        EpochStage::Closed | EpochStage::Sealed | EpochStage::Proposed => "final",
        EpochStage::Accepted => "accepted",
    };
    LineRow { line: line.clone(), what, stage }
}

/// The text's title; its hash once it was taken down.
fn title(app: &App, document: Option<ContentHash>) -> String {
    let Some(document) = document else { return "not for a text".to_owned() };
    app.document_title(document).unwrap_or_else(|| show::short(document))
}

fn slug(app: &App, datanet: Option<DatanetId>) -> Option<String> {
    let found = app.datanets().into_iter().find(|known| Some(known.id) == datanet);
    found.map(|datanet| datanet.slug)
}

/// The claim form.
#[derive(Debug, Deserialize)]
pub(super) struct ClaimForm {
    #[serde(default)]
    csrf: String,
}

/// `POST /earnings/{payee}/claim`: pays out on chain what is accepted. The contract pays the payee,
/// whoever sends the claim; only on a development chain has this service a key to send it with.
pub(super) async fn claim(
    request: HttpRequest,
    app: web::Data<App>,
    payee: web::Path<PayeeId>,
    form: web::Form<ClaimForm>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let paid = app.claim(*payee).await?;
    let back = format!("/earnings/{payee}?claimed={paid}");
    Ok(frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, back)).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(number: u64, stage: EpochStage) -> EpochRecord {
        EpochRecord {
            number,
            stage,
            closed_at: None,
            receipt_count: None,
            proposal: None,
            valid_at: (stage == EpochStage::Proposed).then_some(77),
            accepted_at: (stage == EpochStage::Accepted).then_some(number),
            returned: 0,
        }
    }

    #[test]
    fn the_clock_reads_the_epochs() {
        let epochs = [
            epoch(1, EpochStage::Accepted),
            epoch(2, EpochStage::Accepted),
            epoch(3, EpochStage::Proposed),
            epoch(4, EpochStage::Open),
        ];
        let clock = EpochClock {
            open: Some(4),
            closing: Some(3),
            valid_at: Some(77),
            accepted_at: Some(2),
        };
        assert_eq!(EpochClock::of(&epochs), clock);
        assert_eq!(EpochClock::of(&[]), EpochClock::default());
    }
}
