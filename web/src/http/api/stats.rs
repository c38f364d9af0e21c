//! `GET /v1/stats`: the books in figures, as the page at `/stats` draws them.

use crate::app::App;
use crate::http::error::{ApiError, json};
use crate::http::figures::{Figures, coverage_ppm};
use actix_web::HttpResponse;
use actix_web::web::Data;
use footnote_ledger::Day;
use serde_json::{Value, json};

/// Totals, the last thirty days, and who was active in them.
#[utoipa::path(
    get,
    path = "/v1/stats",
    tag = "service",
    responses((status = 200, description = "counts and amounts, in all and by day", body = Object))
)]
pub(super) async fn stats(
    app: Data<App>,
    figures: Data<Figures>,
) -> Result<HttpResponse, ApiError> {
    let figures = figures.of(&app).await?;
    Ok(json(&json!({
        "currency": app.currency(),
        "total": day(&figures.total),
        "days": figures.days.iter().map(day).collect::<Vec<_>>(),
        "active": {"contributors": figures.contributors, "datanets": figures.datanets},
        "datanets": app.datanets().len(),
        "documents": app.index_status.borrow().documents,
    })))
}

/// Amounts are nano-credits, as strings; a day is named by its midnight in UTC.
fn day(day: &Day) -> Value {
    json!({
        "start": day.start,
        "asked": day.asked,
        "answered": day.answered,
        "coverage_ppm": coverage_ppm(day.asked, day.answered),
        "charged": day.charged,
        "to_contributors": day.to_contributors,
    })
}
