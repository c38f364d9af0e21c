//! `GET /v1/answers/{id}`: an answer as it is stored.

use crate::app::App;
use crate::ask::{self, Answer, AskError, View};
use crate::http::error::{ApiError, Problem, json};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use footnote_domain::id::AnswerId;
use serde_json::json;

/// An answer as it is stored.
///
/// Whoever has its address may read it. The same document is what pages and exports show.
#[utoipa::path(
    get,
    path = "/v1/answers/{id}",
    tag = "ask",
    params(("id" = String, Path, description = "the answer's id")),
    responses(
        (status = 200, description = "the answer", body = Answer),
        (status = 202, description = "it is being written: come back"),
        (status = 404, description = "there is none", body = Problem),
        (status = 410, description = "it was given up, or its text was deleted", body = Problem),
    )
)]
pub(super) async fn answer(app: Data<App>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let id = parse(&id)?;
    match ask::answer(&app, id).await? {
        None => Err(AskError::UnknownAnswer(id).into()),
        Some(View::Finished(answer)) => Ok(json(&answer)),
        Some(View::Running) => {
            Ok(HttpResponse::Accepted().json(json!({"id": id, "status": "running"})))
        }
        Some(View::Erased) => Err(ApiError::new(StatusCode::GONE, "erased", ask::ERASED)),
        Some(View::Voided { reason }) => Err(ApiError::new(
            StatusCode::GONE,
            "voided",
            format!("the answer was given up ({reason}); nothing was charged"),
        )),
    }
}

/// Reads an answer's id from a path.
pub(super) fn parse(id: &str) -> Result<AnswerId, ApiError> {
    id.parse().map_err(|error| ApiError::not_found("invalid_id", format!("{error}")))
}
