//! What is a page told of an answer? As much as it shows: sentences, and behind each numeral the quote
//! and where to read it.

use crate::ask::answer::AnswerCitation;
use crate::ask::{Answer, AnswerEvent};
use serde_json::{Value, json};

/// The name of an event, and what it carries.
pub(super) fn of(event: &AnswerEvent, currency: &str) -> (&'static str, Value) {
    match event {
        AnswerEvent::Searching { datanets } => ("searching", json!({"datanets": datanets})),
        AnswerEvent::Reading { results } => ("reading", json!({"passages": results.len()})),
        AnswerEvent::Sentence { index, sentence, citations } => (
            "sentence",
            json!({
                "index": index,
                "text": sentence.text,
                "paragraph": sentence.paragraph,
                "citations": citations.iter().map(citation).collect::<Vec<_>>(),
            }),
        ),
        AnswerEvent::Done { answer } => ("done", done(answer, currency)),
        AnswerEvent::Failed { code, message } => {
            ("failed", json!({"code": code, "message": message}))
        }
    }
}

fn citation(one: &AnswerCitation) -> Value {
    json!({
        "n": one.n,
        "title": one.title,
        "authors": one.authors,
        "before": one.before,
        "quote": one.quote,
        "after": one.after,
        "href": format!("/documents/{}?start={}&end={}#quote", one.document, one.start, one.end),
    })
}

fn done(answer: &Answer, currency: &str) -> Value {
    json!({
        "outcome": answer.outcome,
        "language": answer.language,
        "notice": answer.notice(),
        "charged": format!("{} {currency}", answer.price.charged.in_tokens()),
        "next": answer.next_questions,
        "href": format!("/answers/{}", answer.id),
    })
}
