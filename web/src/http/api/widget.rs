//! `/v1/widget/…`: what a chat on another site calls. It begins an answer, follows it (and takes up
//! where it was cut off), says what it was worth, and forgets it.

mod message;

use crate::app::{App, DatanetView};
use crate::ask::{self, AskError, AskRequest, Question, model_name, now};
use crate::http::caller;
use crate::http::error::{ApiError, json};
use crate::http::identity::ByKey;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentEncoding;
use actix_web::web::{Bytes, Data, Json, Path, Query};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use footnote_domain::id::AnswerId;
use footnote_ledger::Feedback;
use futures::stream::{BoxStream, Stream, StreamExt, unfold};
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;

/// A comment at least this often, so that no proxy takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Longest reason of an opinion, in characters.
const REASON_CHARS_MOST: usize = 1_000;
/// Questions that an empty chat proposes.
const PROPOSED: usize = 4;

/// A question from a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WidgetQuestion {
    question: String,
    /// Short names of the Datanets to ask; all when empty.
    #[serde(default)]
    datanets: Vec<String>,
    /// As in chat completions: `footnote/<alias>` lets that adapter write.
    #[serde(default)]
    model: Option<String>,
}

/// `POST /v1/widget/answers`: begins an answer and names it at once.
pub(super) async fn ask(
    app: Data<App>,
    request: HttpRequest,
    body: Json<WidgetQuestion>,
) -> Result<HttpResponse, ApiError> {
    require_key(&request)?;
    let question =
        Question::parse(&body.question, app.config.question_chars).map_err(AskError::from)?;
    let datanets = app.datanet_ids(&body.datanets)?;
    let key = super::chat::idempotency_key(&request)?;
    let caller = caller::of(&app, &request);
    let adapters = match &body.model {
        Some(model) => model_name::adapters_of(&app, model)?,
        None => Vec::new(),
    };
    let ask = AskRequest { question, datanets, adapters, caller, key };
    let id = ask::start(&app.into_inner(), ask).await.map_err(for_visitors)?;
    Ok(HttpResponse::Accepted().json(json!({"id": id})))
}

/// How much its owner has is no visitor's business.
fn for_visitors(error: AskError) -> ApiError {
    match error {
        AskError::InsufficientFunds { .. } => ApiError::new(
            StatusCode::PAYMENT_REQUIRED,
            "insufficient_funds",
            "this chat cannot answer just now; please come back later",
        ),
        other => other.into(),
    }
}

/// Without a key a page would spend the gift of guests.
fn require_key(request: &HttpRequest) -> Result<(), ApiError> {
    if request.extensions().contains::<ByKey>() {
        return Ok(());
    }
    let detail = "send the site's public key (Authorization: Bearer pk_…)";
    Err(ApiError::new(StatusCode::UNAUTHORIZED, "invalid_api_key", detail))
}

/// The answer of a path, when it was asked by this very key: another key's is as good as none.
async fn own(app: &App, request: &HttpRequest, id: &str) -> Result<AnswerId, ApiError> {
    require_key(request)?;
    let id = super::answers::parse(id)?;
    let asked_by = app.ledger.key_of_answer(id).await?;
    let mine =
        request.extensions().get::<ByKey>().is_some_and(|ByKey(key)| Some(key.id) == asked_by);
    if mine { Ok(id) } else { Err(AskError::UnknownAnswer(id).into()) }
}

/// `GET /v1/widget/answers/{id}/events`: the answer as it comes; after `Last-Event-ID`, the rest of it.
pub(super) async fn events(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = own(&app, &request, &id).await?;
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
    let after = last.and_then(|id| id.parse().ok());
    let currency = app.currency();
    let events = ask::events(&app.into_inner(), id, after).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header(("cache-control", "no-store, no-transform"))
        .insert_header(("x-accel-buffering", "no"))
        .insert_header(ContentEncoding::Identity)
        .streaming(with_heartbeat(events, currency)))
}

fn with_heartbeat(
    events: BoxStream<'static, (u64, ask::AnswerEvent)>,
    currency: &'static str,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold(events, move |mut events| async move {
        match tokio::time::timeout(HEARTBEAT, events.next()).await {
            Err(_) => Some((Ok(Bytes::from_static(b": still here\n\n")), events)),
            Ok(Some((id, event))) => {
                let (name, data) = message::of(&event, currency);
                let text = format!("id: {id}\nevent: {name}\ndata: {data}\n\n");
                Some((Ok(Bytes::from(text)), events))
            }
            Ok(None) => None,
        }
    })
}

/// An opinion from a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WidgetFeedback {
    good: bool,
    #[serde(default)]
    reason: String,
}

/// `POST /v1/widget/answers/{id}/feedback`.
pub(super) async fn feedback(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    body: Json<WidgetFeedback>,
) -> Result<HttpResponse, ApiError> {
    let id = own(&app, &request, &id).await?;
    let reason = body.reason.trim().chars().take(REASON_CHARS_MOST).collect();
    let feedback = Feedback { good: body.good, reason, given_at: now() };
    app.ledger.give_feedback(id, feedback).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /v1/widget/answers/{id}`: question and answer are forgotten.
pub(super) async fn erase(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = own(&app, &request, &id).await?;
    if app.live.get(id).is_some() {
        return Err(AskError::StillRunning.into());
    }
    app.ledger.erase_answer(id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which Datanets a chat is about, and the language of its page.
#[derive(Debug, Deserialize)]
pub(super) struct About {
    #[serde(default)]
    datanets: String,
    #[serde(default)]
    lang: String,
}

/// `GET /v1/widget/questions?datanets=a,b&lang=es`: what an empty chat proposes.
pub(super) async fn questions(
    app: Data<App>,
    request: HttpRequest,
    about: Query<About>,
) -> Result<HttpResponse, ApiError> {
    require_key(&request)?;
    let names: Vec<String> =
        about.datanets.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let ids = app.datanet_ids(&names)?;
    let mut datanets = app.datanets();
    datanets.retain(|one| ids.is_empty() || ids.contains(&one.id));
    let language = about.lang.split('-').next().unwrap_or_default().to_lowercase();
    datanets.sort_by_key(|one| one.language != language);
    Ok(json(&json!({"data": proposals(&datanets)})))
}

/// The first question of each Datanet, then the second of each, and so on.
fn proposals(datanets: &[DatanetView]) -> Vec<Value> {
    let longest = datanets.iter().map(|one| one.questions.len()).max().unwrap_or(0);
    let nth = |at: usize| {
        datanets.iter().filter_map(move |one| {
            let text = one.questions.get(at)?;
            Some(json!({"text": text, "lang": one.language}))
        })
    };
    (0..longest).flat_map(nth).take(PROPOSED).collect()
}
