//! The running engine: requests that come and go, prefixes that are shared, adapters that are swapped.

use super::*;
use crate::adapter::{LoraAdapter, Projection};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc::Receiver;

/// A token at which the counting device fails.
const FATAL: u32 = 299;

/// A device that counts the tokens it reads.
struct Counting {
    device: Decoder,
    read: Arc<AtomicUsize>,
}

impl Device for Counting {
    fn config(&self) -> &ModelConfig {
        self.device.config()
    }

    fn blocks(&self) -> usize {
        self.device.blocks()
    }

    fn step(&mut self, rows: &[Row]) -> Vec<Outcome> {
        let fatal = rows.iter().any(|row| row.tokens == [FATAL]);
        assert!(!fatal, "a test wants this step to fail");
        self.read.fetch_add(rows.iter().map(|row| row.tokens.len()).sum(), Ordering::Relaxed);
        self.device.step(rows)
    }
}

/// A running engine on an invented model, a second decoder of the same model to compare with, and
/// adapters for it.
struct Bench {
    engine: Engine,
    read: Arc<AtomicUsize>,
    decoder: Decoder,
    adapters: Vec<LoraAdapter>,
    slots: AdapterSlots,
    folder: TempDir,
}

impl Bench {
    fn new(cache_bytes: usize) -> Self {
        let model = InventedModel::tiny(Architecture::Qwen3);
        let (folder, decoder) = opened(&model, WeightPrecision::F32);
        let settings = DecoderSettings { cache_bytes, ..settings(WeightPrecision::F32) };
        let device = Decoder::open(folder.path(), settings).expect("loads");
        let read = Arc::new(AtomicUsize::new(0));
        let engine = Engine::start(Counting { device, read: Arc::clone(&read) }).expect("starts");
        let adapters = (0..5)
            .map(|seed| model.adapter(4 + seed as usize, &[Projection::Q, Projection::V], seed))
            .collect();
        let slots = AdapterSlots::new(engine.config().clone(), 0);
        Self { engine, read, decoder, adapters, slots, folder }
    }

    /// A mix of adapters by number; the slots keep none of them, only the request does.
    fn mix(&self, parts: &[(usize, f32)]) -> Mix {
        let packed = |at: usize| self.slots.get(&self.adapters[at]).expect("fits");
        Mix::new(parts.iter().map(|(at, weight)| (packed(*at), *weight)))
    }

    fn asked(&self, tokens: &[u32], parts: &[(usize, f32)], tokens_most: usize) -> Asked {
        let mix = self.mix(parts);
        Asked { tokens: tokens.to_vec(), mix, sampling: Sampling::GREEDY, tokens_most }
    }

    /// What must come: token after token by a decoder that nobody else uses and that keeps nothing.
    fn alone(&mut self, asked: &Asked) -> Vec<u32> {
        let mut tokens = asked.tokens.clone();
        for _ in 0..asked.tokens_most {
            let outcome = self.decoder.step(&[row(0, &tokens, 0, &asked.mix)]).remove(0);
            let logits = logits(&outcome);
            let best = (0..logits.len()).rev().max_by(|a, b| logits[*a].total_cmp(&logits[*b]));
            let best = best.expect("a vocabulary") as u32;
            if self.decoder.config().ends.contains(&best) {
                break;
            }
            tokens.push(best);
        }
        tokens.split_off(asked.tokens.len())
    }
}

async fn all(mut said: Receiver<Said>) -> (Vec<u32>, Option<Ended>) {
    let mut tokens = Vec::new();
    while let Some(said) = said.recv().await {
        match said {
            Said::Token(chosen) => tokens.push(chosen.token),
            Said::End(ended) => return (tokens, Some(ended)),
        }
    }
    (tokens, None)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_come_and_go_get_what_they_would_get_alone() {
    let mut bench = Bench::new(64 << 10);
    let mut random = StdRng::seed_from_u64(21);
    let mut running = Vec::new();
    for at in 0..60 {
        let parts: &[(usize, f32)] =
            [&[][..], &[(0, 1.0)], &[(1, 1.0)], &[(2, 0.5), (3, 0.5)]][random.random_range(0..4)];
        // Few texts, so that prefixes are shared, with and without the same adapters.
        let text = text(at % 3, random.random_range(1..60));
        let asked = bench.asked(&text, parts, random.random_range(1..12));
        let said = bench.engine.ask(asked.clone()).await.expect("is taken");
        if at % 5 == 4 {
            drop(said);
            continue;
        }
        running.push((asked, tokio::spawn(all(said))));
        if at % 7 == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        }
    }
    for (at, (asked, said)) in running.into_iter().enumerate() {
        let (tokens, ended) = said.await.expect("no panic");
        assert_eq!(tokens, bench.alone(&asked), "request {at}");
        let short = tokens.len() < asked.tokens_most;
        assert_eq!(ended, Some(if short { Ended::ByModel } else { Ended::ByLength }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_is_shared_by_the_same_adapters_only() {
    let mut bench = Bench::new(1 << 20);
    let tokens = text(5, 100);
    let variants: [&[(usize, f32)]; 6] =
        [&[], &[(0, 1.0)], &[(1, 1.0)], &[(0, 0.5)], &[(0, 0.5), (1, 0.5)], &[(1, 0.5), (0, 0.25)]];
    for round in 0..3 {
        for parts in variants {
            let before = bench.read.load(Ordering::Relaxed);
            let asked = bench.asked(&tokens, parts, 3);
            let said = bench.engine.ask(asked.clone()).await.expect("is taken");
            let (found, _) = all(said).await;
            assert_eq!(found, bench.alone(&asked), "round {round}, {parts:?}");
            let read = bench.read.load(Ordering::Relaxed) - before;
            // 96 of the 100 tokens are full blocks. The last written token is never read.
            let prompt = if round == 0 { 100 } else { 4 };
            assert_eq!(read, prompt + found.len() - 1, "round {round}, {parts:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_makes_room() {
    let bench = Bench::new(64 << 10);
    let most = bench.engine.context();
    assert!((100..4_000).contains(&most), "{most}");
    let large = || bench.asked(&text(1, 10), &[(0, 1.0)], most - 10);
    for _ in 0..5 {
        // Each needs the whole cache.
        let mut said = bench.engine.ask(large()).await.expect("is taken");
        assert!(matches!(said.recv().await, Some(Said::Token(_) | Said::End(_))));
    }
    let too_long = bench.engine.ask(bench.asked(&text(1, 11), &[], most - 10)).await;
    assert_eq!(too_long.err(), Some(EngineError::TooLong { length: most + 1, most }));
    let empty = bench.engine.ask(bench.asked(&[], &[], 4)).await;
    assert_eq!(empty.err(), Some(EngineError::Empty));
    let foreign = bench.engine.ask(bench.asked(&[300], &[], 4)).await;
    assert_eq!(foreign.err(), Some(EngineError::Token(300)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_takes_its_own_texts_with_it_and_nothing_else() {
    let mut bench = Bench::new(64 << 10);
    let most = bench.engine.context();
    for _ in 0..3 {
        let fatal = bench.asked(&[FATAL], &[], most - 1);
        assert_eq!(all(bench.engine.ask(fatal).await.expect("is taken")).await, (Vec::new(), None));
        let score = Given { tokens: vec![FATAL, 1], from: 1, mix: Mix::default() };
        assert_eq!(bench.engine.score(vec![score]).await, Err(EngineError::Stopped));
        let asked = bench.asked(&text(2, 30), &[(1, 1.0)], 5);
        let (found, _) = all(bench.engine.ask(asked.clone()).await.expect("is taken")).await;
        assert_eq!(found, bench.alone(&asked));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_texts_are_scored_together_and_with_their_adapters() {
    let bench = Bench::new(1 << 20);
    let tokens = text(6, 120);
    let twin = Twin::open(bench.folder.path(), false);
    let wanted = |twin: &Twin, from: usize| -> Vec<f64> {
        let logits = twin.logits(&tokens);
        let of = |at: usize| {
            let whole: f64 = logits[at - 1].iter().map(|one| one.exp()).sum();
            logits[at - 1][tokens[at] as usize] - whole.ln()
        };
        (from..tokens.len()).map(of).collect()
    };
    let given = |from, parts: &[(usize, f32)]| Given {
        tokens: tokens.clone(),
        from,
        mix: bench.mix(parts),
    };
    let mixed = &[(0, 0.5), (1, 2.0)];
    // Twice: the second time from shared blocks.
    for _ in 0..2 {
        let asked = vec![given(1, &[]), given(80, mixed), given(120, &[]), given(37, &[])];
        let found = bench.engine.score(asked).await.expect("scores");
        let merged = Twin::open(bench.folder.path(), false)
            .merged(&[(&bench.adapters[0], 0.5), (&bench.adapters[1], 2.0)]);
        let wanted = [wanted(&twin, 1), wanted(&merged, 80), Vec::new(), wanted(&twin, 37)];
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!(apart(found, wanted) < 1e-4);
        }
    }
    let before_anything = bench.engine.score(vec![given(0, &[])]).await;
    assert_eq!(before_anything.err(), Some(EngineError::Empty));
}
