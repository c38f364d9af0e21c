//! Three tools: search, read, ask. What a tool cannot do is told in its result, so that the model which
//! called it can do better; only a call that names no tool is a fault of the protocol.

use super::{Fault, INVALID_PARAMS, Outcome};
use crate::app::{App, DocumentView};
use crate::ask::answer::AnswerCitation;
use crate::ask::{self, Answer, AnswerEvent, AskError, AskRequest, Question};
use crate::http::caller;
use crate::search::{self, LIMIT_MOST, SearchForm, SearchHit};
use actix_web::HttpRequest;
use actix_web::web::Data;
use footnote_domain::id::ContentHash;
use footnote_domain::text::CodePoints;
use futures::StreamExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Write;

/// Longest part of a text in one result, in code points; the rest is asked for by `start`.
const TEXT_MOST: u64 = 20_000;

/// What a tool gives: a text for the model, and the same as data.
struct Given {
    text: String,
    data: Value,
}

/// The tools, with what they take.
pub(super) fn list(app: &App) -> Value {
    let price = format!("{} {}", app.price_at_most().in_tokens(), app.currency());
    let texts =
        |what: &str| json!({"type": "array", "items": {"type": "string"}, "description": what});
    let datanets = texts("Short names of Datanets to look in; all when left out.");
    json!([
        {
            "name": "search",
            "title": "Search the texts",
            "description": "Passages that fit some words, by words and by meaning, with their authors. Words in quotation marks must stand so in the passage. Free of charge.",
            "inputSchema": object(json!({
                "query": {"type": "string", "description": "What is sought."},
                "datanets": datanets,
                "languages": texts("Codes of languages: en, es, zh, und; all when left out."),
                "collapse": {"type": "boolean", "description": "Whether passages of one owner make one hit."},
                "offset": {"type": "integer", "minimum": 0, "description": "Hits left out at the beginning."},
                "limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "description": "Hits wanted; 10 when left out."},
            }), &["query"]),
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        },
        {
            "name": "get_document",
            "title": "Read a text",
            "description": format!("A text as its author wrote it, by the hash that search and answers name. Offsets are code points, half-open; at most {TEXT_MOST} of them at once. Free of charge."),
            "inputSchema": object(json!({
                "document": {"type": "string", "description": "The text's hash, 0x and 64 digits."},
                "start": {"type": "integer", "minimum": 0, "description": "First code point; 0 when left out."},
                "end": {"type": "integer", "minimum": 0, "description": "First code point after; the end of the text when left out."},
            }), &["document"]),
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        },
        {
            "name": "ask",
            "title": "Ask a question",
            "description": format!("An answer in which every sentence names the passage it rests on. It costs at most {price}, which is paid out to the authors; no answer, no charge."),
            "inputSchema": object(json!({
                "question": {"type": "string", "description": "The question, complete in itself."},
                "datanets": datanets,
            }), &["question"]),
            "annotations": {"readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": false},
        },
    ])
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

#[derive(Deserialize)]
struct ToolCall {
    name: String,
    #[serde(default)]
    arguments: Value,
}

/// Runs a tool.
pub(super) async fn call(app: &Data<App>, request: &HttpRequest, params: &Value) -> Outcome {
    let call: ToolCall = serde_json::from_value(params.clone())
        .map_err(|error| Fault::new(INVALID_PARAMS, error.to_string()))?;
    let given = match call.name.as_str() {
        "search" => found(app, call.arguments).await,
        "get_document" => document(app, call.arguments),
        "ask" => asked(app, request, call.arguments).await,
        other => {
            let message =
                format!("there is no tool `{other}`; tools/list names those that there are");
            return Err(Fault::new(INVALID_PARAMS, message));
        }
    };
    Ok(match given {
        Ok(Given { text, data }) => json!({
            "content": [{"type": "text", "text": text}],
            "structuredContent": data,
            "isError": false,
        }),
        Err(message) => json!({"content": [{"type": "text", "text": message}], "isError": true}),
    })
}

fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, String> {
    serde_json::from_value(arguments).map_err(|error| format!("the arguments do not fit: {error}"))
}

async fn found(app: &Data<App>, arguments: Value) -> Result<Given, String> {
    let form: SearchForm = read(arguments)?;
    let page = search::search(app, form).await.map_err(|error| error.to_string())?;
    let mut text = format!("{} passages fit.\n", page.total);
    page.hits.iter().for_each(|hit| text.push_str(&passage(hit)));
    let data = json!({
        "total": page.total,
        "by_meaning": page.by_meaning,
        "partial": page.partial,
        "hits": page.hits,
    });
    Ok(Given { text, data })
}

fn passage(hit: &SearchHit) -> String {
    let result = &hit.result;
    let authors: Vec<&str> = hit.authors.iter().map(|author| author.name.as_str()).collect();
    format!(
        "\n{}. {} ({}; {})\ndocument {} from {} to {}\n{}\n",
        result.rank,
        result.title,
        authors.join(", "),
        result.datanet_slug,
        result.document,
        result.start,
        result.end,
        result.text
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    document: String,
    #[serde(default)]
    start: u64,
    end: Option<u64>,
}

fn document(app: &App, arguments: Value) -> Result<Given, String> {
    let wanted: Wanted = read(arguments)?;
    let hash: ContentHash = wanted.document.parse().map_err(|error| format!("{error}"))?;
    let document = app.document(hash).ok_or("there is no such text, or it was taken down")?;
    let length = document.text.chars().count() as u64;
    let end = wanted.end.unwrap_or(length).min(wanted.start.saturating_add(TEXT_MOST));
    let bytes = CodePoints { start: wanted.start, end }.to_bytes(&document.text);
    let bytes = bytes.ok_or_else(|| format!("the text has {length} code points"))?;
    let part = &document.text[bytes];
    let data = described(&document, wanted.start, end, length, part);
    let text =
        format!("{}\ncode points {} to {end} of {length}\n\n{part}", document.title, wanted.start);
    Ok(Given { text, data })
}

fn described(document: &DocumentView, start: u64, end: u64, length: u64, part: &str) -> Value {
    json!({
        "document": document.hash,
        "title": document.title,
        "datanet": document.datanet_slug,
        "language": document.language,
        "licence": document.licence,
        "created": document.created,
        "source": document.source,
        "authors": document.authors,
        "start": start,
        "end": end,
        "length": length,
        "text": part,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    question: String,
    #[serde(default)]
    datanets: Vec<String>,
}

async fn asked(app: &Data<App>, request: &HttpRequest, arguments: Value) -> Result<Given, String> {
    let asked: Asked = read(arguments)?;
    let answer = answered(app, request, &asked).await.map_err(|error| error.to_string())??;
    let mut text = answer.message();
    if !answer.citations.is_empty() {
        text.push_str("\n\nSources:\n");
        answer.citations.iter().for_each(|citation| text.push_str(&source(citation)));
    }
    let (charged, currency) = (answer.price.charged.in_tokens(), app.currency());
    write!(text, "\nCharged: {charged} {currency}. Answer: /answers/{}\n", answer.id)
        .expect("writing to memory does not fail");
    let data = serde_json::to_value(&*answer).map_err(|error| error.to_string())?;
    Ok(Given { text, data })
}

fn source(citation: &AnswerCitation) -> String {
    let AnswerCitation { n, title, authors, document, start, end, quote, .. } = citation;
    let authors = authors.join(", ");
    format!("[{n}] {title} ({authors}), document {document} from {start} to {end}: “{quote}”\n")
}

async fn answered(
    app: &Data<App>,
    request: &HttpRequest,
    asked: &Asked,
) -> Result<Result<Box<Answer>, String>, AskError> {
    let question = Question::parse(&asked.question, app.config.question_chars)?;
    let datanets = app.datanet_ids(&asked.datanets)?;
    let caller = caller::of(app, request);
    let app = app.clone().into_inner();
    let id = ask::start(
        &app,
        AskRequest { question, datanets, adapters: Vec::new(), caller, key: None },
    )
    .await?;
    let events = ask::events(&app, id, None).await?;
    let last = events.fold(None, |_, (_, event)| async move { Some(event) }).await;
    Ok(match last {
        Some(AnswerEvent::Done { answer }) => Ok(answer),
        Some(AnswerEvent::Failed { message, .. }) => Err(message),
        _ => return Err(AskError::Broken("the answer ended without an end".into())),
    })
}
