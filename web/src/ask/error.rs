//! Why was a question not answered? Every reason has a stable code and names the next step.

use super::question::QuestionError;
use crate::shared::SharedError;
use footnote_domain::id::{AnswerId, DatanetId};
use footnote_domain::money::Nano;
use footnote_generator::GenerateError;
use footnote_ledger::LedgerError;
use footnote_retriever::RetrieverError;

/// A question that could not be answered. Nothing is charged for any of these.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The question itself.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// A Datanet that nobody registered.
    #[error("there is no Datanet `{0}`; the Datanets page lists those that exist")]
    UnknownDatanet(String),
    /// Several owners have a Datanet of this short name.
    #[error("several Datanets are called `{0}`; name one by its id: {1} or {2}")]
    AmbiguousDatanet(String, DatanetId, DatanetId),
    /// The same question, with the same key, is being answered at this moment.
    #[error(
        "this question is being answered at this moment; ask again with the same key in a second"
    )]
    StillRunning,
    /// No generation has been published yet.
    #[error("the index is still being built; try again in a moment")]
    NotReady,
    /// All places are taken.
    #[error("{0} answers are being written at this moment; try again in a few seconds")]
    Busy(usize),
    /// The operator's gift to guests is used up.
    #[error(
        "the free answers for {0} are used up for today; sign in with a balance, or come back tomorrow"
    )]
    CapReached(&'static str),
    /// The purse does not hold the price.
    #[error("the account holds {available} nano-credits, an answer needs {needed}; deposit first")]
    InsufficientFunds {
        /// In the purse.
        available: Nano,
        /// The price.
        needed: Nano,
    },
    /// An idempotency key that came with another question.
    #[error("this Idempotency-Key was used for another question; choose a new one")]
    KeyReused,
    /// The answer took too long.
    #[error("the answer took longer than {0} seconds and was given up; nothing was charged")]
    TimedOut(u64),
    /// No such answer.
    #[error("there is no answer {0}")]
    UnknownAnswer(AnswerId),
    /// The ledger failed.
    #[error("the ledger does not answer: {0}; an answer that is not recorded is not charged")]
    Ledger(#[source] LedgerError),
    /// The index failed.
    #[error("the index could not be read: {0}; nothing was charged")]
    Retriever(#[from] RetrieverError),
    /// The backend failed.
    #[error("the answer could not be written: {0}; nothing was charged")]
    Generate(#[from] GenerateError),
    /// What processes share is away, and without it nobody knows what a guest has left.
    #[error("{0}; nothing was charged")]
    Shared(#[from] SharedError),
    /// A part of the service broke its promise.
    #[error(
        "an internal check failed ({0}); nothing was charged, and the operator can see it in the log"
    )]
    Broken(String),
}

impl From<LedgerError> for AskError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::InsufficientFunds { available, needed, .. } => {
                Self::InsufficientFunds { available, needed }
            }
            LedgerError::DailyCap { .. } => Self::CapReached("all guests"),
            LedgerError::KeyReused { .. } => Self::KeyReused,
            other => Self::Ledger(other),
        }
    }
}

impl AskError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Question(_) => "invalid_question",
            Self::UnknownDatanet(_) => "unknown_datanet",
            Self::AmbiguousDatanet(..) => "ambiguous_datanet",
            Self::StillRunning => "still_running",
            Self::NotReady => "not_ready",
            Self::Busy(_) => "busy",
            Self::CapReached(_) => "promotion_exhausted",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::KeyReused => "idempotency_key_reused",
            Self::TimedOut(_) => "timed_out",
            Self::UnknownAnswer(_) => "unknown_answer",
            Self::Ledger(_) => "ledger_failed",
            Self::Retriever(_) => "index_failed",
            Self::Generate(_) => "backend_failed",
            Self::Shared(_) => "shared_memory_away",
            Self::Broken(_) => "internal_error",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Question(QuestionError::TooLong { .. }) => 413,
            Self::Question(_) => 400,
            Self::UnknownDatanet(_) | Self::UnknownAnswer(_) => 404,
            Self::AmbiguousDatanet(..) => 400,
            Self::StillRunning => 409,
            Self::NotReady | Self::Busy(_) | Self::Shared(_) => 503,
            Self::CapReached(_) | Self::InsufficientFunds { .. } => 402,
            Self::KeyReused => 422,
            Self::TimedOut(_) => 504,
            Self::Ledger(_) | Self::Retriever(_) | Self::Generate(_) | Self::Broken(_) => 500,
        }
    }

    /// Seconds after which another try makes sense.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::StillRunning => Some(1),
            Self::NotReady | Self::Busy(_) | Self::Shared(_) => Some(3),
            _ => None,
        }
    }
}
