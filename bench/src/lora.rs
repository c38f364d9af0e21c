//! How fast does one model write with many adapters at once, against itself without any?
//!
//! The model is invented: about 100 million random numbers in bf16, the measures of a small Llama. What
//! is compared are rounds of a few steps that take turns within one run, so that whatever else the
//! machine does slows all of them alike; ratios are what counts, absolute numbers depend on the machine.

mod rounds;
mod switching;
mod traffic;

use footnote_generator::engine::invented::InventedModel;
use footnote_generator::engine::{Architecture, Decoder, DecoderSettings, Device, WeightPrecision};
use serde::Serialize;
use std::collections::BTreeMap;

pub use rounds::Pace;
pub use switching::Switch;
pub use traffic::Traffic;

/// What is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraBench {
    /// The model.
    pub model: InventedModel,
    /// Answers that are written at the same time.
    pub rows: usize,
    /// Tokens that each has read and written when the measuring begins.
    pub context: usize,
    /// Rounds of every kind.
    pub rounds: usize,
    /// Steps of a round.
    pub steps: usize,
    /// Rank of the adapters, which change q and v of every layer.
    pub rank: usize,
    /// Numbers of different adapters in a batch.
    pub adapters: Vec<usize>,
    /// Adapters that are registered while answers are asked from all of them alike.
    pub registered: usize,
    /// Threads; 0 for one per processor.
    pub threads: usize,
}

impl Default for LoraBench {
    fn default() -> Self {
        Self {
            model: InventedModel {
                hidden: 768,
                inner: 2_048,
                layers: 12,
                heads: 12,
                kv_heads: 12,
                head_width: 64,
                vocabulary: 32_000,
                tied: true,
                short: true,
                ..InventedModel::tiny(Architecture::Llama)
            },
            rows: 64,
            context: 64,
            rounds: 5,
            steps: 4,
            rank: 16,
            adapters: vec![1, 4, 16, 64],
            registered: 2_000,
            threads: 0,
        }
    }
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoraReport {
    /// Numbers of the model.
    pub parameters: usize,
    /// Answers written at the same time.
    pub rows: usize,
    /// The base model alone, for all answers together.
    pub base: Pace,
    /// By number of different adapters in the batch.
    pub with_adapters: BTreeMap<usize, Pace>,
    /// Tokens per second with so many adapters, as a part of the base model's.
    pub ratios: BTreeMap<usize, f64>,
    /// The base model with one answer alone.
    pub single: Pace,
    /// Bytes of the model's matrices.
    pub model_bytes: usize,
    /// Bytes of one adapter, packed.
    pub adapter_bytes: usize,
    /// Milliseconds until an adapter in memory is ready for the batch.
    pub switch_ms: Switch,
    /// Requests that come and go, with adapters drawn from many.
    pub traffic: Traffic,
}

impl LoraBench {
    /// Invents the model, and measures.
    ///
    /// # Errors
    /// When the model cannot be written to a folder for temporary files, or not be loaded.
    pub fn run(&self) -> anyhow::Result<LoraReport> {
        let folder = tempfile::tempdir()?;
        self.model.write(folder.path())?;
        let settings = DecoderSettings {
            precision: WeightPrecision::AsStored,
            cache_bytes: self.cache_bytes(),
            cache_tokens_least: 0,
            threads: self.threads,
        };
        let mut decoder = Decoder::open(folder.path(), settings)?;
        let most = self.adapters.iter().copied().max().unwrap_or(0);
        let adapters = rounds::packed(self, decoder.config(), most)?;
        let switch_ms = switching::measure(self, decoder.config())?;
        let (base, with_adapters) = rounds::measure(self, &mut decoder, &adapters);
        let single = rounds::single(self, &mut decoder);
        let traffic = traffic::measure(self, folder.path())?;
        let ratio = |pace: &Pace| pace.tokens_per_second / base.tokens_per_second;
        Ok(LoraReport {
            parameters: decoder.weight_bytes() / if self.model.short { 2 } else { 4 },
            rows: self.rows,
            ratios: with_adapters.iter().map(|(count, pace)| (*count, ratio(pace))).collect(),
            model_bytes: decoder.weight_bytes(),
            adapter_bytes: adapters.first().map_or(0, |adapter| adapter.bytes()),
            base,
            with_adapters,
            single,
            switch_ms,
            traffic,
        })
    }

    /// Keys and values of all rows to the end of the measuring.
    fn cache_bytes(&self) -> usize {
        let model = &self.model;
        let per_token =
            2 * model.layers * model.kv_heads * model.head_width.next_multiple_of(16) * 4;
        self.rows * self.blocks_of_row() * rounds::BLOCK_TOKENS * per_token
    }

    /// Blocks that one row may fill.
    fn blocks_of_row(&self) -> usize {
        let kinds = self.adapters.len() + 2;
        (self.context + kinds * (self.rounds + 1) * self.steps).div_ceil(rounds::BLOCK_TOKENS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_bench_measures_everything() {
        let bench = LoraBench {
            model: InventedModel::tiny(Architecture::Llama),
            rows: 3,
            context: 5,
            rounds: 2,
            steps: 2,
            adapters: vec![1, 3],
            registered: 4,
            ..LoraBench::default()
        };
        let report = bench.run().expect("runs");
        assert_eq!(report.ratios.keys().copied().collect::<Vec<_>>(), [1, 3]);
        assert!(report.ratios.values().all(|ratio| *ratio > 0.0));
        assert!(report.base.step_ms_p95 >= report.base.step_ms_p50);
        assert!(report.traffic.one_tps > 0.0 && report.traffic.ratio_zipf > 0.0);
        assert!(report.parameters > 50_000 && report.adapter_bytes > 0);
    }
}
