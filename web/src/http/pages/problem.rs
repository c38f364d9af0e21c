//! What is a reader told when something is wrong? Each fault in the words of their language, with the
//! next step.

use crate::account::sign_in::{SignInError, VALID_SECONDS};
use crate::account::terms::TermsError;
use crate::app::ClaimError;
use crate::ask::{AskError, NO_SOURCE, QuestionError, TOO_LITTLE};
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
        AskError::UnknownModel(name) => words.say("problem-unknown-model").put("name", name),
        AskError::TooManyAdapters(most) => words.counted("problem-too-many-adapters", most),
        AskError::AdapterUnavailable(_) => words.say("problem-adapter-unavailable"),
        AskError::AdaptersBusy(_) => words.say("problem-adapters-busy"),
        AskError::StillRunning => words.say("problem-still-running"),
        AskError::NotReady => words.say("problem-not-ready"),
        AskError::Busy(seconds) => words.counted("problem-busy", seconds),
        AskError::TooManyAtOnce(most) => words.counted("problem-too-many", most),
        AskError::KeyCap { words: chosen, .. } if !chosen.is_empty() => return chosen.clone(),
        AskError::KeyCap { .. } => words.say("problem-key-cap"),
        AskError::KeyRevoked => words.say("problem-key-revoked"),
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
        "backend_failed" | "model_server_failed" | "adapter_refused" => "problem-backend",
        "adapter_unavailable" => "problem-adapter-unavailable",
        "adapters_busy" => "problem-adapters-busy",
        "model_server_away" | "model_server_slow" => "problem-model-away",
        "too_long_for_the_model" => "problem-model-long",
        "internal_error" => "problem-broken",
        "stopped" => "problem-stopped",
        "erased" => "deleted-lead",
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

/// Why a price went back, in an account's list: by the reason that is stored of it.
pub(super) fn of_release(words: &'static Words, code: &str) -> String {
    match code {
        NO_SOURCE => words.say("movement-no-source").to_string(),
        TOO_LITTLE => words.say("movement-too-little").to_string(),
        failed => of_failure(words, failed),
    }
}

/// Why somebody is not let in.
pub(super) fn of_sign_in(words: &'static Words, error: &SignInError) -> String {
    let said = match error {
        SignInError::Unreadable(_) => words.say("sign-in-unreadable"),
        SignInError::WrongDomain { given, wanted } => {
            words.say("sign-in-wrong-domain").put("given", given).put("wanted", wanted)
        }
        SignInError::WrongUri { given, wanted } => {
            words.say("sign-in-wrong-page").put("given", given).put("wanted", wanted)
        }
        SignInError::WrongChain { given, wanted } => {
            words.say("sign-in-wrong-chain").put("given", given).put("wanted", wanted)
        }
        SignInError::Unbounded => words.say("sign-in-unbounded").put("minutes", VALID_SECONDS / 60),
        SignInError::Expired => words.say("sign-in-expired"),
        SignInError::Early => words.say("sign-in-early"),
        SignInError::ForeignNonce => words.say("sign-in-foreign"),
        SignInError::Forged(address) => words.say("sign-in-forged").put("address", address),
        SignInError::NoSignature => words.say("sign-in-no-signature"),
        SignInError::Replayed => words.say("sign-in-replayed"),
    };
    said.to_string()
}

/// Why a key's terms are not kept.
pub(super) fn of_terms(words: &'static Words, error: &TermsError) -> String {
    let said = match error {
        TermsError::Text { most, .. } => words.counted("terms-text", most),
        TermsError::Nameless => words.say("terms-nameless"),
        TermsError::Origin(given) => words.say("terms-origin").put("given", given),
        TermsError::Origins => words.say("terms-origins"),
        TermsError::SecretWithOrigins => words.say("terms-secret"),
        TermsError::Amount(given) => words.say("terms-amount").put("given", given),
        TermsError::Uncapped => words.say("terms-uncapped"),
    };
    said.to_string()
}
