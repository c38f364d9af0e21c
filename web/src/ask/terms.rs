//! On which terms is a question answered? Tariff, fee policy, beneficiaries, and what the receipt
//! says of backend and search.

use super::answer::Salts;
use super::error::AskError;
use super::record::{Terms, request_bytes};
use super::{AskRequest, Question};
use crate::app::App;
use footnote_domain::attribution::{Constants, Estimator};
use footnote_domain::id::Digest;
use footnote_domain::money::{Beneficiaries, Tariff, Usage};
use footnote_domain::receipt::{Model, RetrievalRecord};
use footnote_generator::Capabilities;
use footnote_ledger::Account;
use footnote_retriever::Generation;
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// Name of the search algorithm, in receipts; docs/retrieval.md says how it ranks.
const SEARCH: &str = "hybrid/2";

/// The terms of one question.
pub(super) async fn of(
    app: &App,
    generation: &Generation,
    request: &AskRequest,
) -> Result<Terms, AskError> {
    let epoch = app.ledger.open_epoch().await?;
    let capabilities = app.backend.capabilities();
    let backend = app.backend.name().to_owned();
    let salt = || Digest(rand::random());
    Ok(Terms {
        tariff: tariff(&capabilities),
        policy: app.fee_policy(),
        beneficiaries: Beneficiaries {
            platform: app.platform,
            adapters: Vec::new(),
            stakers: None,
            treasury: app.platform,
        },
        payer: pseudonym(app, epoch, &request.caller.payer.account()),
        funding: request.caller.payer.funding(),
        salts: Salts { request: salt(), answer: salt() },
        request: asked(request, &request.question, &backend),
        backend,
        model: Model {
            id: capabilities.model_id.unwrap_or_else(|| "none".to_owned()),
            digest: capabilities.model_digest.unwrap_or_default(),
        },
        retrieval: RetrievalRecord {
            generation: generation.root_digest(),
            unigrams: generation.manifest().unigrams,
            algorithm: SEARCH.to_owned(),
            parameters: parameters(app, generation),
            passages: Vec::new(),
        },
        adapters: Vec::new(),
        estimator: Estimator::Words,
        constants: Constants::PUBLISHED,
        time: now(),
    })
}

/// What was asked, as the receipt's hash has it; `question` with what it was taken to mean.
pub(super) fn asked(request: &AskRequest, question: &Question, backend: &str) -> Vec<u8> {
    let (meant, datanets, adapters) = (question.in_context(), &request.datanets, &request.adapters);
    request_bytes(question.text(), meant, datanets, adapters, backend)
}

/// What an answer costs: by the answer, or by the tokens of a model.
pub(crate) fn tariff(capabilities: &Capabilities) -> Tariff {
    if capabilities.limits.is_some() { Tariff::DEEP } else { Tariff::QUICK }
}

/// The most that an answer can take; this much is priced and reserved before any work.
pub(crate) fn usage_most(capabilities: &Capabilities) -> Usage {
    capabilities.limits.map_or_else(Usage::default, |limits| Usage {
        tokens_in: limits.tokens_in,
        tokens_out: limits.tokens_out,
    })
}

/// Which kinds of evidence were at hand.
pub(super) fn estimator(judged_meaning: bool, judged_necessity: bool) -> Estimator {
    match (judged_meaning, judged_necessity) {
        (_, true) => Estimator::Causal,
        (true, false) => Estimator::Meaning,
        (false, false) => Estimator::Words,
    }
}

/// The payer's name in receipts: new in every epoch, unlinkable without the operator's secret.
fn pseudonym(app: &App, epoch: u64, payer: &Account) -> Digest {
    let payer = payer.to_string();
    Digest::of(&[b"footnote payer", &app.secret, &epoch.to_be_bytes(), payer.as_bytes()])
}

fn parameters(app: &App, generation: &Generation) -> BTreeMap<String, String> {
    let embedding = generation.manifest().embedding.as_ref();
    let model = embedding.map_or("none".to_owned(), |model| model.digest.to_string());
    [
        ("embedding", model),
        ("passages", app.config.passages.to_string()),
        ("vector_weight", footnote_retriever::fusion::VECTOR_WEIGHT.to_string()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
