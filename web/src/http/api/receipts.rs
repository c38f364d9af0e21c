//! `GET /v1/receipts/{id}`: the signed envelope, by the answer's id or by the receipt's hash.

use crate::app::App;
use crate::http::error::{ApiError, Problem};
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use footnote_domain::id::{AnswerId, Digest};
use footnote_domain::receipt::{Envelope, canonical_bytes};

/// The signed receipt of an answer.
///
/// By the answer's id or by the receipt's own hash; in canonical JSON, so that its hash is that of the bytes.
#[utoipa::path(
    get,
    path = "/v1/receipts/{id}",
    tag = "money",
    params(("id" = String, Path, description = "an answer's id, or a receipt's hash")),
    responses(
        (status = 200, description = "the envelope: receipt, hash, signer, signature", body = Object),
        (status = 404, description = "there is none; a refused answer has no receipt", body = Problem),
    )
)]
pub(super) async fn receipt(app: Data<App>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let envelope = find(&app, &id).await?;
    Ok(HttpResponse::Ok().content_type("application/json").body(canonical_bytes(&envelope)))
}

/// The envelope of an answer's id or a receipt's hash.
pub(super) async fn find(app: &App, id: &str) -> Result<Envelope, ApiError> {
    let envelope = if let Ok(answer) = id.parse::<AnswerId>() {
        app.ledger.receipt_of(answer).await?
    } else if let Ok(hash) = id.parse::<Digest>() {
        app.ledger.receipt(hash).await?
    } else {
        return Err(ApiError::not_found("invalid_id", "give an answer's id or a receipt's hash"));
    };
    envelope
        .ok_or_else(|| ApiError::not_found("unknown_receipt", format!("there is no receipt {id}")))
}
