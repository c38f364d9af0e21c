//! Where are the keys and values of tokens that were read already? In blocks of a few tokens, which a
//! sequence lists in its order: sequences of any length share one pool without gaps, and two sequences
//! that begin alike can list the same block.
//!
//! This is the memory alone. Who may write to which block is the scheduler's business.

use super::ModelConfig;
use super::kernel::{LANES, LANES_NARROW, Tile};

/// Tokens of a block; also the lanes of a panel of keys.
pub(super) const BLOCK_TOKENS: usize = LANES_NARROW;

/// Keys and values of one layer.
#[derive(Debug)]
pub(super) struct LayerCache {
    shape: HeadShape,
    /// Block, head, component of the key, token.
    keys: Vec<f32>,
    /// Block, head, token, component of the value (filled up to whole panels).
    values: Vec<f32>,
}

/// Measures of a head in the cache.
#[derive(Debug, Clone, Copy)]
struct HeadShape {
    heads: usize,
    width: usize,
    /// `width`, filled up to whole panels.
    padded: usize,
}

impl HeadShape {
    fn of(config: &ModelConfig) -> Self {
        let width = config.head_width;
        Self { heads: config.kv_heads, width, padded: width.next_multiple_of(LANES_NARROW) }
    }

    /// Lanes of a panel of values.
    fn value_lanes(self) -> usize {
        if self.padded.is_multiple_of(LANES) { LANES } else { LANES_NARROW }
    }
}

/// Bytes that one block takes in all layers.
pub(super) fn block_bytes(config: &ModelConfig) -> usize {
    let HeadShape { heads, width, padded } = HeadShape::of(config);
    config.layers * BLOCK_TOKENS * heads * (width + padded) * size_of::<f32>()
}

impl LayerCache {
    pub(super) fn new(config: &ModelConfig, blocks: usize) -> Self {
        let shape = HeadShape::of(config);
        let of = |width: usize| vec![0.0; blocks * shape.heads * width * BLOCK_TOKENS];
        Self { shape, keys: of(shape.width), values: of(shape.padded) }
    }

    /// Keeps the key and value of the token at `position` of a sequence: a number per component of all
    /// heads.
    pub(super) fn put(&mut self, blocks: &[u32], position: usize, key: &[f32], value: &[f32]) {
        let HeadShape { heads, width, padded } = self.shape;
        let (block, token) = (blocks[position / BLOCK_TOKENS] as usize, position % BLOCK_TOKENS);
        for head in 0..heads {
            let first = (block * heads + head) * BLOCK_TOKENS;
            let components = head * width..(head + 1) * width;
            for (at, component) in key[components.clone()].iter().enumerate() {
                self.keys[first * width + at * BLOCK_TOKENS + token] = *component;
            }
            let to = first * padded + token * padded;
            self.values[to..to + width].copy_from_slice(&value[components]);
        }
    }

    /// The keys of one head in a block: a lane for each token.
    pub(super) fn keys(&self, block: u32, head: usize) -> Tile<'_, f32> {
        let HeadShape { heads, width, .. } = self.shape;
        let size = width * BLOCK_TOKENS;
        let first = (block as usize * heads + head) * size;
        Tile {
            panel: &self.keys[first..first + size],
            stride: BLOCK_TOKENS,
            lanes: BLOCK_TOKENS,
            terms: width,
        }
    }

    /// The panels of the first `tokens` values of one head in a block: a lane for each component.
    pub(super) fn values(
        &self,
        block: u32,
        head: usize,
        tokens: usize,
    ) -> impl Iterator<Item = Tile<'_, f32>> {
        let HeadShape { heads, padded, .. } = self.shape;
        let size = padded * BLOCK_TOKENS;
        let first = (block as usize * heads + head) * size;
        let (values, lanes) = (&self.values[first..first + size], self.shape.value_lanes());
        (0..padded).step_by(lanes).map(move |lane| Tile {
            panel: &values[lane..],
            stride: padded,
            lanes,
            terms: tokens,
        })
    }

    /// Panels of a head's values.
    pub(super) fn value_panels(&self) -> usize {
        self.shape.padded / self.shape.value_lanes()
    }

    /// Width of a head's values in the panels.
    pub(super) fn padded(&self) -> usize {
        self.shape.padded
    }
}
