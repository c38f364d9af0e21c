//! The seam to a generator that can score: teacher-forced log-probabilities of a given answer under
//! different sets of passages, the evidence of necessity.

use async_trait::async_trait;

/// One row to score: how likely is `continuation` after `prompt`?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRow {
    /// Everything the model has read.
    pub prompt: String,
    /// What it is made to say.
    pub continuation: String,
}

/// A model that could not score.
#[derive(Debug, thiserror::Error)]
#[error("the model could not score: {0}")]
pub struct ScoreError(pub String);

/// Scores rows; never returns full logits.
#[async_trait]
pub trait Score: Send + Sync {
    /// Per row, the natural-log probability of each token of the continuation.
    async fn log_probs(&self, rows: &[ScoreRow]) -> Result<Vec<Vec<f32>>, ScoreError>;
}
