//! How is a server asked? One request, tried again while that can help and nothing was read of an
//! answer; from its first token on it is read once.

use super::OpenAiSettings;
use super::chunk::{Chunk, error_in, shortened};
use super::reply::Reply;
use super::retry::{passes, pause, retry_after};
use crate::GenerateError;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep, timeout_at};

/// Bytes of an error's body that are read.
const ERROR_BYTES_MOST: usize = 16_384;
/// Bytes of a completion that are read: some hundred for each token of the longest prompt.
const COMPLETION_BYTES_MOST: usize = 64 << 20;

/// Why a try came to nothing.
#[derive(Debug)]
pub(super) enum Fault {
    /// It may pass; the server may have said when.
    Passing { reason: String, after: Option<Duration> },
    /// The prompt is longer than what the model reads.
    TooLong { reason: String },
    /// It will not pass.
    Lasting(GenerateError),
}

impl Fault {
    pub(super) fn passing(reason: impl Into<String>) -> Self {
        Self::Passing { reason: reason.into(), after: None }
    }

    pub(super) fn lasting(reason: impl Into<String>) -> Self {
        Self::Lasting(GenerateError::Server { reason: reason.into() })
    }

    /// The same where there is no other try.
    pub(super) fn into_error(self) -> GenerateError {
        match self {
            Self::Passing { reason, .. } => GenerateError::ServerAway { reason },
            Self::TooLong { reason } => GenerateError::Server { reason },
            Self::Lasting(error) => error,
        }
    }
}

/// A server with what is needed to ask it.
#[derive(Debug)]
pub(super) struct Server {
    client: Client,
    settings: OpenAiSettings,
}

impl Server {
    /// A client for the settings' server; connects to nothing yet.
    pub(super) fn new(settings: OpenAiSettings) -> Result<Self, String> {
        let url = reqwest::Url::parse(&settings.base_url).map_err(|error| error.to_string())?;
        // A key must not travel to wherever an answer points.
        let mut client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.waits.connect);
        if is_local(&url) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| said(&error))?;
        Ok(Self { client, settings })
    }

    pub(super) fn settings(&self) -> &OpenAiSettings {
        &self.settings
    }

    /// Names of the models that the server offers; `None` if it does not tell.
    pub(super) async fn models(&self) -> Result<Option<Vec<String>>, Fault> {
        let deadline = Instant::now() + self.settings.waits.connect * 2;
        let asked = self.request(self.client.get(self.url("models"))).send();
        let unanswered = || Fault::passing("it does not say which models it offers");
        let response = timeout_at(deadline, asked).await.map_err(|_| unanswered())?;
        let response = response.map_err(|error| Fault::passing(said(&error)))?;
        if matches!(response.status().as_u16(), 404 | 405 | 501) {
            return Ok(None);
        }
        let response = self.accepted(response, deadline).await?;
        let body = body(response, usize::MAX, deadline).await;
        let Ok(value) = serde_json::from_slice::<Value>(&body) else { return Ok(None) };
        let Some(list) = value.get("data").and_then(Value::as_array) else { return Ok(None) };
        let names = list.iter().filter_map(|one| one.get("id")?.as_str().map(str::to_owned));
        Ok(Some(names.collect()))
    }

    /// Asks until the model has begun to answer: its first token, and the reply from which the others
    /// come. `None` instead of a token: the model ended without one.
    pub(super) async fn begin(
        &self,
        body: &Value,
        deadline: Instant,
    ) -> Result<(Option<Chunk>, Reply), Fault> {
        for next in 2.. {
            let (reason, after) = match self.attempt(body, deadline).await {
                Err(Fault::Passing { reason, after }) => (reason, after),
                other => return other,
            };
            let pause = pause(next, after, rand::random());
            if next > self.settings.tries {
                return Err(Fault::Passing { reason, after });
            }
            if Instant::now() + pause >= deadline {
                let seconds = pause.as_secs();
                return Err(Fault::lasting(format!(
                    "{reason}; it can be asked again in {seconds} s"
                )));
            }
            tracing::info!(%reason, pause_ms = pause.as_millis() as u64, "asking the model's server again");
            sleep(pause).await;
        }
        unreachable!("tries are counted up to their end")
    }

    async fn attempt(
        &self,
        body: &Value,
        deadline: Instant,
    ) -> Result<(Option<Chunk>, Reply), Fault> {
        let waits = &self.settings.waits;
        let first = (Instant::now() + waits.first_token).min(deadline);
        let asked = self.request(self.client.post(self.url("chat/completions"))).json(body).send();
        let response = timeout_at(first, asked).await.map_err(|_| self.slow_to_begin())?;
        let response = response.map_err(|error| Fault::passing(said(&error)))?;
        let response = self.accepted(response, first).await?;
        let mut reply = Reply::of(response)?;
        loop {
            let chunk =
                timeout_at(first, reply.next()).await.map_err(|_| self.slow_to_begin())??;
            if chunk.as_ref().is_none_or(Chunk::is_of_the_model) {
                return Ok((chunk, reply));
            }
        }
    }

    /// One completion, whole: no stream, asked once.
    pub(super) async fn completion(&self, body: &Value, deadline: Instant) -> Result<Value, Fault> {
        let asked = self.request(self.client.post(self.url("completions"))).json(body).send();
        let response = timeout_at(deadline, asked).await.map_err(|_| self.slow_to_begin())?;
        let response = response.map_err(|error| Fault::passing(said(&error)))?;
        let response = self.accepted(response, deadline).await?;
        let bytes = self::body(response, COMPLETION_BYTES_MOST, deadline).await;
        serde_json::from_slice(&bytes).map_err(|_| Fault::lasting("its completion is no JSON"))
    }

    fn slow_to_begin(&self) -> Fault {
        let seconds = self.settings.waits.first_token.min(self.settings.waits.total).as_secs();
        Fault::Lasting(GenerateError::ServerSlow { missing: "begin to answer", seconds })
    }

    fn url(&self, of: &str) -> String {
        format!("{}/{of}", self.settings.base_url.trim_end_matches('/'))
    }

    fn request(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.settings.key {
            Some(key) => request.header(reqwest::header::AUTHORIZATION, key.header()),
            None => request,
        }
    }

    /// The response, if its status is a good one; else what it says, and whether it passes.
    async fn accepted(&self, response: Response, deadline: Instant) -> Result<Response, Fault> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let after = retry_after(response.headers(), SystemTime::now());
        let body = body(response, ERROR_BYTES_MOST, deadline).await;
        let words = serde_json::from_slice::<Value>(&body).ok().and_then(|one| error_in(&one));
        let words = words.map(|words| match &self.settings.key {
            Some(key) => key.redact(&words),
            None => words,
        });
        let quoted = words.as_ref().map_or_else(String::new, |words| format!(": {words}"));
        let reason = format!("it answered {status}{quoted}");
        Err(match status {
            // What it says of a key may hold some of it.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Fault::lasting(format!(
                "it answered {status}; check the key that generation.api_key_env or api_key_file names"
            )),
            StatusCode::NOT_FOUND => Fault::lasting(format!(
                "{reason}; check generation.base_url (it mostly ends in /v1) and generation.model"
            )),
            _ if passes(status) => Fault::Passing { reason, after },
            _ if status.is_client_error() && words.is_some_and(|one| is_of_length(&one)) => {
                Fault::TooLong { reason }
            }
            _ => Fault::lasting(reason),
        })
    }
}

/// Whether a server complains of a prompt's length: llama.cpp, vLLM and OpenAI all name the context.
fn is_of_length(words: &str) -> bool {
    let words = words.to_lowercase();
    words.contains("context")
        && ["length", "size", "window", "exceed", "too long"].iter().any(|one| words.contains(one))
}

/// Whether no proxy can lie between.
fn is_local(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The beginning of a body, as far as it comes in time.
async fn body(mut response: Response, most: usize, deadline: Instant) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(Ok(Some(more))) = timeout_at(deadline, response.chunk()).await {
        bytes.extend_from_slice(&more);
        if bytes.len() > most {
            break;
        }
    }
    bytes
}

/// A failure with its causes, without the address.
pub(super) fn said(error: &reqwest::Error) -> String {
    let mut text =
        if error.is_connect() { "no connection" } else { "the connection failed" }.to_owned();
    let mut cause = std::error::Error::source(error);
    let mut last = String::new();
    while let Some(one) = cause {
        last = one.to_string();
        cause = one.source();
    }
    if !last.is_empty() {
        text = format!("{text} ({})", shortened(&last));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_of_length_are_told_from_others() {
        assert!(is_of_length(
            "This model's maximum context length is 4096 tokens. However, you requested 5000"
        ));
        assert!(is_of_length("the request exceeds the available context size"));
        assert!(!is_of_length("max_tokens must be positive"));
    }

    #[test]
    fn what_is_local() {
        let local = |url: &str| is_local(&url.parse().expect("an address"));
        assert!(
            local("http://127.0.0.1:1/v1") && local("http://[::1]:1") && local("http://localhost")
        );
        assert!(!local("http://10.0.0.1/v1") && !local("https://example.com"));
    }
}
