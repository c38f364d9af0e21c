//! Requests that come and go, each with an adapter drawn from many: what it costs to serve thousands
//! of experts rather than one.

use super::{LoraBench, rounds};
use footnote_generator::engine::{
    Asked, Decoder, DecoderSettings, Device, Engine, Mix, PackedAdapter, Said, Sampling,
    WeightPrecision,
};
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Tokens of a prompt.
const PROMPT: usize = 16;
/// Tokens of an answer.
const ANSWER: usize = 16;
/// Answers that each caller asks for in a round.
const ANSWERS: usize = 1;
/// Rounds of each kind of traffic, in turns.
const ROUNDS: usize = 3;

/// Tokens per second as a part of what the same traffic makes with one adapter for all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Traffic {
    /// Adapters that requests were drawn from.
    pub registered: usize,
    /// Tokens per second with one adapter for all requests.
    pub one_tps: f64,
    /// Every adapter as likely as any other.
    pub ratio_uniform: f64,
    /// The n-th adapter 1/n as likely as the first.
    pub ratio_zipf: f64,
}

/// How requests choose their adapter.
#[derive(Clone, Copy)]
enum Choice {
    One,
    Uniform,
    Zipf,
}

pub(super) fn measure(bench: &LoraBench, folder: &Path) -> anyhow::Result<Traffic> {
    let settings = DecoderSettings {
        precision: WeightPrecision::AsStored,
        cache_bytes: bench.cache_bytes(),
        cache_tokens_least: 0,
        threads: bench.threads,
    };
    let decoder = Decoder::open(folder, settings)?;
    let adapters = rounds::packed(bench, decoder.config(), bench.registered)?;
    let engine = Engine::start(decoder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    let mut paces: [Vec<f64>; 3] = Default::default();
    for round in 0..ROUNDS {
        let kinds = [Choice::One, Choice::Uniform, Choice::Zipf];
        for (kind, paces) in kinds.into_iter().zip(&mut paces) {
            paces.push(runtime.block_on(pace(bench, &engine, &adapters, kind, round as u64))?);
        }
    }
    let [one, uniform, zipf] = paces.map(|mut paces| {
        paces.sort_unstable_by(f64::total_cmp);
        paces[ROUNDS / 2]
    });
    Ok(Traffic {
        registered: bench.registered,
        one_tps: one,
        ratio_uniform: uniform / one,
        ratio_zipf: zipf / one,
    })
}

/// Tokens per second of as many callers as the batch has rows, each asking one answer after the other.
async fn pace(
    bench: &LoraBench,
    engine: &Engine,
    adapters: &[Arc<PackedAdapter>],
    choice: Choice,
    round: u64,
) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let callers: Vec<_> = (0..bench.rows as u64)
        .map(|caller| {
            let mut random = StdRng::seed_from_u64(round << 32 | caller);
            let asked: Vec<Asked> =
                (0..ANSWERS).map(|_| asked(engine, adapters, choice, &mut random)).collect();
            let engine = engine.clone();
            tokio::spawn(async move {
                let mut tokens = 0;
                for asked in asked {
                    let mut said = engine.ask(asked).await?;
                    while let Some(Said::Token(_)) = said.recv().await {
                        tokens += 1;
                    }
                }
                anyhow::Ok(tokens)
            })
        })
        .collect();
    let mut tokens = 0;
    for caller in callers {
        tokens += caller.await??;
    }
    Ok(f64::from(tokens) / begun.elapsed().as_secs_f64())
}

fn asked(
    engine: &Engine,
    adapters: &[Arc<PackedAdapter>],
    choice: Choice,
    random: &mut StdRng,
) -> Asked {
    let chosen = match choice {
        Choice::One => 0,
        Choice::Uniform => random.random_range(0..adapters.len()),
        Choice::Zipf => {
            let weights = (1..=adapters.len()).map(|rank| 1.0 / rank as f64);
            WeightedIndex::new(weights).expect("weights are positive").sample(random)
        }
    };
    let vocabulary = engine.config().vocabulary as u32;
    Asked {
        tokens: (0..PROMPT).map(|_| random.random_range(0..vocabulary)).collect(),
        mix: Mix::new([(Arc::clone(&adapters[chosen]), 1.0)]),
        sampling: Sampling::GREEDY,
        tokens_most: ANSWER,
    }
}
