//! What does an adapter add, and where? The form in which a checked adapter lies in memory: per site a
//! pair of small matrices.
//!
//! Admission makes it, the engine reads it, nothing changes it: it is shared behind an `Arc` by every
//! request that uses it, and lives as long as the last of them.

use footnote_domain::id::Digest;
use std::collections::BTreeMap;

/// A linear layer of a decoder block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Projection {
    /// `self_attn.q_proj`
    Q,
    /// `self_attn.k_proj`
    K,
    /// `self_attn.v_proj`
    V,
    /// `self_attn.o_proj`
    O,
    /// `mlp.gate_proj`
    Gate,
    /// `mlp.up_proj`
    Up,
    /// `mlp.down_proj`
    Down,
}

impl Projection {
    /// All of them, in the order of their computation.
    pub const ALL: [Self; 7] =
        [Self::Q, Self::K, Self::V, Self::O, Self::Gate, Self::Up, Self::Down];
}

/// One linear layer of the whole model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// Decoder block, from 0.
    pub layer: usize,
    /// Which of its linear layers.
    pub projection: Projection,
}

/// The two factors of one site's change: a row `x` gets `scale · B(A x)` added to its `W x`.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraPair {
    /// A, `rank × inputs`, row-major.
    pub a: Vec<f32>,
    /// B, `outputs × rank`, row-major.
    pub b: Vec<f32>,
    /// Rows of A, columns of B.
    pub rank: usize,
    /// Columns of A.
    pub inputs: usize,
    /// Rows of B.
    pub outputs: usize,
}

/// An adapter that passed admission: shapes agree with each other and every number is finite.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraAdapter {
    /// Its identity: what receipts record and prefixes are keyed by.
    pub digest: Digest,
    /// Identity of the base model that it was trained on, where it says so.
    pub base_digest: Option<Digest>,
    /// The rank of its configuration; a site may have a smaller one.
    pub rank: usize,
    /// α/r or α/√r: the factor of every site.
    pub scale: f32,
    /// What it adds, by site.
    pub sites: BTreeMap<Site, LoraPair>,
}
