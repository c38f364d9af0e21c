//! Which server, which model, and how long to wait for it.

use super::ApiKey;
use crate::TokenLimits;
use std::time::Duration;

/// A model behind an OpenAI-compatible server.
#[derive(Debug, Clone)]
pub struct OpenAiSettings {
    /// Address of the API, up to and without `/chat/completions`; it mostly ends in `/v1`.
    pub base_url: String,
    /// The model's name at the server; where the server offers adapters under names of their own, an
    /// adapter's.
    pub model: String,
    /// The server's key, if it asks for one.
    pub key: Option<ApiKey>,
    /// Tokens of prompt and answer, at most.
    pub limits: TokenLimits,
    /// How long to wait.
    pub waits: Waits,
    /// How often to ask before the first token, in all.
    pub tries: u32,
}

/// The longest waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// For the connection.
    pub connect: Duration,
    /// For the model's first token, from when the question is sent.
    pub first_token: Duration,
    /// From one token to the next.
    pub between_tokens: Duration,
    /// For the whole answer, every try and pause included.
    pub total: Duration,
}
