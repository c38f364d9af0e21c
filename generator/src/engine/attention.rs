//! What does each token look at? Everything before it in its own sequence, block by block of the cache.

use super::ModelConfig;
use super::cache::{BLOCK_TOKENS, LayerCache};
use super::kernel::{ROWS_MOST, exp, pack, rows_of_tiles, tile};
use rayon::prelude::*;

/// New tokens of a sequence that one thread takes at a time.
const TOKENS_AT_ONCE: usize = 16;

/// Consecutive new tokens of one sequence.
#[derive(Clone, Copy)]
pub(super) struct Span<'a> {
    /// The sequence's blocks.
    pub(super) blocks: &'a [u32],
    /// Place of the first new token in the sequence.
    pub(super) position: usize,
    /// New tokens.
    pub(super) tokens: usize,
}

/// Attention of all rows of a batch: `queries` and `out` hold a row of all heads per token, span after
/// span. Keys and values of the new tokens are in the cache already.
pub(super) fn attention(
    config: &ModelConfig,
    cache: &LayerCache,
    spans: &[Span<'_>],
    queries: &[f32],
    out: &mut [f32],
) {
    let width = config.query_width();
    let mut tasks = Vec::new();
    let (mut queries, mut out) = (queries, out);
    for span in spans {
        for first in (0..span.tokens).step_by(TOKENS_AT_ONCE) {
            let tokens = TOKENS_AT_ONCE.min(span.tokens - first);
            let (these, rest) = queries.split_at(tokens * width);
            let (place, places) = out.split_at_mut(tokens * width);
            (queries, out) = (rest, places);
            tasks.push((Span { position: span.position + first, tokens, ..*span }, these, place));
        }
    }
    let work = |scratch: &mut Scratch, (span, queries, out): (Span<'_>, &[f32], &mut [f32])| {
        for head in 0..config.kv_heads {
            span.head(config, cache, head, queries, out, scratch);
        }
    };
    tasks.into_par_iter().for_each_init(Scratch::default, work);
}

/// Room for one tile of queries.
#[derive(Default)]
struct Scratch {
    factors: Vec<f32>,
    /// Row by row: the score, then the weight, of every token.
    scores: Vec<f32>,
    /// The sums of every panel of values.
    panels: Vec<f32>,
    /// The same, row by row.
    sums: Vec<f32>,
}

impl Span<'_> {
    /// All queries that look at one head of keys, in tiles of several tokens and heads.
    fn head(
        &self,
        config: &ModelConfig,
        cache: &LayerCache,
        head: usize,
        queries: &[f32],
        out: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let group = config.heads / config.kv_heads;
        let (width, all) = (config.head_width, config.query_width());
        // Where the numbers of a row of the tile stand, and how many tokens it sees.
        let place = |row: usize| (row / group) * all + (head * group + row % group) * width;
        let seen = |row: usize| self.position + row / group + 1;
        for (first, rows) in rows_of_tiles(self.tokens * group) {
            let query = |row: usize| &queries[place(row)..place(row) + width];
            scratch.factors.resize(ROWS_MOST * width, 0.0);
            pack((first..first + rows).map(query), &mut scratch.factors);
            let most = seen(first + rows - 1);
            self.scores(cache, head, (rows, most), scratch);
            let scale = (width as f32).sqrt().recip();
            let capacity = most.next_multiple_of(BLOCK_TOKENS);
            for (row, scores) in scratch.scores.chunks_exact_mut(capacity).enumerate() {
                soften(scores, seen(first + row), scale);
            }
            self.values(cache, head, (rows, most), scratch);
            let padded = cache.padded();
            for row in 0..rows {
                let sums = &scratch.sums[row * padded..row * padded + width];
                out[place(first + row)..place(first + row) + width].copy_from_slice(sums);
            }
        }
    }

    /// Query times key, for every row and each of the first `most` tokens.
    fn scores(
        &self,
        cache: &LayerCache,
        head: usize,
        (rows, most): (usize, usize),
        scratch: &mut Scratch,
    ) {
        let capacity = most.next_multiple_of(BLOCK_TOKENS);
        scratch.scores.clear();
        scratch.scores.resize(rows * capacity, 0.0);
        let mut sums = [0.0; ROWS_MOST * BLOCK_TOKENS];
        for (at, block) in self.blocks[..capacity / BLOCK_TOKENS].iter().enumerate() {
            sums.fill(0.0);
            tile(cache.keys(*block, head), &scratch.factors, rows, &mut sums);
            for (row, sums) in sums.chunks_exact(BLOCK_TOKENS).take(rows).enumerate() {
                let to = row * capacity + at * BLOCK_TOKENS;
                scratch.scores[to..to + BLOCK_TOKENS].copy_from_slice(sums);
            }
        }
    }

    /// The weighted sum of the values, for every row.
    fn values(
        &self,
        cache: &LayerCache,
        head: usize,
        (rows, most): (usize, usize),
        scratch: &mut Scratch,
    ) {
        let (capacity, padded) = (most.next_multiple_of(BLOCK_TOKENS), cache.padded());
        let Scratch { factors, scores, sums, panels } = scratch;
        factors.resize((rows * capacity).max(factors.len()), 0.0);
        pack(scores.chunks_exact(capacity), factors);
        panels.clear();
        panels.resize(rows * padded, 0.0);
        let panel_size = rows * padded / cache.value_panels();
        for (at, block) in self.blocks[..capacity / BLOCK_TOKENS].iter().enumerate() {
            let tokens = BLOCK_TOKENS.min(most - at * BLOCK_TOKENS);
            let factors = &factors[at * BLOCK_TOKENS * rows..];
            let values = cache.values(*block, head, tokens);
            for (values, sums) in values.zip(panels.chunks_exact_mut(panel_size)) {
                tile(values, factors, rows, sums);
            }
        }
        // From panel by panel to row by row.
        sums.resize((rows * padded).max(sums.len()), 0.0);
        let lanes = panel_size / rows;
        for (panel, of_rows) in panels.chunks_exact(panel_size).enumerate() {
            for (row, from) in of_rows.chunks_exact(lanes).enumerate() {
                let to = row * padded + panel * lanes;
                sums[to..to + lanes].copy_from_slice(from);
            }
        }
    }
}

/// Scores to weights that sum to 1 over the `seen` tokens; those after them get nothing.
fn soften(scores: &mut [f32], seen: usize, scale: f32) {
    let (seen, unseen) = scores.split_at_mut(seen);
    unseen.fill(0.0);
    let most = seen.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    seen.iter_mut().for_each(|score| *score = exp((*score - most) * scale));
    let whole: f32 = seen.iter().sum();
    seen.iter_mut().for_each(|weight| *weight /= whole);
}
