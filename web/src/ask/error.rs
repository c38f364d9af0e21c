//! Why was a question not answered? Every reason has a stable code and names the next step.

use super::question::QuestionError;
use super::queue::TurnedAway;
use footnote_domain::id::{AnswerId, DatanetId};
use footnote_domain::money::Nano;
use footnote_generator::GenerateError;
use footnote_generator::adapter::AdapterError;
use footnote_generator::adapter::alias::AliasError;
use footnote_ledger::LedgerError;
use footnote_retriever::RetrieverError;

/// Seconds of a UTC day.
const DAY: u64 = 86_400;

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
    /// A model that nobody offers.
    #[error("there is no model `{0}`; GET /v1/models lists them")]
    UnknownModel(String),
    /// More adapters than may write one answer.
    #[error("at most {0} adapters write one answer together; name fewer")]
    TooManyAdapters(usize),
    /// An adapter that is known and cannot answer.
    #[error("{0}; GET /v1/models lists the models that answer now, and nothing was charged")]
    AdapterUnavailable(String),
    /// All memory for adapters is in use at this moment.
    #[error("{0}; nothing was charged")]
    AdaptersBusy(String),
    /// The same question, with the same key, is being answered at this moment.
    #[error(
        "this question is being answered at this moment; ask again with the same key in a second"
    )]
    StillRunning,
    /// No generation has been published yet.
    #[error("the index is still being built; try again in a moment")]
    NotReady,
    /// All places are taken, and so is the line before them.
    #[error("too many answers are being written at this moment; try again in {0} s")]
    Busy(u64),
    /// One payer's questions are kept from filling the line.
    #[error("{0} of your questions are under way already; ask again when one of them is answered")]
    TooManyAtOnce(usize),
    /// The operator's gift to guests is used up.
    #[error(
        "the free answers for {0} are used up for today; sign in with a balance, or come back tomorrow"
    )]
    CapReached(&'static str),
    /// A key's allowance for the day is used up.
    #[error("{}", over_limit(.words))]
    KeyCap {
        /// Whose part of it.
        whose: &'static str,
        /// What the key's owner wants to be said; may be empty.
        words: String,
    },
    /// A key that was revoked while it asked.
    #[error("this key was revoked; make another one on the page of keys")]
    KeyRevoked,
    /// The purse does not hold the price.
    #[error(
        "the account has {} tokens to spend, an answer needs {}; deposit first: the page /account says how",
        .available.in_tokens(), .needed.in_tokens()
    )]
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
    /// The reader stopped it before there was a sentence.
    #[error("the answer was stopped before its first sentence; nothing was charged")]
    Stopped,
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
            LedgerError::KeyCap { whose, words, .. } => Self::KeyCap { whose, words },
            LedgerError::NoSuchKey(_) => Self::KeyRevoked,
            other => Self::Ledger(other),
        }
    }
}

impl From<AdapterError> for AskError {
    fn from(error: AdapterError) -> Self {
        Self::AdapterUnavailable(error.to_string())
    }
}

impl From<AliasError> for AskError {
    fn from(error: AliasError) -> Self {
        AdapterError::from(error).into()
    }
}

impl From<TurnedAway> for AskError {
    fn from(away: TurnedAway) -> Self {
        match away {
            TurnedAway::Full { retry_seconds } => Self::Busy(retry_seconds),
            TurnedAway::TooMany { most } => Self::TooManyAtOnce(most),
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
            Self::UnknownModel(_) => "model_not_found",
            Self::TooManyAdapters(_) => "too_many_adapters",
            Self::AdapterUnavailable(_) => "adapter_unavailable",
            Self::AdaptersBusy(_) => "adapters_busy",
            Self::StillRunning => "still_running",
            Self::NotReady => "not_ready",
            Self::Busy(_) => "busy",
            Self::TooManyAtOnce(_) => "too_many_at_once",
            Self::CapReached(_) => "promotion_exhausted",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::KeyCap { .. } => "key_cap_reached",
            Self::KeyRevoked => "invalid_api_key",
            Self::KeyReused => "idempotency_key_reused",
            Self::TimedOut(_) => "timed_out",
            Self::Stopped => "stopped",
            Self::UnknownAnswer(_) => "unknown_answer",
            Self::Ledger(_) => "ledger_failed",
            Self::Retriever(_) => "index_failed",
            Self::Generate(error) => code_of(error),
            Self::Broken(_) => "internal_error",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Question(QuestionError::TooLong { .. }) => 413,
            Self::Question(_) => 400,
            Self::UnknownDatanet(_) | Self::UnknownAnswer(_) => 404,
            Self::UnknownModel(_) => 404,
            Self::AmbiguousDatanet(..) | Self::TooManyAdapters(_) => 400,
            Self::AdapterUnavailable(_) | Self::AdaptersBusy(_) => status_of_end(self.code()),
            Self::StillRunning | Self::Stopped => 409,
            Self::NotReady | Self::Busy(_) => 503,
            Self::TooManyAtOnce(_) => 429,
            Self::CapReached(_) | Self::InsufficientFunds { .. } => 402,
            Self::KeyCap { .. } => 429,
            Self::KeyRevoked => 401,
            Self::KeyReused => 422,
            Self::TimedOut(_) => 504,
            Self::Generate(error) => status_of_end(code_of(error)),
            Self::Ledger(_) | Self::Retriever(_) | Self::Broken(_) => 500,
        }
    }

    /// Seconds after which another try makes sense.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::StillRunning => Some(1),
            Self::NotReady => Some(3),
            Self::Busy(seconds) => Some(*seconds),
            Self::TooManyAtOnce(_) => Some(1),
            Self::AdaptersBusy(_) => retry_after_end(self.code()),
            Self::Generate(error) => retry_after_end(code_of(error)),
            Self::KeyCap { .. } => Some(DAY - super::now() % DAY),
            _ => None,
        }
    }
}

/// What visitors of a site are told when its owner has chosen no words.
fn over_limit(words: &str) -> &str {
    if words.is_empty() { "that was enough for today; please come back tomorrow" } else { words }
}

fn code_of(error: &GenerateError) -> &'static str {
    match error {
        GenerateError::ServerAway { .. } => "model_server_away",
        GenerateError::Server { .. } => "model_server_failed",
        GenerateError::ServerSlow { .. } => "model_server_slow",
        GenerateError::TooLong { .. } => "too_long_for_the_model",
        GenerateError::NoAdapters { .. } | GenerateError::Adapter { .. } => "adapter_refused",
        GenerateError::VectorDimensions { .. }
        | GenerateError::NoSentencesAllowed
        | GenerateError::Interrupted { .. } => "backend_failed",
    }
}

/// The HTTP status of an answer that had begun and failed with this code: of a failure that is read
/// later, or by another reader, only its code is left.
pub fn status_of_end(code: &str) -> u16 {
    match code {
        // Another request of this key began the answer, and it was lost; the next one begins afresh.
        "voided" | "stopped" | "adapter_unavailable" => 409,
        "erased" => 410,
        "adapters_busy" => 503,
        "adapter_refused" => 400,
        "too_long_for_the_model" => 413,
        "model_server_failed" => 502,
        "model_server_away" => 503,
        "timed_out" | "model_server_slow" => 504,
        _ => 500,
    }
}

/// Seconds after which asking again makes sense for an answer that failed with this code.
pub fn retry_after_end(code: &str) -> Option<u64> {
    (status_of_end(code) == 503).then_some(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_before_and_after_the_beginning_has_one_status() {
        let reason = || "it is off".to_owned();
        let errors = [
            (AskError::TimedOut(60), 504),
            (AskError::Stopped, 409),
            (GenerateError::ServerAway { reason: reason() }.into(), 503),
            (GenerateError::Server { reason: reason() }.into(), 502),
            (GenerateError::ServerSlow { missing: "go on", seconds: 9 }.into(), 504),
            (GenerateError::TooLong { tokens: 9, most: 8 }.into(), 413),
            (GenerateError::NoSentencesAllowed.into(), 500),
            (AskError::Broken(reason()), 500),
            (AskError::AdapterUnavailable(reason()), 409),
            (AskError::AdaptersBusy(reason()), 503),
        ];
        for (error, status) in errors {
            assert_eq!((error.status(), status_of_end(error.code())), (status, status), "{error}");
            assert_eq!(error.retry_after(), retry_after_end(error.code()), "{error}");
            assert_eq!(error.retry_after().is_some(), status == 503, "{error}");
        }
    }
}
