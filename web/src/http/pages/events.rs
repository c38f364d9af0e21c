//! How does an answer reach the page while it is written? As server-sent events, numbered, each with
//! the fragments of the page that it changes; a browser that comes back says which number it saw last.

use super::answer::{Finished, QuoteCard, SentenceView};
use super::{PageError, frame, show};
use crate::app::App;
use crate::ask::answer::{AnswerCitation, AnswerSentence, SearchResult};
use crate::ask::{self, AnswerEvent, AskError};
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
    Searching { datanets: usize },
    #[template(block = "reading")]
    Reading { results: &'a [SearchResult] },
    #[template(block = "sentence")]
    Sentence { view: SentenceView, paragraph: bool, cards: Vec<QuoteCard> },
    #[template(block = "done")]
    Done { body: Box<Finished<'a>> },
    #[template(block = "failed")]
    Failed { message: String },
}

/// The fragments of the page that `event` changes.
pub fn event_html(event: &AnswerEvent, currency: &str) -> Result<String, askama::Error> {
    let fragment = match event {
        AnswerEvent::Searching { datanets } => Fragment::Searching { datanets: *datanets },
        AnswerEvent::Reading { results } => Fragment::Reading { results },
        AnswerEvent::Sentence { index, sentence, citations } => {
            fragment_of_sentence(*index, sentence, citations)
        }
        AnswerEvent::Done { answer } => {
            Fragment::Done { body: Box::new(Finished::new(answer, currency, true)) }
        }
        AnswerEvent::Failed { message, .. } => {
            Fragment::Failed { message: super::error::sentence(message) }
        }
    };
    fragment.render()
}

fn fragment_of_sentence(
    index: u32,
    sentence: &AnswerSentence,
    citations: &[AnswerCitation],
) -> Fragment<'static> {
    Fragment::Sentence {
        view: SentenceView::new(index, sentence, citations.iter()),
        paragraph: sentence.paragraph,
        cards: QuoteCard::of_sentence(index, citations.iter()),
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
        .streaming(with_heartbeat(events, app.currency(), HEARTBEAT)))
}

fn with_heartbeat(
    events: BoxStream<'static, (u64, AnswerEvent)>,
    currency: &'static str,
    every: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold(events, move |mut events| async move {
        match tokio::time::timeout(every, events.next()).await {
            Err(_) => Some((Ok(Bytes::from_static(b": still here\n\n")), events)),
            Ok(Some((id, event))) => Some((Ok(written(id, &event, currency)), events)),
            Ok(None) => None,
        }
    })
}

fn written(id: u64, event: &AnswerEvent, currency: &str) -> Bytes {
    let name = match event {
        AnswerEvent::Searching { .. } => "searching",
        AnswerEvent::Reading { .. } => "reading",
        AnswerEvent::Sentence { .. } => "sentence",
        AnswerEvent::Done { .. } => "done",
        AnswerEvent::Failed { .. } => "failed",
    };
    let html = event_html(event, currency).unwrap_or_else(|error| {
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

    #[actix_web::test]
    async fn a_slow_answer_beats_and_a_late_event_still_comes() {
        let event = AnswerEvent::Searching { datanets: 3 };
        let slow = futures::stream::once(async move {
            tokio::time::sleep(Duration::from_millis(60)).await;
            (4, event)
        });
        let sent = with_heartbeat(slow.boxed(), "OPEN", Duration::from_millis(20));
        let sent: Vec<_> = sent.map(|part| part.expect("never fails")).collect().await;
        assert_eq!(sent[0], ": still here\n\n");
        let last = std::str::from_utf8(sent.last().expect("an event")).expect("text");
        assert!(last.starts_with("id: 4\nevent: searching\ndata: {") && last.ends_with("}\n\n"));
    }

    #[test]
    fn a_message_names_its_fragments_on_one_line() {
        let failed = AnswerEvent::Failed { code: "x".into(), message: "two\nlines".into() };
        let sent = written(0, &failed, "OPEN");
        let sent = std::str::from_utf8(&sent).expect("text");
        assert_eq!(sent.lines().filter(|line| line.starts_with("data: ")).count(), 1);
        assert!(sent.contains("data-into=\\\"problem\\\""), "{sent}");
    }
}
