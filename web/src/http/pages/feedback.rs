//! Was an answer any good? The thumbs below it, and the reason that may follow.

use super::{PageError, frame};
use crate::app::App;
use crate::ask::kept;
use crate::http::{caller, csrf};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use footnote_domain::id::AnswerId;
use serde::Deserialize;

/// The thumbs, or the reason.
#[derive(Debug, Deserialize)]
pub(super) struct FeedbackForm {
    verdict: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    csrf: String,
}

/// `POST /answers/{id}/feedback`: stores the verdict, and leads back to where a reason can be added.
pub(super) async fn give(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<AnswerId>,
    form: web::Form<FeedbackForm>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let good = match form.verdict.as_str() {
        "good" => true,
        "bad" => false,
        _ => return Err(PageError::Address),
    };
    let caller = caller::of(&app, &request);
    kept::judge(&app, &caller, *id, good, &form.reason).await?;
    let given = if form.reason.trim().is_empty() { &form.verdict } else { "thanks" };
    let back = format!("/answers/{}?feedback={given}#feedback", *id);
    Ok(frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, back)).finish())
}
