//! A streamed completion: one chunk per sentence, sources with the first, shares and receipt with
//! the last.

use super::chat::{extensions, merge, usage};
use crate::ask::{AnswerEvent, Outcome};
use actix_web::HttpResponse;
use actix_web::web::Bytes;
use footnote_domain::id::AnswerId;
use futures::stream::{BoxStream, Stream, StreamExt};
use serde_json::{Value, json};

/// The event stream of an answer.
pub(super) fn respond(
    events: BoxStream<'static, (u64, AnswerEvent)>,
    id: AnswerId,
    model: String,
    include_usage: bool,
) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header(("cache-control", "no-store, no-transform"))
        .insert_header(("x-accel-buffering", "no"))
        .insert_header(("content-encoding", "identity"))
        .streaming(lines(events, Chunk { id, model, include_usage }))
}

struct Chunk {
    id: AnswerId,
    model: String,
    include_usage: bool,
}

fn lines(
    events: BoxStream<'static, (u64, AnswerEvent)>,
    chunk: Chunk,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    events.flat_map(move |(_, event)| {
        let lines: Vec<Result<Bytes, actix_web::Error>> = chunk
            .of(event)
            .into_iter()
            .map(|data| Ok(Bytes::from(format!("data: {data}\n\n"))))
            .collect();
        futures::stream::iter(lines)
    })
}

impl Chunk {
    fn of(&self, event: AnswerEvent) -> Vec<String> {
        match event {
            AnswerEvent::Searching { .. } => {
                vec![self.delta(json!({"role": "assistant", "content": ""}), json!({}))]
            }
            AnswerEvent::Reading { results } => {
                vec![self.delta(json!({}), json!({"search_results": results}))]
            }
            AnswerEvent::Sentence { index, sentence, citations } => {
                let gap = match (index, sentence.paragraph) {
                    (0, _) => "",
                    (_, true) => "\n\n",
                    (_, false) => " ",
                };
                let content = format!("{gap}{}", sentence.with_markers());
                vec![self.delta(json!({"content": content}), json!({"citations": citations}))]
            }
            AnswerEvent::Done { answer } => self.last(&answer),
            AnswerEvent::Failed { code, message } => {
                let error =
                    json!({"error": {"message": message, "type": "server_error", "code": code}});
                vec![error.to_string(), "[DONE]".into()]
            }
        }
    }

    fn last(&self, answer: &crate::ask::Answer) -> Vec<String> {
        let mut lines = Vec::new();
        // The sentences are out already; what is missing is why nothing was charged.
        let gap = if answer.sentences.is_empty() { "" } else { "\n\n" };
        if answer.outcome != Outcome::Answered {
            let notice = format!("{gap}{}", answer.notice());
            lines.push(self.delta(json!({"content": notice}), json!({})));
        }
        let mut last = self.chunk(json!({}), json!("stop"));
        merge(&mut last, extensions(answer));
        lines.push(last.to_string());
        if self.include_usage {
            let mut counted = self.chunk(json!({}), json!(null));
            counted["choices"] = json!([]);
            counted["usage"] = usage(answer);
            lines.push(counted.to_string());
        }
        lines.push("[DONE]".into());
        lines
    }

    fn delta(&self, delta: Value, extra: Value) -> String {
        let mut chunk = self.chunk(delta, json!(null));
        merge(&mut chunk, extra);
        chunk.to_string()
    }

    fn chunk(&self, delta: Value, finish_reason: Value) -> Value {
        json!({
            "id": format!("chatcmpl-{}", &self.id.to_string()[2..]),
            "object": "chat.completion.chunk",
            "created": crate::ask::now(),
            "model": self.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": null}],
        })
    }
}
