//! `POST /v1/chat/completions`, as OpenAI clients speak it; streamed or not.

use super::chat_stream;
use crate::app::App;
use crate::ask::{self, Answer, AnswerEvent, AskError, AskRequest, Question, model_name};
use crate::http::caller;
use crate::http::error::{ApiError, Problem, json};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use footnote_domain::text::tokens;
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Earlier questions that are read.
const EARLIER_MOST: usize = 8;

/// Longest idempotency key.
const KEY_CHARS_MOST: usize = 255;

/// A conversation to be continued. Fields that other servers know and that change nothing here are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "model": "footnote",
    "messages": [{"role": "user", "content": "What is a Datanet?"}],
}))]
pub(super) struct ChatRequest {
    model: String,
    messages: Vec<Message>,
    #[serde(default)]
    stream: bool,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    #[serde(default)]
    n: Option<u32>,
    /// Extension: short names of the Datanets to ask.
    #[serde(default)]
    datanets: Vec<String>,
}

/// What a stream tells besides the answer.
#[derive(Debug, Deserialize, ToSchema)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

/// One message; the last of role `user` is the question.
#[derive(Debug, Deserialize, ToSchema)]
struct Message {
    role: String,
    #[serde(default)]
    content: Content,
}

/// A text, or parts with texts.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(untagged, expecting = "`content` is a text, or a list of parts with texts")]
enum Content {
    Text(String),
    Parts(Vec<Part>),
    #[default]
    Absent,
}

/// A part of a message.
#[derive(Debug, Deserialize, ToSchema)]
struct Part {
    #[serde(default)]
    text: Option<String>,
}

impl Content {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => {
                let texts: Vec<&str> =
                    parts.iter().filter_map(|part| part.text.as_deref()).collect();
                texts.join("\n")
            }
            Self::Absent => String::new(),
        }
    }
}

/// Answers the last message of the user, as OpenAI clients speak it.
///
/// Beside what they know stand `citations`, `search_results`, `attribution`, `price` and `receipt`. With
/// `stream`, one chunk per sentence comes as a server-sent event. The header `Idempotency-Key` makes a
/// repetition the same answer, charged once.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    tag = "ask",
    request_body = ChatRequest,
    responses(
        (status = 200, description = "a completion, or chunks of it", body = Object),
        (status = 400, description = "what is wrong with the request", body = Problem),
        (status = 402, description = "the purse does not hold the price", body = Problem),
        (status = 404, description = "there is no such model or Datanet", body = Problem),
        (status = 422, description = "the key was used for another question", body = Problem),
        (status = 503, description = "all places are taken, or nothing is indexed yet", body = Problem),
    )
)]
pub(super) async fn complete(
    app: Data<App>,
    request: HttpRequest,
    body: Json<ChatRequest>,
) -> Result<HttpResponse, ApiError> {
    let include_usage = body.stream_options.as_ref().is_some_and(|options| options.include_usage);
    let model = body.model.clone();
    let ask = parse(&app, &request, &body)?;
    let app = app.into_inner();
    let id = ask::start(&app, ask).await?;
    let events = ask::events(&app, id, None).await?;
    if body.stream {
        return Ok(chat_stream::respond(events, id, model, include_usage));
    }
    let last = events.fold(None, |_, (_, event)| async move { Some(event) }).await;
    match last {
        Some(AnswerEvent::Done { answer }) => Ok(json(&completion(&answer, &model))),
        Some(AnswerEvent::Failed { code, message }) => Err(ApiError::of_end(&code, message)),
        _ => Err(AskError::Broken("the answer ended without an end".into()).into()),
    }
}

fn parse(app: &App, request: &HttpRequest, body: &ChatRequest) -> Result<AskRequest, ApiError> {
    let adapters = model_name::adapters_of(app, &body.model)?;
    if body.n.is_some_and(|n| n != 1) {
        return Err(ApiError::bad_request(
            "unsupported_n",
            "`n` must be 1: every answer is charged",
        ));
    }
    let last = body.messages.iter().rev().find(|message| message.role == "user");
    let text = last.map(|message| message.content.text());
    let text = text.ok_or_else(|| {
        ApiError::bad_request("no_question", "`messages` holds no message of role `user`")
    })?;
    let question = Question::parse(&text, app.config.question_chars).map_err(AskError::from)?;
    let question = question.following(&earlier(&body.messages, app.config.question_chars));
    let key = idempotency_key(request)?;
    let datanets = app.datanet_ids(&body.datanets)?;
    Ok(AskRequest { question, datanets, adapters, caller: caller::of(app, request), key })
}

/// The questions before the last one, oldest first: of a long conversation the nearest, of a long
/// message its beginning.
fn earlier(messages: &[Message], chars_most: usize) -> Vec<String> {
    let asked = messages.iter().rev().filter(|message| message.role == "user").skip(1);
    let texts = asked.take(EARLIER_MOST).map(|message| message.content.text());
    let mut texts: Vec<String> =
        texts.map(|text| text.chars().take(chars_most).collect()).collect();
    texts.reverse();
    texts
}

/// The caller's key; one that cannot be kept as it is must not be mistaken for another, or for none.
pub(super) fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=KEY_CHARS_MOST).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(ApiError::bad_request(
            "invalid_idempotency_key",
            format!("an Idempotency-Key is 1 to {KEY_CHARS_MOST} ASCII characters"),
        )),
    }
}

fn completion(answer: &Answer, model: &str) -> Value {
    let mut completion = json!({
        "id": format!("chatcmpl-{}", &answer.id.to_string()[2..]),
        "object": "chat.completion",
        "created": answer.created,
        "model": model,
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": answer.message(), "refusal": null},
            "finish_reason": "stop",
            "logprobs": null,
        }],
        "usage": usage(answer),
    });
    merge(&mut completion, extensions(answer));
    completion
}

/// What stands beside a completion: sources, shares, price and receipt, streamed or not.
pub(super) fn extensions(answer: &Answer) -> Value {
    json!({
        "answer_id": answer.id,
        "outcome": answer.outcome,
        "meant": answer.meant,
        "citations": answer.citations,
        "search_results": answer.search_results,
        "attribution": answer.attribution,
        "price": answer.price,
        "receipt": answer.receipt,
        "routing": answer.routing,
    })
}

/// Adds the fields of one JSON object to another.
pub(super) fn merge(object: &mut Value, more: Value) {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
}

/// Tokens of question and answer as this house counts them; what is charged stands in `price`.
pub(super) fn usage(answer: &Answer) -> Value {
    let (prompt, written) = (tokens(&answer.question).len(), tokens(&answer.message()).len());
    json!({"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written})
}

/// The names to ask under, with what an answer costs and takes.
///
/// `price_at_most` is what is reserved before any work, `expected_ms` how long the last answers took.
#[utoipa::path(
    get,
    path = "/v1/models",
    tag = "ask",
    responses((status = 200, description = "a list, as OpenAI clients read it", body = Object))
)]
pub(super) async fn models(app: Data<App>) -> Result<HttpResponse, ApiError> {
    let expected = app.queue.usual_time().map(|time| time.as_millis() as u64);
    let model = |id: &str| {
        json!({
            "id": id, "object": "model", "created": 0, "owned_by": "footnote",
            "backend": app.backend.name(),
            "price_at_most": app.price_at_most(),
            "currency": app.currency(),
            "expected_ms": expected,
        })
    };
    let mut data: Vec<Value> = model_name::own_names(&app).map(model).into();
    data.extend(model_name::of_adapters(&app)?.iter().map(|name| model(name)));
    Ok(json(&json!({"object": "list", "data": data})))
}
