//! Which adapters write an answer, and what has each of them done? Those that the caller named, or the
//! one of the Datanet from which most of what is read comes; never another in their place.

use super::answer::{AnswerAdapter, ChosenBy};
use super::{AskError, AskRequest, Job};
use crate::app::App;
use footnote_domain::apportion::largest_remainder;
use footnote_domain::id::DatanetId;
use footnote_domain::payee::WHOLE_PPM;
use footnote_domain::receipt::AdapterUse;
use footnote_domain::score::ScoreRow;
use footnote_generator::adapter::alias::{AliasName, Resolved};
use footnote_generator::adapter::store::StoreError;
use footnote_generator::model::before_saying;
use footnote_generator::{Expert, GenerateError, Request, Source};
use std::collections::BTreeMap;

/// Most adapters that may be named for one answer: each is one more reading when their parts are judged.
const NAMED_MOST: usize = 4;
/// Millionths of a nat, in which differences of log-probabilities are divided.
const MICRO: f64 = 1_000_000.0;

/// An adapter that will write. An answer keeps what it began with, whatever becomes of the name.
#[derive(Debug, Clone)]
pub(super) struct Routed {
    resolved: Resolved,
    by: ChosenBy,
}

/// The adapters that the caller named, resolved before anything is reserved.
pub(super) fn named(app: &App, request: &AskRequest) -> Result<Vec<Routed>, AskError> {
    if request.adapters.is_empty() {
        return Ok(Vec::new());
    }
    if !app.backend.takes_adapters() {
        return Err(GenerateError::NoAdapters { backend: app.backend.name() }.into());
    }
    if request.adapters.len() > NAMED_MOST {
        return Err(AskError::TooManyAdapters(NAMED_MOST));
    }
    let resolve = |alias: &AliasName| route(app, alias, ChosenBy::Caller);
    let routed = request.adapters.iter().map(resolve).collect::<Result<Vec<_>, _>>()?;
    Ok(each_once(routed))
}

/// Those that write the answer: the named ones, else the Datanet's own.
pub(super) fn of(app: &App, job: &Job, sources: &[Source]) -> Result<Vec<Routed>, AskError> {
    if !job.routed.is_empty() {
        return Ok(job.routed.clone());
    }
    let Some(datanet) = nearest(job, sources) else { return Ok(Vec::new()) };
    match app.config.adapters.of_datanets.get(&datanet) {
        None => Ok(Vec::new()),
        Some(alias) => Ok(vec![route(app, alias, ChosenBy::Datanet(datanet))?]),
    }
}

/// Resolves a name and starts its load, so that it is there when the passages are found.
fn route(app: &App, alias: &AliasName, by: ChosenBy) -> Result<Routed, AskError> {
    let (resolved, _) = app.adapters.resolve(alias)?;
    app.adapter_memory.prefetch(resolved.digest);
    Ok(Routed { resolved, by })
}

/// Two names of one adapter are that adapter, by its first name; ascending by digest, as in receipts.
fn each_once(routed: Vec<Routed>) -> Vec<Routed> {
    let mut by_digest = BTreeMap::new();
    for one in routed {
        by_digest.entry(one.resolved.digest).or_insert(one);
    }
    by_digest.into_values().collect()
}

/// The Datanet of most passages that are read; of several, the one of the better passage.
fn nearest(job: &Job, sources: &[Source]) -> Option<DatanetId> {
    let mut counts: Vec<(DatanetId, usize)> = Vec::new();
    for source in sources {
        let datanet = job.generation.documents()[source.document as usize].datanet;
        match counts.iter_mut().find(|(known, _)| *known == datanet) {
            Some((_, count)) => *count += 1,
            None => counts.push((datanet, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(datanet, _)| datanet)
}

/// Their weights, loaded; they count alike.
pub(super) async fn experts(app: &App, routed: &[Routed]) -> Result<Vec<Expert>, AskError> {
    let weight = 1.0 / routed.len().max(1) as f32;
    let mut experts = Vec::with_capacity(routed.len());
    for one in routed {
        let adapter = app.adapter_memory.get(one.resolved.digest).await;
        let adapter = adapter.map_err(|error| match &*error {
            StoreError::NoRoom { .. } => AskError::AdaptersBusy(error.to_string()),
            _ => AskError::AdapterUnavailable(error.to_string()),
        })?;
        experts.push(Expert { adapter, weight });
    }
    Ok(experts)
}

/// What each adapter's part of the work was, in ppm: how much less likely the answer is without it,
/// where the backend scores and at least one was needed; else alike.
pub(super) async fn parts(app: &App, asked: &Request, said: &str) -> Result<Vec<u32>, AskError> {
    let experts = &asked.adapters;
    if experts.len() < 2 || said.is_empty() {
        return Ok(apportion(&vec![1; experts.len()]));
    }
    let row =
        ScoreRow { prompt: before_saying(asked, |_| true, ""), continuation: said.to_owned() };
    let with = log_probability(app, &row, experts.clone()).await?;
    let without = futures::future::try_join_all((0..experts.len()).map(|out| {
        let mut rest = experts.clone();
        rest.remove(out);
        log_probability(app, &row, rest)
    }));
    let Some((with, without)) = with.zip(without.await?.into_iter().collect::<Option<Vec<f64>>>())
    else {
        return Ok(apportion(&vec![1; experts.len()]));
    };
    let needed = |without: &f64| ((with - without).max(0.0) * MICRO).min(1e18) as u128;
    let needed: Vec<u128> = without.iter().map(needed).collect();
    let nobody = needed.iter().all(|needed| *needed == 0);
    Ok(apportion(&if nobody { vec![1; experts.len()] } else { needed }))
}

fn apportion(weights: &[u128]) -> Vec<u32> {
    let parts = largest_remainder(u64::from(WHOLE_PPM), weights);
    parts.into_iter().map(|part| u32::try_from(part).expect("a part of a million")).collect()
}

/// None where the backend does not score.
async fn log_probability(
    app: &App,
    row: &ScoreRow,
    adapters: Vec<Expert>,
) -> Result<Option<f64>, AskError> {
    let Some(scorer) = app.backend.scorer_with(adapters) else { return Ok(None) };
    let scored = scorer.log_probs(std::slice::from_ref(row)).await;
    let scored = scored.map_err(|error| AskError::Broken(error.to_string()))?;
    let sum: f64 = scored.iter().flatten().copied().map(f64::from).sum();
    if scored.len() != 1 || !sum.is_finite() {
        return Err(AskError::Broken("the model gave no probability for its own answer".into()));
    }
    Ok(Some(sum))
}

/// As the receipt records them.
pub(super) fn uses(routed: &[Routed], parts: &[u32], tokens: u64) -> Vec<AdapterUse> {
    let of = |(one, weight): (&Routed, &u32)| AdapterUse {
        alias: one.resolved.alias.to_string(),
        digest: one.resolved.digest,
        payee: one.resolved.payee.unwrap_or_default(),
        weight: *weight,
        tokens,
    };
    routed.iter().zip(parts).map(of).collect()
}

/// As a reader sees them.
pub(super) fn shown(routed: &[Routed], parts: &[u32]) -> Vec<AnswerAdapter> {
    let of = |(one, part_ppm): (&Routed, &u32)| AnswerAdapter {
        alias: one.resolved.alias.clone(),
        answering: one.resolved.answering.clone(),
        version: one.resolved.version,
        digest: one.resolved.digest,
        payee: one.resolved.payee,
        part_ppm: *part_ppm,
        chosen_by: one.by,
    };
    routed.iter().zip(parts).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::id::Digest;

    fn routed(alias: &str, digest: u8) -> Routed {
        let alias = AliasName::parse(alias).expect("a name");
        let digest = Digest([digest; 32]);
        let answering = alias.clone();
        let resolved =
            Resolved { alias, answering, digest, version: 1, payee: None, generation: 1 };
        Routed { resolved, by: ChosenBy::Caller }
    }

    #[test]
    fn two_names_of_one_adapter_are_one_and_receipts_have_them_in_order() {
        let found = each_once(vec![routed("tea", 9), routed("herbs", 3), routed("tisane", 9)]);
        let uses = uses(&found, &[600_000, 400_000], 7);
        let names: Vec<&str> = uses.iter().map(|one| one.alias.as_str()).collect();
        assert_eq!(names, ["herbs", "tea"]);
        assert!(uses.iter().all(|one| one.part().is_none()), "nobody is named, nobody is paid");
    }

    #[test]
    fn parts_are_a_whole() {
        assert_eq!(apportion(&[1, 1, 1]), [333_334, 333_333, 333_333]);
        assert_eq!(apportion(&[3, 0, 1]), [750_000, 0, 250_000]);
        assert_eq!(apportion(&[]), [0u32; 0]);
    }
}
