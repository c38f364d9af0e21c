//! Which passages mean nearly the same as the question? One trait over the engines that can say so,
//! and one conformance test for all of them ([`conformance`]).

pub mod conformance;
pub mod edge;
pub mod flat;

use crate::error::RetrieverError;
use crate::filter::{Facets, Filter};
use serde::{Deserialize, Serialize};

/// Which engine proposes the nearest passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VectorEngine {
    /// qdrant-edge, embedded: a graph from 20 000 vectors on.
    Edge,
    /// Every vector compared, always.
    Flat,
}

/// A passage's vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Number of the passage.
    pub passage: u32,
    /// What filters look at.
    pub facets: Facets,
    /// A unit vector.
    pub vector: Vec<f32>,
}

/// A passage near a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Number of the passage.
    pub passage: u32,
    /// Cosine with the question.
    pub cosine: f32,
}

/// An index of unit vectors. Calls compute, and belong on a blocking thread.
pub trait VectorIndex: Send + Sync {
    /// Adds points, or replaces those of the same passages.
    fn upsert(&self, points: &[Point]) -> Result<(), RetrieverError>;

    /// The `k` nearest points that the filter lets through, nearest first; equal cosines in
    /// order of passage. With `exact`, none is missed.
    fn search(
        &self,
        vector: &[f32],
        k: usize,
        filter: &Filter,
        exact: bool,
    ) -> Result<Vec<Neighbour>, RetrieverError>;

    /// Makes what was added durable.
    fn commit(&self) -> Result<(), RetrieverError>;
}

/// Nearest first, equal cosines in order of passage.
pub(crate) fn rank(neighbours: &mut [Neighbour]) {
    neighbours.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.passage.cmp(&b.passage)));
}
