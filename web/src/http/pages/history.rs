//! What has this browser asked? Its own answers, to open, to name and to delete; and the forms that do it.

use super::frame::{self, Frame, Place, page};
use super::{PageError, answer, show};
use crate::app::App;
use crate::ask::Outcome;
use crate::ask::kept::{self, Kept, KeptAnswer};
use crate::http::words::Words;
use crate::http::{caller, csrf, words};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::id::AnswerId;
use footnote_ledger::Cursor;
use serde::Deserialize;

/// Answers on one page.
const ANSWERS_PER_PAGE: usize = 30;

/// The list.
#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    frame: Frame,
    entries: Vec<Entry>,
    /// The page that follows.
    later: Option<String>,
}

/// One answer of the list.
struct Entry {
    id: AnswerId,
    created: u64,
    title: String,
    /// The title's language, where it is known.
    language: &'static str,
    /// What became of it, in words; nothing for an answer that was charged.
    outcome: Option<String>,
    charged: Option<String>,
    /// Whether there is a text to name and to delete.
    has_text: bool,
    named: bool,
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Turn {
    before: Option<String>,
}

/// Reads `1764060900.0xab…`.
fn cursor(text: &str) -> Option<Cursor> {
    let (created_at, id) = text.split_once('.')?;
    Some(Cursor { created_at: created_at.parse().ok()?, id: id.parse().ok()? })
}

/// `GET /history`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    place: web::Query<Turn>,
) -> Result<HttpResponse, PageError> {
    let words = words::of(&request);
    let before = match &place.before {
        None => None,
        Some(text) => Some(cursor(text).ok_or(PageError::Address)?),
    };
    let caller = caller::of(&app, &request);
    // One more than is shown says whether the list goes on.
    let wanted = u32::try_from(ANSWERS_PER_PAGE + 1).expect("a small number");
    let mut kept = kept::list(&app, &caller, before, wanted).await?;
    let more = kept.len() > ANSWERS_PER_PAGE;
    kept.truncate(ANSWERS_PER_PAGE);
    let last = kept.last().filter(|_| more);
    let later = last.map(|last| format!("/history?before={}.{}", last.created, last.id));
    let entries = kept.into_iter().map(|one| entry(words, one)).collect();
    let frame = Frame::new(&request, &app, Place::History, words.say("history-title"));
    Ok(page(&request, StatusCode::OK, &HistoryPage { frame, entries, later }))
}

fn entry(words: &'static Words, kept: KeptAnswer) -> Entry {
    let KeptAnswer { id, created, name, what } = kept;
    let (title, language, outcome, charged) = match &what {
        Kept::Answer(answer) => {
            let outcome = match answer.outcome {
                Outcome::Answered => None,
                Outcome::Refused => Some("history-refused"),
                Outcome::Unsupported => Some("history-unsupported"),
            };
            let charged = words.amount(answer.price.charged);
            (answer.question.clone(), answer::tag(answer.language), outcome, Some(charged))
        }
        Kept::Running => (words.say("answer-running").to_string(), "", None, None),
        Kept::Nothing => {
            (words.say("answer-given-up").to_string(), "", Some("history-nothing"), None)
        }
        Kept::Erased => {
            (words.say("history-deleted").to_string(), "", Some("history-receipt-only"), None)
        }
    };
    Entry {
        id,
        created,
        language: if name.is_some() { "" } else { language },
        named: name.is_some(),
        title: name.unwrap_or(title),
        outcome: outcome.map(|key| words.say(key).to_string()),
        charged,
        has_text: matches!(what, Kept::Answer(_)),
    }
}

/// The form that names an answer.
#[derive(Debug, Deserialize)]
pub(super) struct NameForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    csrf: String,
}

/// `POST /answers/{id}/name`.
pub(super) async fn rename(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<AnswerId>,
    form: web::Form<NameForm>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let caller = caller::of(&app, &request);
    kept::rename(&app, &caller, *id, &form.name).await?;
    Ok(to("/history"))
}

/// A form that says nothing but that it is ours.
#[derive(Debug, Deserialize)]
pub(super) struct Bare {
    #[serde(default)]
    csrf: String,
}

/// `POST /answers/{id}/delete`.
pub(super) async fn delete(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<AnswerId>,
    form: web::Form<Bare>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let caller = caller::of(&app, &request);
    kept::delete(&app, &caller, *id).await?;
    Ok(to("/history"))
}

/// `POST /answers/{id}/stop`.
pub(super) async fn stop(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<AnswerId>,
    form: web::Form<Bare>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let caller = caller::of(&app, &request);
    kept::stop(&app, &caller, *id).await?;
    Ok(to(&format!("/answers/{}", *id)))
}

fn to(address: &str) -> HttpResponse {
    frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, address)).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_is_read_or_refused() {
        let id = AnswerId([7; 16]);
        let wanted = Cursor { created_at: 12, id };
        assert_eq!(cursor(&format!("12.{id}")), Some(wanted));
        for broken in ["", "12", "12.", ".0x00", "-1.0x07", "x.y"] {
            assert_eq!(cursor(broken), None, "{broken}");
        }
    }
}
