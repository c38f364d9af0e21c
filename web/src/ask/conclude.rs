//! Shares, money, receipt: the answer is stored and charged in one step, or nothing is.

use super::answer::{Answer, Outcome, Routing};
use super::event::AnswerEvent;
use super::find::{blocking, datanets_searched};
use super::next::next_questions;
use super::record::{self, Verdict};
use super::write::Written;
use super::{AskError, Job, View, present, routing, stored, terms};
use crate::app::App;
use footnote_domain::money::{AmountError, Nano, Settlement};
use footnote_domain::receipt::AdapterUse;
use footnote_ledger::{Capture, LedgerError};
use std::sync::Arc;

/// Why an answer that refuses costs nothing, as the books have it.
pub const NO_SOURCE: &str = "no source answers the question";
/// Why an answer that rests on too little costs nothing, as the books have it.
pub const TOO_LITTLE: &str = "the sources support too little of the answer";

/// Shares, money, receipt: the answer is stored and charged in one step, or voided.
pub(super) async fn conclude(app: &App, job: &Job, written: Written) -> Result<Answer, AskError> {
    let Written { sources, composition, asked, .. } = &written;
    let mut terms = job.terms.clone();
    terms.estimator = terms::estimator(written.judged_meaning, composition.judged_necessity());
    terms.retrieval.passages = sources.retrieved.clone();
    terms.adapters = routing::uses(&written.routed, &written.parts, written.usage.tokens_out);
    terms.beneficiaries.adapters = terms.adapters.iter().filter_map(AdapterUse::part).collect();
    terms.request = terms::asked(&job.request, &written.question, &terms.backend);
    let nothing = written.refused || composition.sentences.is_empty();
    if nothing {
        let answer = finish(job, &written, Outcome::Refused, None)?;
        return void(app, job, answer, NO_SOURCE).await;
    }
    let verdict = record::judge(&job.generation, sources, composition, asked, &terms.constants);
    if record::outcome(verdict.attribution.total_ppm, &terms.constants) == Outcome::Unsupported {
        let answer = finish(job, &written, Outcome::Unsupported, None)?;
        return void(app, job, answer, TOO_LITTLE).await;
    }
    let money = verdict.settle(&terms, written.usage)?;
    let answer = finish(job, &written, Outcome::Answered, Some((&verdict, &money)))?;
    let receipt = verdict.draft(&terms, &job.hold, written.usage, &money, &answer);
    let capture = Capture {
        hold: job.hold.id,
        receipt,
        body: body(&answer)?,
        lines: verdict.line_details(&money),
    };
    keep_unigrams(app, job).await;
    app.ledger.capture(capture).await?;
    app.caps.give_back(&job.taken, unspent(job, &money));
    Ok(answer)
}

/// Keeps the token counts by which the answer was weighed, for who recomputes it later. An answer is
/// true and paid without: a failure is the operator's to mend.
async fn keep_unigrams(app: &App, job: &Job) {
    let (archive, generation) = (app.unigrams.clone(), Arc::clone(&job.generation));
    let kept = blocking(move || {
        archive
            .keep(generation.manifest().unigrams, generation.unigrams())
            .map_err(|error| AskError::Broken(error.to_string()))
    });
    if let Err(error) = kept.await {
        tracing::error!(%error, "token counts not kept: this answer's evidence cannot be recomputed");
    }
}

fn body(answer: &Answer) -> Result<Vec<u8>, AskError> {
    serde_json::to_vec(answer).map_err(|error| AskError::Broken(error.to_string()))
}

/// A refusal is an answer too: stored, readable by its id, free of charge.
async fn void(app: &App, job: &Job, answer: Answer, reason: &str) -> Result<Answer, AskError> {
    let body = Some(body(&answer)?);
    app.ledger
        .void(job.hold.id, footnote_ledger::Outcome { body, reason: reason.to_owned() })
        .await?;
    app.caps.give_back(&job.taken, job.hold.amount);
    Ok(answer)
}

/// What was reserved and not charged.
fn unspent(job: &Job, money: &Settlement) -> Nano {
    let left = i128::from(job.hold.amount.get()) - i128::from(money.charged.get());
    Nano::new(left).expect("never more is charged than was reserved")
}

/// The stored answer.
fn finish(
    job: &Job,
    written: &Written,
    outcome: Outcome,
    paid: Option<(&Verdict<'_>, &Settlement)>,
) -> Result<Answer, AskError> {
    let broken = |error: AmountError| AskError::Broken(error.to_string());
    let gross = job.terms.tariff.price(written.usage).map_err(broken)?;
    let composition = &written.composition;
    let funding = job.terms.funding;
    let (sentences, attribution, residual_ppm, price) = match paid {
        None => {
            let free = record::free(job.hold.amount, gross, funding);
            (composition.sentences.clone(), Vec::new(), 1_000_000, free)
        }
        Some((verdict, money)) => (
            record::weigh(&composition.sentences, &verdict.units),
            verdict.shares(composition, money),
            verdict.attribution.residual_ppm(),
            record::price(job.hold.amount, money, funding)?,
        ),
    };
    Ok(Answer {
        id: job.id,
        question: job.request.question.text().to_owned(),
        meant: written.question.in_context().map(str::to_owned),
        language: written.question.language(),
        outcome,
        created: job.terms.time,
        backend: job.terms.backend.clone(),
        sentences,
        citations: composition.citations.clone(),
        search_results: present::search_results(&job.generation, written.sources.ranked()),
        attribution,
        residual_ppm,
        price,
        receipt: paid.map(|_| format!("/v1/receipts/{}", job.id)),
        timings: written.timings,
        datanets_searched: datanets_searched(&job.generation, &job.request.datanets),
        datanets_asked: job.request.datanets.clone(),
        generation: job.generation.root_digest(),
        next_questions: next_questions(&job.generation, &written.sources, &job.request.question),
        routing: Routing {
            asked: job.request.adapters.clone(),
            adapters: routing::shown(&written.routed, &written.parts),
        },
        salts: job.terms.salts.clone(),
    })
}

/// Gives everything back. If the money was taken after all (a capture whose confirmation got lost),
/// the stored answer is what counts.
pub(super) async fn abandon(app: &App, job: &Job, error: &AskError) -> AnswerEvent {
    tracing::warn!(answer = %job.id, code = error.code(), %error, "answer given up");
    let outcome = footnote_ledger::Outcome { body: None, reason: error.code().to_owned() };
    match app.ledger.void(job.hold.id, outcome).await {
        Err(LedgerError::AlreadyCaptured(_)) => {
            if let Ok(Some(View::Finished(answer))) = stored::answer(app, job.id).await {
                return AnswerEvent::Done { answer };
            }
        }
        Err(other) => {
            // The sweeper voids the hold when it expires.
            tracing::error!(answer = %job.id, error = %other, "hold could not be voided");
        }
        Ok(()) => app.caps.give_back(&job.taken, job.hold.amount),
    }
    AnswerEvent::Failed { code: error.code().to_owned(), message: error.to_string() }
}
