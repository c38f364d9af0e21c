//! `GET /v1/answers/{id}/evidence`: what a charged answer's evidence is recomputed from.

use super::{answers, receipts};
use crate::app::App;
use crate::ask::{self, View};
use crate::deep::{EvidenceError, EvidenceFile};
use crate::http::error::{ApiError, Problem, json};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path};

/// What a charged answer's evidence is recomputed from: question, answer, texts and token counts.
#[utoipa::path(
    get,
    path = "/v1/answers/{id}/evidence",
    tag = "money",
    params(("id" = String, Path, description = "the answer's id")),
    responses(
        (status = 200, description = "the file that `footnote verify --deep` reads", body = Object),
        (status = 404, description = "there is no such answer, or it has no receipt", body = Problem),
        (status = 410, description = "a text was taken down since", body = Problem),
    )
)]
pub(super) async fn evidence(app: Data<App>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let envelope = receipts::find(&app, &answers::parse(&id)?.to_string()).await?;
    let Some(View::Finished(answer)) = ask::answer(&app, answers::parse(&id)?).await? else {
        return Err(ApiError::not_found("unknown_answer", format!("there is no answer {id}")));
    };
    let assemble =
        move || EvidenceFile::assemble(&answer, &envelope.receipt, &app.blobs, &app.unigrams);
    let file = web::block(assemble).await;
    let file = file.map_err(|error| failed(&error))?;
    Ok(json(&file.map_err(|error| refused(&error))?))
}

fn refused(error: &EvidenceError) -> ApiError {
    match error {
        EvidenceError::TextGone(_) => {
            ApiError::new(StatusCode::GONE, "text_gone", error.to_string())
        }
        EvidenceError::UnigramsGone(_) => {
            ApiError::not_found("evidence_not_kept", error.to_string())
        }
        EvidenceError::NoText(_)
        | EvidenceError::Blobs(_)
        | EvidenceError::Archive { .. }
        | EvidenceError::Malformed(_) => failed(error),
    }
}

fn failed(error: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(%error, "evidence cannot be put together");
    let detail = "the evidence cannot be read just now; it was logged, try again later";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "evidence_unreadable", detail)
}
