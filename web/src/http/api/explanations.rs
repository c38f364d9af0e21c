//! `GET /v1/receipts/{id}/explanations`: why every text that was found earned what it earned.

use super::receipts;
use crate::app::App;
use crate::http::error::{ApiError, Problem, json};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use footnote_domain::apportion::largest_remainder;
use footnote_domain::id::ContentHash;
use footnote_domain::money::Role;
use footnote_domain::receipt::{AdapterUse, Explanation, Receipt};
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
    let adapters = adapters(&envelope.receipt);
    Ok(json(&json!({"object": "list", "data": data, "adapters": adapters})))
}

/// What each adapter that wrote was paid, and why, in the order of the receipt.
fn adapters(receipt: &Receipt) -> Vec<Value> {
    let lines = receipt.lines.iter().filter(|line| line.role == Role::Adapter);
    let total: u64 = lines.map(|line| line.amount.get().unsigned_abs()).sum();
    let paid = |adapter: &AdapterUse| adapter.part().map_or(0, |part| u128::from(part.weight_ppm));
    let weights: Vec<u128> = receipt.adapters.iter().map(paid).collect();
    let mut told = Vec::new();
    for (adapter, amount) in receipt.adapters.iter().zip(largest_remainder(total, &weights)) {
        let (alias, part) = (&adapter.alias, f64::from(adapter.weight) / 10_000.0);
        let said = match (receipt.adapters.len(), adapter.part()) {
            (_, None) => format!("{alias} wrote the answer; nobody is named to be paid for it"),
            (1, _) => format!("{alias} wrote the answer and has the whole of the adapters' part"),
            _ => format!("{alias} wrote with others; {part:.1} % of the adapters' part is its"),
        };
        told.push(json!({
            "alias": alias,
            "digest": adapter.digest,
            "payee": adapter.payee,
            "weight_ppm": adapter.weight,
            "tokens": adapter.tokens.to_string(),
            "amount": amount.to_string(),
            "said": said,
        }));
    }
    told
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
