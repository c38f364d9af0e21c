//! Steps of a full batch, with and without adapters, in turns.

use super::LoraBench;
use footnote_generator::adapter::Projection;
use footnote_generator::engine::{Device, Mix, ModelConfig, PackedAdapter, Row, Wanted};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Tokens of a block of the engine's cache.
pub(super) const BLOCK_TOKENS: usize = 16;

/// How fast a batch was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pace {
    /// Of all answers together.
    pub tokens_per_second: f64,
    /// Milliseconds from one token of an answer to its next: the median,
    pub step_ms_p50: f64,
    /// and what 95 of 100 steps stay below.
    pub step_ms_p95: f64,
}

impl Pace {
    /// From the seconds of each step. The pace is that of the median step: what others do on the
    /// machine makes a few steps long.
    fn of(mut seconds: Vec<f64>, rows: usize) -> Self {
        seconds.sort_unstable_by(f64::total_cmp);
        let part = |of: f64| seconds[((seconds.len() - 1) as f64 * of).round() as usize];
        Self {
            tokens_per_second: rows as f64 / part(0.5),
            step_ms_p50: part(0.5) * 1e3,
            step_ms_p95: part(0.95) * 1e3,
        }
    }
}

/// Adapters of the bench, ready for the batch.
pub(super) fn packed(
    bench: &LoraBench,
    config: &ModelConfig,
    count: usize,
) -> anyhow::Result<Vec<Arc<PackedAdapter>>> {
    (0..count)
        .map(|seed| {
            let sites = &[Projection::Q, Projection::V];
            let adapter = bench.model.adapter(bench.rank, sites, seed as u64);
            Ok(Arc::new(PackedAdapter::pack(&adapter, config)?))
        })
        .collect()
}

/// The pace without adapters, and by number of different adapters. Round after round, each kind takes
/// a few steps; the first round only warms up.
pub(super) fn measure(
    bench: &LoraBench,
    device: &mut impl Device,
    adapters: &[Arc<PackedAdapter>],
) -> (Pace, BTreeMap<usize, Pace>) {
    let mut batch = Batch::read(bench, device, bench.rows);
    let kinds: Vec<usize> = std::iter::once(0).chain(bench.adapters.iter().copied()).collect();
    let mut seconds: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for round in 0..=bench.rounds {
        for kind in &kinds {
            let mixes: Vec<Mix> = (0..bench.rows)
                .map(|row| match kind {
                    0 => Mix::default(),
                    count => Mix::new([(Arc::clone(&adapters[row % count]), 1.0)]),
                })
                .collect();
            for _ in 0..bench.steps {
                let took = batch.step(device, &mixes);
                if round > 0 {
                    seconds.entry(*kind).or_default().push(took);
                }
            }
        }
    }
    let mut paces = seconds.into_iter().map(|(kind, all)| (kind, Pace::of(all, bench.rows)));
    let (_, base) = paces.next().expect("the base is a kind");
    (base, paces.collect())
}

/// The pace of one answer alone, without adapters.
pub(super) fn single(bench: &LoraBench, device: &mut impl Device) -> Pace {
    let mut batch = Batch::read(bench, device, 1);
    let steps = bench.rounds * bench.steps * bench.adapters.len().max(1);
    Pace::of((0..steps).map(|_| batch.step(device, &[Mix::default()])).collect(), 1)
}

/// Texts that are written on, step by step.
struct Batch {
    vocabulary: u32,
    blocks_of_row: usize,
    position: usize,
}

impl Batch {
    /// Lets the device read what comes before.
    fn read(bench: &LoraBench, device: &mut impl Device, rows: usize) -> Self {
        let vocabulary = device.config().vocabulary as u32;
        let batch = Self { vocabulary, blocks_of_row: bench.blocks_of_row(), position: 0 };
        for row in 0..rows {
            let mut one = batch.row(row, bench.context, &Mix::default());
            one.wanted = Wanted::Nothing;
            device.step(&[one]);
        }
        Self { position: bench.context, ..batch }
    }

    /// One token for each row; the seconds that it took.
    fn step(&mut self, device: &mut impl Device, mixes: &[Mix]) -> f64 {
        let rows: Vec<Row> =
            mixes.iter().enumerate().map(|(row, mix)| self.row(row, 1, mix)).collect();
        let begun = Instant::now();
        std::hint::black_box(device.step(&rows));
        self.position += 1;
        begun.elapsed().as_secs_f64()
    }

    fn row(&self, row: usize, tokens: usize, mix: &Mix) -> Row {
        let token = |at: usize| (row * 7_919 + (self.position + at) * 31) as u32 % self.vocabulary;
        let first = row * self.blocks_of_row;
        let blocks = (self.position + tokens).div_ceil(BLOCK_TOKENS);
        Row {
            tokens: (0..tokens).map(token).collect(),
            position: self.position,
            blocks: (first..first + blocks).map(|block| block as u32).collect(),
            mix: mix.clone(),
            wanted: Wanted::Logits,
        }
    }
}
