//! How does an answer reach the page while it is written? As server-sent events, numbered, each with
//! the fragments of the page that it changes; a browser that comes back says which number it saw last.

use super::answer::{Finished, QuoteCard, SentenceView, Visitor};
use super::{PageError, frame, problem};
use crate::app::App;
use crate::ask::answer::{AnswerCitation, AnswerSentence, SearchResult};
use crate::ask::{self, AnswerEvent, AskError};
use crate::http::words::{self, Words};
use actix_web::http::StatusCode;
use actix_web::http::header::ContentEncoding;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use bytes::Bytes;
use footnote_domain::id::AnswerId;
use futures::stream::{BoxStream, Stream, StreamExt, unfold};
use serde_json::Value;
use std::convert::Infallible;
use std::time::Duration;

/// A comment at least this often, so that no proxy takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What an event changes on the page: the content of each `<template data-into="slot">` goes into the
/// element of that id.
#[derive(Template)]
#[template(path = "answer/event.html")]
enum Fragment<'a> {
    #[template(block = "searching")]
    Searching { words: &'static Words, datanets: usize },
    #[template(block = "reading")]
    Reading { words: &'static Words, results: &'a [SearchResult] },
    #[template(block = "sentence")]
    Sentence { view: SentenceView, paragraph: bool, cards: Vec<QuoteCard> },
    #[template(block = "done")]
    Done { body: Box<Finished<'a>> },
    #[template(block = "failed")]
    Failed { words: &'static Words, message: String },
}

/// The fragments of the page that `event` changes.
pub(super) fn event_html(
    words: &'static Words,
    event: &AnswerEvent,
    currency: &str,
    visitor: &Visitor,
) -> Result<String, askama::Error> {
    let fragment = match event {
        AnswerEvent::Searching { datanets } => Fragment::Searching { words, datanets: *datanets },
        AnswerEvent::Reading { results } => Fragment::Reading { words, results },
        AnswerEvent::Sentence { index, sentence, citations } => {
            fragment_of_sentence(words, *index, sentence, citations)
        }
        AnswerEvent::Done { answer } => {
            Fragment::Done { body: Box::new(Finished::new(words, answer, currency, visitor, true)) }
        }
        AnswerEvent::Failed { code, .. } => {
            Fragment::Failed { words, message: problem::of_failure(words, code) }
        }
    };
    fragment.render()
}

fn fragment_of_sentence(
    words: &'static Words,
    index: u32,
    sentence: &AnswerSentence,
    citations: &[AnswerCitation],
) -> Fragment<'static> {
    Fragment::Sentence {
        view: SentenceView::new(words, index, sentence, citations.iter()),
        paragraph: sentence.paragraph,
        cards: QuoteCard::of_sentence(words, index, citations.iter()),
    }
}

/// `GET /answers/{id}/events`.
pub(super) async fn stream(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<AnswerId>,
) -> Result<HttpResponse, PageError> {
    let last = request.headers().get("Last-Event-ID").and_then(|id| id.to_str().ok());
    let after = last.and_then(|id| id.parse().ok());
    let words = words::of(&request);
    let visitor = Visitor::of(&request, &app, *id).await?;
    let events = match ask::events(&app.clone().into_inner(), *id, after).await {
        Ok(events) => events,
        Err(AskError::UnknownAnswer(_)) => return Err(PageError::NotFound { what: "answer" }),
        Err(error) => return Err(error.into()),
    };
    Ok(frame::unkept(StatusCode::OK)
        .insert_header(("Cache-Control", "no-store, no-transform"))
        .insert_header(("X-Accel-Buffering", "no"))
        // A compressor would hold sentences back until its window is full.
        .insert_header(ContentEncoding::Identity)
        .content_type("text/event-stream; charset=utf-8")
        .streaming(with_heartbeat(
            events,
            Reader { words, currency: app.currency(), visitor },
            HEARTBEAT,
        )))
}

/// For whom the fragments are written.
struct Reader {
    words: &'static Words,
    currency: &'static str,
    visitor: Visitor,
}

fn with_heartbeat(
    events: BoxStream<'static, (u64, AnswerEvent)>,
    reader: Reader,
    every: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold((events, reader), move |(mut events, reader)| async move {
        match tokio::time::timeout(every, events.next()).await {
            Err(_) => Some((Ok(Bytes::from_static(b": still here\n\n")), (events, reader))),
            Ok(Some((id, event))) => Some((Ok(written(&reader, id, &event)), (events, reader))),
            Ok(None) => None,
        }
    })
}

fn written(reader: &Reader, id: u64, event: &AnswerEvent) -> Bytes {
    let name = match event {
        AnswerEvent::Searching { .. } => "searching",
        AnswerEvent::Reading { .. } => "reading",
        AnswerEvent::Sentence { .. } => "sentence",
        AnswerEvent::Done { .. } => "done",
        AnswerEvent::Failed { .. } => "failed",
    };
    let Reader { words, currency, visitor } = reader;
    let html = event_html(words, event, currency, visitor).unwrap_or_else(|error| {
        tracing::error!(%error, name, "render an event");
        String::new()
    });
    let mut data = serde_json::to_value(event).expect("an event is JSON");
    data["html"] = Value::String(html);
    Bytes::from(format!("id: {id}\nevent: {name}\ndata: {data}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> Reader {
        let visitor = Visitor::default();
        Reader { words: words::default(), currency: "OPEN", visitor }
    }

    #[actix_web::test]
    async fn a_slow_answer_beats_and_a_late_event_still_comes() {
        let event = AnswerEvent::Searching { datanets: 3 };
        let slow = futures::stream::once(async move {
            tokio::time::sleep(Duration::from_millis(60)).await;
            (4, event)
        });
        let sent = with_heartbeat(slow.boxed(), reader(), Duration::from_millis(20));
        let sent: Vec<_> = sent.map(|part| part.expect("never fails")).collect().await;
        assert_eq!(sent[0], ": still here\n\n");
        let last = std::str::from_utf8(sent.last().expect("an event")).expect("text");
        assert!(last.starts_with("id: 4\nevent: searching\ndata: {") && last.ends_with("}\n\n"));
    }

    #[test]
    fn a_message_names_its_fragments_on_one_line() {
        let failed = AnswerEvent::Failed { code: "x".into(), message: "two\nlines".into() };
        let sent = written(&reader(), 0, &failed);
        let sent = std::str::from_utf8(&sent).expect("text");
        assert_eq!(sent.lines().filter(|line| line.starts_with("data: ")).count(), 1);
        assert!(sent.contains("data-into=\\\"problem\\\""), "{sent}");
    }
}
