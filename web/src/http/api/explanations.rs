//! `GET /v1/receipts/{id}/explanations`: why every text that was found earned what it earned.

use super::receipts;
use crate::app::App;
use crate::http::error::{ApiError, Problem, json};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use footnote_domain::id::ContentHash;
use footnote_domain::receipt::Explanation;
use serde_json::{Value, json};

/// Why every text that was found earned what it earned.
///
/// One entry per contribution found or paid, those that earn first; `said` is in English.
#[utoipa::path(
    get,
    path = "/v1/receipts/{id}/explanations",
    operation_id = "explanations",
    tag = "money",
    params(("id" = String, Path, description = "an answer's id, or a receipt's hash")),
    responses(
        (status = 200, description = "one entry per text", body = Object),
        (status = 404, description = "there is no such receipt", body = Problem),
    )
)]
pub(super) async fn list(app: Data<App>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let envelope = receipts::find(&app, &id).await?;
    let explanations = envelope.receipt.explanations().map_err(|error| {
        let detail = format!("the receipt's amounts do not add up: {error}");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "receipt_damaged", detail)
    })?;
    let data: Vec<Value> = explanations.iter().map(|one| entry(&app, one)).collect();
    Ok(json(&json!({"object": "list", "data": data})))
}

fn entry(app: &App, one: &Explanation) -> Value {
    let title = |hash: ContentHash| app.document_title(hash).unwrap_or_else(|| hash.to_string());
    let supported = one.supported.iter().map(|sentence| {
        json!({
            "sentence": sentence.number,
            "weight_ppm": sentence.weight_ppm,
            "support_ppm": sentence.support_ppm,
            "sources": sentence.sources,
            "part_ppm": sentence.part_ppm,
        })
    });
    json!({
        "document": one.content_hash,
        "title": title(one.content_hash),
        "rank": one.rank,
        "share_ppm": one.share_ppm,
        "amount": one.amount.get().to_string(),
        "supported": supported.collect::<Vec<_>>(),
        "said": one.in_words(&title),
    })
}
