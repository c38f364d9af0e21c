//! How is a node asked? JSON-RPC over HTTP with a time limit on every call and a few patient
//! retries when the connection, not the question, was at fault.

use super::error::ChainError;
use super::revert::Revert;
use alloy::network::Ethereum;
use alloy::primitives::{Address, Bytes};
use alloy::providers::{Provider, RootProvider};
use alloy::rpc::client::RpcClient;
use alloy::rpc::types::{TransactionInput, TransactionRequest};
use alloy::sol_types::SolCall;
use alloy::transports::http::{Http, reqwest};
use alloy::transports::utils::guess_local_url;
use alloy::transports::{RpcError, TransportError, TransportErrorKind, TransportResult};
use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

/// A node that takes longer to accept a connection is taken as down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The longest answer is a range of logs, which takes a healthy node well under a second.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// Pauses before another try after a dropped connection; a node that restarts needs longer, and
/// then the caller decides.
const RETRY_PAUSES: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(250), Duration::from_millis(600)];

/// One node. Clones share its connections.
#[derive(Clone)]
pub(super) struct Rpc {
    /// Scheme, host and port: what may be shown, since paths of hosted nodes hold keys.
    pub(super) url: String,
    pub(super) provider: RootProvider<Ethereum>,
}

impl fmt::Debug for Rpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rpc").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Rpc {
    /// Prepares to ask the node at `url`; nothing is sent yet.
    pub(super) fn new(url: &str) -> Result<Self, ChainError> {
        Self::with_timeout(url, CALL_TIMEOUT)
    }

    fn with_timeout(url: &str, timeout: Duration) -> Result<Self, ChainError> {
        let bad = |reason: String| ChainError::BadUrl { given: shorten(url), reason };
        let parsed: reqwest::Url = url.parse().map_err(|error| bad(format!("{error}")))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad("it must begin with http:// or https://".into()));
        }
        let shown = parsed.origin().ascii_serialization();
        let mut builder =
            reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(timeout);
        let is_local = guess_local_url(&shown);
        if is_local {
            // A proxy of the environment cannot reach this machine's loopback.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| bad(reasons(&error)))?;
        let transport = Http::with_client(client, parsed);
        let provider = RootProvider::new(RpcClient::new(transport, is_local));
        Ok(Self { url: shown, provider })
    }

    /// Asks until an answer comes, or the connection failed four times. Who does not answer in time
    /// is not asked again, so that the time limit is one.
    pub(super) async fn ask<T, A>(&self, question: impl Fn() -> A) -> TransportResult<T>
    where
        A: IntoFuture<Output = TransportResult<T>>,
    {
        for pause in RETRY_PAUSES {
            match question().into_future().await {
                Err(error) if is_connection(&error) && !is_timeout(&error) => {
                    tokio::time::sleep(pause).await
                }
                answer => return answer,
            }
        }
        question().into_future().await
    }

    /// [`Self::ask`], with errors in this crate's words; `action` names the question.
    pub(super) async fn get<T, A>(
        &self,
        action: &str,
        question: impl Fn() -> A,
    ) -> Result<T, ChainError>
    where
        A: IntoFuture<Output = TransportResult<T>>,
    {
        self.ask(question).await.map_err(|error| self.explain(action, error))
    }

    /// Calls a view of a contract at the latest block.
    pub(super) async fn view<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<C::Return, ChainError> {
        let request = call_request(to, call.abi_encode().into());
        let name = call_name::<C>();
        let data = self.get(name, || self.provider.call(request.clone())).await?;
        C::abi_decode_returns(&data).map_err(|error| {
            self.malformed(format!("{name} at {to} answered {} bytes: {error}", data.len()))
        })
    }

    /// An RPC error in this crate's words.
    pub(super) fn explain(&self, action: &str, error: TransportError) -> ChainError {
        let url = self.url.clone();
        match error {
            RpcError::ErrorResp(payload) => match payload.as_revert_data() {
                Some(data) => ChainError::Reverted {
                    action: action.to_owned(),
                    revert: Revert::decode(&data),
                    transaction: None,
                    block: None,
                },
                None => {
                    let reason = shorten(&payload.message);
                    ChainError::Refused { url, action: action.to_owned(), reason }
                }
            },
            RpcError::Transport(kind) => ChainError::Unreachable { url, reason: describe(&kind) },
            RpcError::NullResp => self.malformed(format!("{action} answered nothing")),
            other => self.malformed(format!("{action}: {}", shorten(&other.to_string()))),
        }
    }

    /// An answer that cannot be.
    pub(super) fn malformed(&self, what: impl Into<String>) -> ChainError {
        ChainError::Malformed { url: self.url.clone(), what: what.into() }
    }
}

/// A call of the contract at `to`.
pub(super) fn call_request(to: Address, data: Bytes) -> TransactionRequest {
    TransactionRequest { input: TransactionInput::new(data), ..Default::default() }.to(to)
}

/// `propose` for `propose(uint64,(…))`.
pub(super) fn call_name<C: SolCall>() -> &'static str {
    C::SIGNATURE.split('(').next().unwrap_or(C::SIGNATURE)
}

/// Whether the connection rather than the question failed, so that asking again can help.
pub(super) fn is_connection(error: &TransportError) -> bool {
    match error {
        RpcError::Transport(TransportErrorKind::HttpError(http)) => {
            http.status == 429 || http.status >= 500
        }
        RpcError::Transport(_) => true,
        _ => false,
    }
}

fn is_timeout(error: &TransportError) -> bool {
    let custom = error.as_transport_err().and_then(TransportErrorKind::as_custom);
    custom.and_then(|error| error.downcast_ref::<reqwest::Error>()).is_some_and(|e| e.is_timeout())
}

fn describe(kind: &TransportErrorKind) -> String {
    match kind {
        TransportErrorKind::Custom(error) => reasons(error.as_ref()),
        other => shorten(&other.to_string()),
    }
}

/// The innermost reason says what happened ("connection refused"); the outer ones repeat the URL,
/// which can hold a key.
fn reasons(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    shorten(&innermost.to_string())
}

/// Enough of a foreign text to recognise it.
fn shorten(text: &str) -> String {
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_checked_and_its_secrets_are_not_shown() {
        let rpc = Rpc::new("https://user:word@node.example.org:8443/v3/KEY").expect("a URL");
        assert_eq!(rpc.url, "https://node.example.org:8443");
        for bad in ["", "127.0.0.1:8545", "ws://127.0.0.1:8545", "http://"] {
            assert!(matches!(Rpc::new(bad), Err(ChainError::BadUrl { .. })), "{bad}");
        }
    }

    #[tokio::test]
    async fn nobody_answering_is_said_in_a_sentence() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("bound").port();
        drop(free);
        let rpc = Rpc::new(&format!("http://127.0.0.1:{port}")).expect("a URL");
        let error = rpc.get("chain id", || rpc.provider.get_chain_id()).await.expect_err("nobody");
        let text = error.to_string();
        assert!(matches!(error, ChainError::Unreachable { .. }), "{text}");
        assert!(
            text.contains(&port.to_string()) && text.contains("is the node running?"),
            "{text}"
        );
        assert!(text.to_lowercase().contains("connection refused"), "{text}");
    }

    #[tokio::test]
    async fn a_node_that_never_answers_is_given_up_on_once() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", silent.local_addr().expect("bound"));
        let rpc = Rpc::with_timeout(&url, Duration::from_millis(300)).expect("a URL");
        let started = std::time::Instant::now();
        let error = rpc.get("chain id", || rpc.provider.get_chain_id()).await.expect_err("silent");
        assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
        assert!(error.to_string().contains("timed out"), "{error}");
    }
}
