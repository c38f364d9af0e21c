//! `/v1/widget/…`: what a chat on another site calls. It begins an answer, follows it (and takes up
//! where it was cut off), says what it was worth, and forgets it.

mod message;

use crate::app::{App, DatanetView};
use crate::ask::{self, AskError, AskRequest, Question, kept, model_name};
use crate::http::caller;
use crate::http::error::{ApiError, Problem, json};
use crate::http::identity::ByKey;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentEncoding;
use actix_web::web::{Bytes, Data, Json, Path, Query};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use footnote_domain::id::AnswerId;
use futures::stream::{BoxStream, Stream, StreamExt, unfold};
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// A comment at least this often, so that no proxy takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Questions that an empty chat proposes.
const PROPOSED: usize = 4;

/// A question from a page.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"question": "What is a Datanet?"}))]
#[serde(deny_unknown_fields)]
pub(super) struct WidgetQuestion {
    /// The question.
    question: String,
    /// Short names of the Datanets to ask; all when empty.
    #[serde(default)]
    datanets: Vec<String>,
    /// As in chat completions: `footnote/<alias>` lets that adapter write.
    #[serde(default)]
    model: Option<String>,
}

/// Begins an answer and names it at once; for pages, with the public key of their site.
#[utoipa::path(
    post,
    path = "/v1/widget/answers",
    operation_id = "widget_ask",
    tag = "widget",
    request_body = WidgetQuestion,
    responses(
        (status = 202, description = "the answer's id: follow its events", body = Object),
        (status = 400, description = "what is wrong with the request", body = Problem),
        (status = 401, description = "no public key was sent, or it opens nothing", body = Problem),
        (status = 402, description = "the site's owner has no balance left", body = Problem),
        (status = 403, description = "the key is not for this site", body = Problem),
        (status = 429, description = "a cap of the key is reached", body = Problem),
    )
)]
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

/// The answer as it comes, as server-sent events.
///
/// With the header `Last-Event-ID`, the rest of it.
#[utoipa::path(
    get,
    path = "/v1/widget/answers/{id}/events",
    operation_id = "widget_events",
    tag = "widget",
    params(("id" = String, Path, description = "the answer's id")),
    responses(
        (status = 200, description = "events `searching`, `reading`, `sentence`, `done`, `failed`", content_type = "text/event-stream", body = String),
        (status = 404, description = "this key asked for no such answer", body = Problem),
    )
)]
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
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"good": true, "reason": ""}))]
#[serde(deny_unknown_fields)]
pub(super) struct WidgetFeedback {
    /// Whether it helped.
    good: bool,
    /// Why, in the visitor's words.
    #[serde(default)]
    reason: String,
}

/// What a visitor thought of an answer; the last word counts.
#[utoipa::path(
    post,
    path = "/v1/widget/answers/{id}/feedback",
    operation_id = "widget_feedback",
    tag = "widget",
    params(("id" = String, Path, description = "the answer's id")),
    request_body = WidgetFeedback,
    responses(
        (status = 204, description = "kept"),
        (status = 404, description = "this key asked for no such answer", body = Problem),
    )
)]
pub(super) async fn feedback(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    body: Json<WidgetFeedback>,
) -> Result<HttpResponse, ApiError> {
    let id = own(&app, &request, &id).await?;
    kept::note(&app, id, body.good, &body.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Forgets question and answer; what was paid stays in the books.
#[utoipa::path(
    delete,
    path = "/v1/widget/answers/{id}",
    operation_id = "widget_erase",
    tag = "widget",
    params(("id" = String, Path, description = "the answer's id")),
    responses(
        (status = 204, description = "forgotten"),
        (status = 404, description = "this key asked for no such answer", body = Problem),
        (status = 409, description = "it is being written: come back", body = Problem),
    )
)]
pub(super) async fn erase(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = own(&app, &request, &id).await?;
    kept::erase(&app, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which Datanets a chat is about, and the language of its page.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct About {
    /// Short names of Datanets, separated by commas; all when empty.
    #[serde(default)]
    datanets: String,
    /// The page's language, such as `es`.
    #[serde(default)]
    lang: String,
}

/// What an empty chat proposes to ask.
#[utoipa::path(
    get,
    path = "/v1/widget/questions",
    operation_id = "widget_questions",
    tag = "widget",
    params(About),
    responses((status = 200, description = "questions with their languages", body = Object))
)]
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
