//! What is a reader told when something is wrong? Each fault in the words of their language, with the
//! next step.

use crate::app::ClaimError;
use crate::ask::{AskError, QuestionError};
use crate::http::words::Words;

/// Why a question was not answered.
pub(super) fn of_ask(words: &'static Words, error: &AskError, currency: &str) -> String {
    let said = match error {
        AskError::Question(error) => return of_question(words, error),
        AskError::UnknownDatanet(name) => words.say("problem-unknown-datanet").put("name", name),
        AskError::AmbiguousDatanet(name, one, other) => {
            let said = words.say("problem-ambiguous-datanet").put("name", name);
            said.put("one", one).put("other", other)
        }
        AskError::StillRunning => words.say("problem-still-running"),
        AskError::NotReady => words.say("problem-not-ready"),
        AskError::Busy(places) => words.counted("problem-busy", places),
        AskError::CapReached(_) => words.say("problem-cap"),
        AskError::InsufficientFunds { available, needed } => {
            let said = words.say("problem-funds").put("available", words.amount(available));
            said.put("needed", words.amount(needed)).put("currency", currency)
        }
        AskError::KeyReused => words.say("problem-key-reused"),
        AskError::TimedOut(_) => words.say("problem-timed-out"),
        AskError::Stopped => words.say("problem-stopped"),
        AskError::UnknownAnswer(_) => words.say("missing-answer"),
        AskError::Ledger(_) => words.say("problem-ledger"),
        AskError::Retriever(_) => words.say("problem-index"),
        AskError::Generate(_) => words.say("problem-backend"),
        AskError::Broken(_) => words.say("problem-broken"),
    };
    said.to_string()
}

fn of_question(words: &'static Words, error: &QuestionError) -> String {
    let said = match error {
        QuestionError::Empty => words.say("problem-question-empty"),
        QuestionError::TooLong { given, most } => {
            let said = words.say("problem-question-long").put("given", words.count(given));
            said.put("most", words.count(most))
        }
        QuestionError::NotText(character) => {
            words.say("problem-question-binary").put("character", character)
        }
    };
    said.to_string()
}

/// Why an answer that had begun was given up: by the code that is stored of it.
pub(super) fn of_failure(words: &'static Words, code: &str) -> String {
    let key = match code {
        "timed_out" => "problem-timed-out",
        "ledger_failed" => "problem-ledger",
        "index_failed" => "problem-index",
        "backend_failed" => "problem-backend",
        "internal_error" => "problem-broken",
        "stopped" => "problem-stopped",
        "deleted" => "deleted-lead",
        // A service that was stopped notes a sentence rather than a code.
        _ => "problem-lost",
    };
    words.say(key).to_string()
}

/// Why nothing was paid out.
pub(super) fn of_claim(words: &'static Words, error: &ClaimError) -> String {
    let key = match error {
        ClaimError::NotDevelopment => "problem-claim-development",
        ClaimError::NotASample(_) => "problem-claim-sample",
        ClaimError::NothingPayable => "problem-claim-nothing",
        ClaimError::Ledger(_) | ClaimError::Chain(_) => "problem-claim-failed",
    };
    words.say(key).to_string()
}
