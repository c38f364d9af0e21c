//! Why did a backend give no answer at all? (Finding no evidence is an answer: see
//! [`Refusal`](crate::Refusal).)

use footnote_domain::corpus::SentenceRef;

/// A generation that failed; nothing of it may be charged.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// Vectors of two models met: the index and the query were embedded differently.
    #[error(
        "sentence {} of document {} has a vector of {found} dimensions, the question one of \
         {expected}; rebuild the index with the embedding model that is configured now",
        sentence.sentence, sentence.document
    )]
    VectorDimensions {
        /// The first sentence that does not fit.
        sentence: SentenceRef,
        /// Dimensions of the question's vector.
        expected: usize,
        /// Dimensions of the sentence's vector.
        found: usize,
    },
    /// The request allows no sentence at all.
    #[error("max_sentences is 0; ask for at least one sentence")]
    NoSentencesAllowed,
    /// Not even one passage fits into what the model may read.
    #[error(
        "the question and its best passage take {tokens} tokens, the model may read {most}; raise \
         `generation.tokens_in`, or ask a shorter question"
    )]
    TooLong {
        /// Tokens of the shortest prompt.
        tokens: u64,
        /// Tokens allowed.
        most: u64,
    },
    /// Adapters were named for a backend that has none. Never answered without them.
    #[error(
        "the {backend} backend has no adapters; ask the base model, or use the backend `engine`"
    )]
    NoAdapters {
        /// Name of the backend.
        backend: &'static str,
    },
    /// An adapter was trained on another base model.
    #[error("{reason}; use an adapter of the model that is running")]
    Adapter {
        /// What does not fit.
        reason: String,
    },
    /// The computing thread died; the reason is a defect to report.
    #[error("the {backend} backend stopped in the middle of an answer: {reason}")]
    Interrupted {
        /// Name of the backend.
        backend: &'static str,
        /// What the runtime said.
        reason: String,
    },
    /// The server that runs the model cannot be reached, or has no time: that may pass.
    #[error("the model's server is away or busy: {reason}; ask again in a moment")]
    ServerAway {
        /// What it did.
        reason: String,
    },
    /// The server that runs the model did not give an answer that could be used.
    #[error("the model's server failed: {reason}; its log says more")]
    Server {
        /// What it did, and what may mend it.
        reason: String,
    },
    /// The server that runs the model let us wait too long.
    #[error(
        "the model's server did not {missing} within {seconds} seconds; ask again, or raise the \
         waits under `[generation]`"
    )]
    ServerSlow {
        /// What was waited for, as a verb with its object.
        missing: &'static str,
        /// Seconds waited.
        seconds: u64,
    },
}
