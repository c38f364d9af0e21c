//! How likely does the server's model find a text that it did not write? The completions of the
//! protocol can echo a prompt with the log-probability of each of its tokens; vLLM does, others may
//! not, and then say so.

use super::server::{Fault, Server};
use async_trait::async_trait;
use footnote_domain::score::{Score, ScoreError, ScoreRow};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::time::Instant;

/// Scores by a server, one row at a time.
pub(super) struct OpenAiScorer {
    pub(super) server: Arc<Server>,
}

#[async_trait]
impl Score for OpenAiScorer {
    async fn log_probs(&self, rows: &[ScoreRow]) -> Result<Vec<Vec<f32>>, ScoreError> {
        let mut scored = Vec::with_capacity(rows.len());
        for row in rows {
            let deadline = Instant::now() + self.server.settings().waits.total;
            let body = body(&self.server.settings().model, row);
            let reply = self.server.completion(&body, deadline).await;
            let reply = reply.map_err(|fault| failed(Fault::into_error(fault)))?;
            scored.push(of_continuation(reply, row)?);
        }
        Ok(scored)
    }
}

fn failed(reason: impl std::fmt::Display) -> ScoreError {
    ScoreError(reason.to_string())
}

/// One token is written, since not every server takes 0; it is no part of what is scored.
fn body(model: &str, row: &ScoreRow) -> Value {
    json!({
        "model": model,
        "prompt": format!("{}{}", row.prompt, row.continuation),
        "max_tokens": 1,
        "temperature": 0,
        "echo": true,
        "logprobs": 1,
    })
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    logprobs: Option<LogProbs>,
}

#[derive(Deserialize)]
struct LogProbs {
    /// Of each token; none for the first, which nothing precedes.
    token_logprobs: Vec<Option<f32>>,
    /// Where each token begins, in code points of the text.
    text_offset: Vec<usize>,
}

/// The log-probabilities of the tokens that reach into the continuation.
fn of_continuation(reply: Value, row: &ScoreRow) -> Result<Vec<f32>, ScoreError> {
    const NONE: &str = "the model's server gives no log-probabilities of what it reads (`echo` with \
        `logprobs` on /completions, as vLLM has it); set generation.necessity = false";
    let reply: Completion = serde_json::from_value(reply).map_err(|_| failed(NONE))?;
    let found = reply.choices.into_iter().next().and_then(|choice| choice.logprobs);
    let LogProbs { token_logprobs, text_offset } = found.ok_or_else(|| failed(NONE))?;
    let begins = row.prompt.chars().count();
    let ends = begins + row.continuation.chars().count();
    let of_token = |at: usize| text_offset.get(at).copied().unwrap_or(ends);
    let inside = |at: &usize| of_token(*at) < ends && of_token(at + 1) > begins;
    let tokens: Vec<usize> = (0..text_offset.len()).filter(inside).collect();
    let scored = tokens.iter().map(|at| token_logprobs.get(*at).copied().flatten());
    let scored: Option<Vec<f32>> = scored.collect();
    scored.filter(|row| !row.is_empty()).ok_or_else(|| failed(NONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> ScoreRow {
        ScoreRow { prompt: "Thé ".into(), continuation: "vert.".into() }
    }

    fn reply(token_logprobs: Value, text_offset: Value) -> Value {
        json!({"choices": [{"text": "Thé vert. Oui", "logprobs": {
            "tokens": [], "token_logprobs": token_logprobs, "text_offset": text_offset,
        }}]})
    }

    #[test]
    fn tokens_of_the_continuation_count_and_what_the_model_adds_does_not() {
        // "Thé", " ve", "rt", ".", " Oui": a token that begins before the continuation reaches into it.
        let given = reply(json!([null, -1.5, -0.25, -0.5, -9.0]), json!([0, 3, 6, 8, 9]));
        assert_eq!(of_continuation(given, &row()).expect("scored"), [-1.5, -0.25, -0.5]);
    }

    #[test]
    fn a_server_that_does_not_echo_is_named() {
        for given in [
            json!({"choices": [{"text": "Oui", "logprobs": null}]}),
            json!({"choices": []}),
            json!({"error": "no"}),
            reply(json!([-0.5]), json!([20])),
            reply(json!([null, null]), json!([0, 4])),
        ] {
            let error = of_continuation(given, &row()).expect_err("nothing to count").to_string();
            assert!(error.contains("generation.necessity"), "{error}");
        }
    }
}
