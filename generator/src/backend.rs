//! The seam between asking and answering: what every generator does, whatever it runs on.

use crate::{Event, Expert, GenerateError, Request};
use async_trait::async_trait;
use footnote_domain::id::Digest;
use footnote_domain::score::Score;
use futures::stream::BoxStream;
use std::sync::Arc;

/// The events of one answer, in order, ended by [`Event::Done`] or by an error.
pub type EventStream = BoxStream<'static, Result<Event, GenerateError>>;

/// What a backend can do, known before it is asked; recorded in the receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Implements [`footnote_domain::score::Score`] on the same weights.
    pub scores: bool,
    /// The model's name, `None` without a model.
    pub model_id: Option<String>,
    /// keccak-256 of the model's weights, `None` without a model.
    pub model_digest: Option<Digest>,
    /// What an answer may read and write at most; `None` where an answer is not priced by its tokens.
    pub limits: Option<TokenLimits>,
}

/// Tokens of one answer, by the model's own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLimits {
    /// Most tokens of the prompt.
    pub tokens_in: u64,
    /// Most tokens of the answer.
    pub tokens_out: u64,
}

/// Answers questions from given passages.
#[async_trait]
pub trait Backend: Send + Sync {
    /// The name by which requests choose it and receipts record it.
    fn name(&self) -> &'static str;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// The same weights as a scorer, where [`Capabilities::scores`].
    fn scorer(&self) -> Option<Arc<dyn Score>> {
        None
    }

    /// Whether a request may name adapters; where it may not, one that does is an error.
    fn takes_adapters(&self) -> bool {
        false
    }

    /// The scorer with these adapters on the weights: necessity is judged by what wrote. None where
    /// there is no scorer, or none that takes adapters.
    fn scorer_with(&self, adapters: Vec<Expert>) -> Option<Arc<dyn Score>> {
        if adapters.is_empty() { self.scorer() } else { None }
    }

    /// Starts an answer. Dropping the stream cancels what is not yet computed.
    ///
    /// # Errors
    /// When the request cannot be served; later failures are items of the stream.
    async fn generate(&self, request: Request) -> Result<EventStream, GenerateError>;

    /// What the last question of a conversation means by itself, for searching; `None` where this
    /// backend knows no better than [the rule](crate::follow_up).
    ///
    /// # Errors
    /// When it could not be asked; the rule still holds then.
    async fn in_context(
        &self,
        _earlier: &[String],
        _question: &str,
    ) -> Result<Option<String>, GenerateError> {
        Ok(None)
    }
}
