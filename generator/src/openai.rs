//! Answers by a language model behind an OpenAI-compatible server: vLLM, LoRAX, llama.cpp, Ollama and
//! their kin.
//!
//! Useful where models run elsewhere, on a GPU, or with adapters that have names of their own. The
//! server is believed in nothing that matters: what a sentence rests on is found by evidence, and its
//! count of tokens is bounded by what was asked for.

mod chunk;
mod key;
mod lines;
mod reply;
mod retry;
mod scorer;
mod server;
mod settings;
mod usage;

pub use key::{ApiKey, ApiKeyError};
pub use settings::{OpenAiSettings, Waits};

use crate::model::{Prompt, Speech, prompt, rewriting, rewritten, tokens_estimated};
use crate::{
    Backend, Capabilities, Event, EventStream, GenerateError, Request, TokenLimits, Usage,
};
use async_trait::async_trait;
use chunk::{Chunk, Claimed};
use footnote_domain::score::Score;
use futures::StreamExt;
use reply::Reply;
use scorer::OpenAiScorer;
use serde_json::{Value, json};
use server::{Fault, Server};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// The name by which requests and receipts know this backend.
const NAME: &str = "openai";
/// Events that may wait for a slow reader before the server is not read on.
const EVENTS_WAITING: usize = 16;
/// Bytes of one token at most, on the average of an answer; a server that sends more ignores the limit.
const TOKEN_BYTES_MOST: usize = 24;
/// Tokens, bytes and time for saying what a follow-up question means: it comes before the answer and
/// is not charged.
const REWRITING_TOKENS_MOST: u64 = 200;
const REWRITING_BYTES_MOST: usize = 8_000;
const REWRITING_WAIT: Duration = Duration::from_secs(5);
/// How long to wait, after the last word, for the count of tokens.
const COUNT_WAIT: Duration = Duration::from_secs(2);

/// A model behind a server.
pub struct OpenAiBackend {
    server: Arc<Server>,
}

/// A backend that could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum OpenAiError {
    /// No address of a server.
    #[error("configuration key `generation.base_url`: {0}")]
    Address(String),
    /// The server offers other models.
    #[error(
        "the model's server offers no `{wanted}`; set `generation.model` to one of: {}",
        offered.join(", ")
    )]
    NoSuchModel {
        /// The configured name.
        wanted: String,
        /// What it offers.
        offered: Vec<String>,
    },
    /// The server refuses to be asked.
    #[error(transparent)]
    Refused(#[from] GenerateError),
}

impl OpenAiBackend {
    /// Asks the server which models it offers. One that does not answer, or does not tell, may still
    /// be starting: that is logged, and each question then says what fails.
    ///
    /// # Errors
    /// When the server answers and does not offer the model, or refuses the key.
    pub async fn open(settings: OpenAiSettings) -> Result<Self, OpenAiError> {
        let wanted = settings.model.clone();
        let server = Server::new(settings).map_err(OpenAiError::Address)?;
        match server.models().await {
            Ok(Some(offered)) if !offers(&offered, &wanted) => {
                return Err(OpenAiError::NoSuchModel { wanted, offered });
            }
            Ok(Some(_)) => {}
            Ok(None) => tracing::warn!("the model's server does not say which models it offers"),
            Err(Fault::Passing { reason, .. }) => {
                tracing::warn!(%reason, "the model's server does not answer yet");
            }
            Err(lasting) => return Err(lasting.into_error().into()),
        }
        Ok(Self { server: Arc::new(server) })
    }
}

/// Whether a name is among those offered; Ollama adds `:latest` to names without a tag.
fn offers(offered: &[String], wanted: &str) -> bool {
    offered.iter().any(|one| one == wanted || one.strip_suffix(":latest") == Some(wanted))
}

#[async_trait]
impl Backend for OpenAiBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        let settings = self.server.settings();
        Capabilities {
            scores: true,
            model_id: Some(settings.model.clone()),
            // Nobody outside the server can know what weights it runs.
            model_digest: None,
            limits: Some(settings.limits),
        }
    }

    fn scorer(&self) -> Option<Arc<dyn Score>> {
        Some(Arc::new(OpenAiScorer { server: Arc::clone(&self.server) }))
    }

    async fn generate(&self, request: Request) -> Result<EventStream, GenerateError> {
        if request.max_sentences == 0 {
            return Err(GenerateError::NoSentencesAllowed);
        }
        request.refuse_adapters(NAME)?;
        let first = fitting(&request, self.server.settings().limits)?;
        let (events, written) = mpsc::channel(EVENTS_WAITING);
        let server = Arc::clone(&self.server);
        tokio::spawn(async move {
            let outcome = tokio::select! {
                outcome = answer(&server, &request, first, &events) => outcome,
                // A reader who has gone: the connection is dropped, and the server stops.
                () = events.closed() => return,
            };
            // Nobody listening any more is no fault.
            let _ = events.send(outcome.map(|usage| Event::Done { usage })).await;
        });
        Ok(tokio_stream::wrappers::ReceiverStream::new(written).boxed())
    }

    async fn in_context(
        &self,
        earlier: &[String],
        question: &str,
    ) -> Result<Option<String>, GenerateError> {
        let settings = self.server.settings();
        let mut body = body(settings, &rewriting(earlier, question));
        body["max_tokens"] = json!(REWRITING_TOKENS_MOST.min(settings.limits.tokens_out));
        let deadline = Instant::now() + REWRITING_WAIT.min(settings.waits.total);
        let (first, reply) = self.server.begin(&body, deadline).await.map_err(Fault::into_error)?;
        let mut talk = Talk { server: &self.server, deadline, reply };
        let (mut said, mut next) = (String::new(), first);
        while let Some(chunk) = next {
            said.push_str(&chunk.text);
            let over = chunk.finish.is_some() || said.len() > REWRITING_BYTES_MOST;
            next = if over { None } else { talk.next().await? };
        }
        Ok(rewritten(&said))
    }
}

/// How many passages may fit, by a cautious estimate.
fn fitting(request: &Request, limits: TokenLimits) -> Result<usize, GenerateError> {
    let mut tokens = 0;
    for passages in (1..=request.sources.len().max(1)).rev() {
        let Prompt { system, user, .. } = prompt(request, passages);
        tokens = tokens_estimated(&system) + tokens_estimated(&user);
        if tokens <= limits.tokens_in {
            return Ok(passages);
        }
    }
    Err(GenerateError::TooLong { tokens, most: limits.tokens_in })
}

/// Asks, leaving passages out from the end while the server says that they are too long, and sends on
/// what the model says.
async fn answer(
    server: &Server,
    request: &Request,
    mut passages: usize,
    events: &mpsc::Sender<Result<Event, GenerateError>>,
) -> Result<Usage, GenerateError> {
    let deadline = Instant::now() + server.settings().waits.total;
    loop {
        let prompt = prompt(request, passages);
        if prompt.dropped > 0 {
            tracing::info!(dropped = prompt.dropped, "passages did not fit into the prompt");
        }
        match server.begin(&body(server.settings(), &prompt), deadline).await {
            Ok((first, reply)) => {
                let talk = Talk { server, deadline, reply };
                return talk.tell(first, &prompt, request.max_sentences, events).await;
            }
            Err(Fault::TooLong { .. }) if passages > 1 => passages /= 2,
            Err(fault) => return Err(fault.into_error()),
        }
    }
}

fn body(settings: &OpenAiSettings, prompt: &Prompt) -> Value {
    json!({
        "model": settings.model,
        "messages": [
            {"role": "system", "content": prompt.system},
            {"role": "user", "content": prompt.user},
        ],
        "max_tokens": settings.limits.tokens_out,
        "temperature": 0,
        "stream": true,
        "stream_options": {"include_usage": true},
    })
}

/// An answer that has begun.
struct Talk<'a> {
    server: &'a Server,
    deadline: Instant,
    reply: Reply,
}

impl Talk<'_> {
    async fn tell(
        mut self,
        first: Option<Chunk>,
        prompt: &Prompt,
        most: usize,
        events: &mpsc::Sender<Result<Event, GenerateError>>,
    ) -> Result<Usage, GenerateError> {
        let limits = self.server.settings().limits;
        let bytes_most = usize::try_from(limits.tokens_out).unwrap_or(usize::MAX);
        let bytes_most = bytes_most.saturating_mul(TOKEN_BYTES_MOST);
        let mut speech = Speech::new(most);
        let (mut finish, mut claimed): (Option<String>, Option<Claimed>) = (None, None);
        let mut cut_off = false;
        let mut next = first;
        while let Some(chunk) = next {
            claimed = chunk.claimed.or(claimed);
            finish = finish.or(chunk.finish);
            send(events, speech.take(&chunk.text)).await;
            cut_off = speech.text().len() > bytes_most;
            if cut_off || (speech.is_over() && finish.is_none()) {
                // What was counted so far counts what is not shown.
                claimed = None;
                break;
            }
            next = if finish.is_none() { self.next().await? } else { self.count().await };
        }
        cut_off |= finish.is_some_and(|why| why == "length");
        send(events, speech.end(cut_off)).await;
        Ok(usage::settle(claimed, limits, prompt, speech.text(), speech.sentences()))
    }

    async fn next(&mut self) -> Result<Option<Chunk>, GenerateError> {
        let waits = &self.server.settings().waits;
        let gap = Instant::now() + waits.between_tokens;
        let until = gap.min(self.deadline);
        let slow = || match gap < self.deadline {
            true => GenerateError::ServerSlow {
                missing: "go on",
                seconds: waits.between_tokens.as_secs(),
            },
            false => GenerateError::ServerSlow {
                missing: "end its answer",
                seconds: waits.total.as_secs(),
            },
        };
        let next = timeout_at(until, self.reply.next()).await.map_err(|_| slow())?;
        next.map_err(Fault::into_error)
    }

    /// What comes after the last word: the count, if it comes; the answer is whole without it.
    async fn count(&mut self) -> Option<Chunk> {
        let until = (Instant::now() + COUNT_WAIT).min(self.deadline);
        timeout_at(until, self.reply.next()).await.ok()?.ok()?
    }
}

async fn send(events: &mpsc::Sender<Result<Event, GenerateError>>, said: Vec<Event>) {
    for event in said {
        // Nobody listening any more is no fault.
        let _ = events.send(Ok(event)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_their_tag() {
        let offered = ["llama3.2:latest".to_owned(), "qwen2.5:1.5b".to_owned()];
        assert!(offers(&offered, "llama3.2") && offers(&offered, "qwen2.5:1.5b"));
        assert!(!offers(&offered, "qwen2.5") && !offers(&offered, "llama"));
    }
}
