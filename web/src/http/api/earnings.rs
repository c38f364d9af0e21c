//! `GET /v1/earnings`: what contributors have earned, as the ledger has it.

use crate::app::App;
use crate::http::error::{ApiError, Problem, json};
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use footnote_domain::id::PayeeId;
use serde_json::json;

/// Everybody who ever earned, the most first.
#[utoipa::path(
    get,
    path = "/v1/earnings",
    operation_id = "list_earnings",
    tag = "money",
    responses((status = 200, description = "payees with their totals in nano-credits", body = Object))
)]
pub(super) async fn all(app: Data<App>) -> Result<HttpResponse, ApiError> {
    let payees = app.ledger.payees().await?;
    let rows: Vec<_> = payees
        .iter()
        .map(|one| {
            json!({
                "payee": one.payee,
                "name": app.payee_name(one.payee),
                "escrow": one.escrow,
                "earned": one.earned,
                "by_promotion": one.by_promotion,
                "paid": one.paid,
            })
        })
        .collect();
    Ok(json(&json!({"object": "list", "data": rows})))
}

/// One contributor, by state and by document.
#[utoipa::path(
    get,
    path = "/v1/earnings/{payee}",
    operation_id = "earnings_of",
    tag = "money",
    params(("payee" = String, Path, description = "32 bytes, as `/v1/earnings` lists them")),
    responses(
        (status = 200, description = "estimated, final, payable, paid, and by document", body = Object),
        (status = 404, description = "that is no payee", body = Problem),
    )
)]
pub(super) async fn one(app: Data<App>, payee: Path<String>) -> Result<HttpResponse, ApiError> {
    let payee: PayeeId =
        payee.parse().map_err(|error| ApiError::not_found("invalid_id", format!("{error}")))?;
    let earned = app.ledger.earnings(payee).await?;
    let documents: Vec<_> = earned
        .by_document
        .iter()
        .map(|one| {
            json!({
                "document": one.owner,
                "title": one.owner.and_then(|hash| app.document_title(hash)),
                "datanet": one.datanet,
                "amount": one.amount,
                "by_promotion": one.by_promotion,
                "answers": one.answers,
            })
        })
        .collect();
    Ok(json(&json!({
        "payee": payee,
        "name": app.payee_name(payee),
        "estimated": earned.estimated,
        "final": earned.final_,
        "payable": earned.payable,
        "paid": earned.paid,
        "held": earned.held,
        "documents": documents,
    })))
}
