//! One step of the model: the next tokens of many sequences at once, each with its own length, its own
//! blocks of the cache and its own adapters; long prompts and single tokens side by side.

use super::attention::{Span, attention};
use super::cache::{BLOCK_TOKENS, LayerCache, block_bytes};
use super::checkpoint::Checkpoint;
use super::kernel::LANES;
use super::linear::{Into, Linear, Packed};
use super::lora::{Groups, Mix};
use super::norm::{gated, log_probability, rms_norm, rms_norm_heads};
use super::rope::{angles, frequencies, turn};
use super::weights::{Block, Weights};
use super::{ModelConfig, ModelError, WeightPrecision};
use footnote_domain::id::Digest;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::path::Path;

/// Rows whose logits are computed at once: what of them is kept is a number or one row.
const HEADS_AT_ONCE: usize = 2 * LANES;

/// What a step shall say about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing: more of its prompt follows.
    Nothing,
    /// What may follow its last token.
    Logits,
    /// How likely these tokens were: each after one of the row's last tokens, the last one of them
    /// after the row's last.
    LogProbabilities(Vec<u32>),
}

/// What a step says about a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing was wanted.
    Nothing,
    /// A number for every token of the vocabulary.
    Logits(Vec<f32>),
    /// Natural logarithms.
    LogProbabilities(Vec<f32>),
}

/// New tokens of one sequence.
#[derive(Debug, Clone)]
pub struct Row {
    /// The tokens; at least one.
    pub tokens: Vec<u32>,
    /// Tokens of the sequence before them; their keys and values are in `blocks`.
    pub position: usize,
    /// The sequence's blocks, enough for all its tokens.
    pub blocks: Vec<u32>,
    /// Its adapters.
    pub mix: Mix,
    /// What shall be said about it.
    pub wanted: Wanted,
}

/// A device that takes steps: the seam for a second implementation.
pub trait Device: Send {
    /// The model's measures.
    fn config(&self) -> &ModelConfig;

    /// Blocks of its cache.
    fn blocks(&self) -> usize;

    /// Reads the new tokens of all rows, and says for each what is wanted.
    fn step(&mut self, rows: &[Row]) -> Vec<Outcome>;
}

/// The model on the CPU.
pub struct Decoder {
    weights: Weights,
    frequencies: Vec<f32>,
    cache: Vec<LayerCache>,
    blocks: usize,
    threads: ThreadPool,
    digest: Digest,
}

/// How a model is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecoderSettings {
    /// In which precision weights are kept.
    pub precision: WeightPrecision,
    /// Bytes for keys and values,
    pub cache_bytes: usize,
    /// and tokens that must fit, whatever bytes they take.
    pub cache_tokens_least: usize,
    /// Threads; 0 for one per processor.
    pub threads: usize,
}

impl Decoder {
    /// Loads a model from a folder.
    ///
    /// # Errors
    /// [`ModelError`], naming what is missing, damaged or of another shape.
    pub fn open(folder: &Path, settings: DecoderSettings) -> Result<Self, ModelError> {
        let checkpoint = Checkpoint::open(folder)?;
        let config = ModelConfig::read(folder)?;
        let least = settings.cache_tokens_least.div_ceil(BLOCK_TOKENS).max(1);
        let blocks = (settings.cache_bytes / block_bytes(&config)).max(least);
        let cache = (0..config.layers).map(|_| LayerCache::new(&config, blocks)).collect();
        let frequencies = frequencies(config.head_width, config.rope_theta, config.rope_scaling);
        let threads = ThreadPoolBuilder::new()
            .num_threads(settings.threads)
            .thread_name(|number| format!("engine-{number}"))
            .build()
            .map_err(|error| ModelError::Threads(error.to_string()))?;
        let weights = Weights::load(config, &checkpoint, settings.precision)?;
        Ok(Self { weights, frequencies, cache, blocks, threads, digest: checkpoint.digest })
    }

    /// The model's identity in receipts.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Bytes of its weights.
    pub fn weight_bytes(&self) -> usize {
        self.weights.bytes()
    }
}

impl Device for Decoder {
    fn config(&self) -> &ModelConfig {
        &self.weights.config
    }

    fn blocks(&self) -> usize {
        self.blocks
    }

    fn step(&mut self, rows: &[Row]) -> Vec<Outcome> {
        let Self { weights, frequencies, cache, threads, .. } = self;
        threads.install(|| Step::new(weights, frequencies, rows).run(cache))
    }
}

/// The batch of one step.
struct Step<'a> {
    weights: &'a Weights,
    rows: &'a [Row],
    spans: Vec<Span<'a>>,
    groups: Groups<'a>,
    /// Cosines and sines of every token.
    angles: Vec<(Vec<f32>, Vec<f32>)>,
    /// Tokens of all rows.
    tokens: usize,
}

impl<'a> Step<'a> {
    fn new(weights: &'a Weights, frequencies: &[f32], rows: &'a [Row]) -> Self {
        let mut tokens = 0;
        let ranges: Vec<_> = rows
            .iter()
            .map(|row| {
                let end = row.position + row.tokens.len();
                assert!(!row.tokens.is_empty() && row.blocks.len() * BLOCK_TOKENS >= end);
                tokens += row.tokens.len();
                tokens - row.tokens.len()..tokens
            })
            .collect();
        let span = |row: &'a Row| Span {
            blocks: &row.blocks,
            position: row.position,
            tokens: row.tokens.len(),
        };
        let positions = rows.iter().flat_map(|row| row.position..row.position + row.tokens.len());
        Self {
            weights,
            rows,
            spans: rows.iter().map(span).collect(),
            groups: Groups::of(ranges.into_iter().zip(rows.iter().map(|row| &row.mix))),
            angles: positions.map(|position| angles(frequencies, position)).collect(),
            tokens,
        }
    }

    fn run(&self, cache: &mut [LayerCache]) -> Vec<Outcome> {
        let hidden = self.weights.config.hidden;
        let mut x = vec![0.0; self.tokens * hidden];
        let tokens = self.rows.iter().flat_map(|row| &row.tokens);
        for (token, x) in tokens.zip(x.chunks_exact_mut(hidden)) {
            self.weights.embedding.row(*token as usize, x);
        }
        for (layer, (block, cache)) in self.weights.blocks.iter().zip(cache).enumerate() {
            self.attend(layer, block, cache, &mut x);
            self.transform(layer, block, &mut x);
        }
        self.outcomes(&x)
    }

    /// The first half of a block: `x += o(attention(qkv(norm(x))))`.
    fn attend(&self, layer: usize, block: &Block, cache: &mut LayerCache, x: &mut [f32]) {
        let config = &self.weights.config;
        let (queries, keys) = (config.query_width(), config.kv_width());
        let mut normed = vec![0.0; x.len()];
        rms_norm(x, &block.attention_norm, config.norm_epsilon, &mut normed);
        let mut qkv = vec![0.0; self.tokens * block.qkv.width()];
        self.linear(layer, &block.qkv, &normed, &mut qkv, Into::Place);
        let mut asked = Vec::with_capacity(self.tokens * queries);
        let mut all = qkv.chunks_exact_mut(block.qkv.width()).zip(&self.angles);
        for span in &self.spans {
            for at in 0..span.tokens {
                let (row, angles) = all.next().expect("a row per token");
                let (q, kv) = row.split_at_mut(queries);
                let (k, v) = kv.split_at_mut(keys);
                self.place(block, q, k, angles);
                cache.put(span.blocks, span.position + at, k, v);
                asked.extend_from_slice(q);
            }
        }
        let mut found = vec![0.0; asked.len()];
        attention(config, cache, &self.spans, &asked, &mut found);
        self.linear(layer, &block.o, &found, x, Into::Sum);
    }

    /// Norms the heads of q and k where the architecture does, and turns them to their position.
    fn place(&self, block: &Block, q: &mut [f32], k: &mut [f32], angles: &(Vec<f32>, Vec<f32>)) {
        let config = &self.weights.config;
        if let Some((q_norm, k_norm)) = &block.head_norms {
            rms_norm_heads(q, q_norm, config.norm_epsilon);
            rms_norm_heads(k, k_norm, config.norm_epsilon);
        }
        for head in
            q.chunks_exact_mut(config.head_width).chain(k.chunks_exact_mut(config.head_width))
        {
            turn(head, (&angles.0, &angles.1));
        }
    }

    /// The second half of a block: `x += down(silu(gate) · up)`.
    fn transform(&self, layer: usize, block: &Block, x: &mut [f32]) {
        let config = &self.weights.config;
        let mut normed = vec![0.0; x.len()];
        rms_norm(x, &block.mlp_norm, config.norm_epsilon, &mut normed);
        let width = block.gate_up.width();
        let mut gate_up = vec![0.0; self.tokens * width];
        self.linear(layer, &block.gate_up, &normed, &mut gate_up, Into::Place);
        let mut inner = vec![0.0; self.tokens * config.inner];
        inner
            .par_chunks_exact_mut(config.inner)
            .zip(gate_up.par_chunks_exact(width))
            .with_min_len(4)
            .for_each(|(inner, gate_up)| gated(gate_up, inner));
        self.linear(layer, &block.down, &inner, x, Into::Sum);
    }

    /// A linear layer with the adapters of all rows.
    fn linear(&self, layer: usize, linear: &Linear, x: &[f32], out: &mut [f32], into: Into) {
        let added = self.groups.shrink(layer, linear.projections(), (x, linear.inputs()));
        linear.apply(&Packed::of(x, linear.inputs()), &added, out, into);
    }

    /// What is wanted of each row, some rows at a time, so that full logits of a long text never lie
    /// in memory together.
    fn outcomes(&self, x: &[f32]) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = self.rows.iter().map(Outcome::of).collect();
        let mut wanted: Vec<(usize, usize, Option<u32>)> = Vec::new();
        let mut end = 0;
        for (at, row) in self.rows.iter().enumerate() {
            end += row.tokens.len();
            match &row.wanted {
                Wanted::Nothing => {}
                Wanted::Logits => wanted.push((at, end - 1, None)),
                Wanted::LogProbabilities(next) => {
                    assert!(next.len() <= row.tokens.len(), "every token follows one of the row's");
                    let first = end - next.len();
                    wanted.extend(
                        next.iter().zip(first..).map(|(next, from)| (at, from, Some(*next))),
                    );
                }
            }
        }
        for wanted in wanted.chunks(HEADS_AT_ONCE) {
            let logits = self.logits(wanted.iter().map(|(_, token, _)| *token), x);
            let vocabulary = self.weights.head().width();
            for ((row, _, next), logits) in wanted.iter().zip(logits.chunks_exact(vocabulary)) {
                outcomes[*row].take(logits, *next);
            }
        }
        outcomes
    }

    fn logits(&self, tokens: impl Iterator<Item = usize>, x: &[f32]) -> Vec<f32> {
        let Weights { config, norm, .. } = self.weights;
        let rows: Vec<f32> = tokens
            .flat_map(|token| &x[token * config.hidden..(token + 1) * config.hidden])
            .copied()
            .collect();
        let mut normed = vec![0.0; rows.len()];
        rms_norm(&rows, norm, config.norm_epsilon, &mut normed);
        let head = self.weights.head();
        let mut logits = vec![0.0; rows.len() / config.hidden * head.width()];
        head.apply(&Packed::of(&normed, config.hidden), &[], &mut logits, Into::Place);
        logits
    }
}

impl Outcome {
    /// Before anything is known.
    fn of(row: &Row) -> Self {
        match &row.wanted {
            Wanted::Nothing => Self::Nothing,
            Wanted::Logits => Self::Logits(Vec::new()),
            Wanted::LogProbabilities(next) => {
                Self::LogProbabilities(Vec::with_capacity(next.len()))
            }
        }
    }

    fn take(&mut self, logits: &[f32], next: Option<u32>) {
        match (self, next) {
            (Self::LogProbabilities(known), Some(next)) => {
                known.push(log_probability(logits, next));
            }
            (Self::Logits(place), _) => *place = logits.to_vec(),
            _ => unreachable!("only what is wanted is computed"),
        }
    }
}
