//! The seam to an embedding model: texts in, unit vectors out.

use crate::id::Digest;
use crate::text::Language;

/// What is known of a model before it is asked anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddingModel {
    /// A name for people, e.g. `all-MiniLM-L6-v2`.
    pub id: String,
    /// keccak-256 of the model file, recorded in manifests.
    pub digest: Digest,
    /// Length of every vector.
    pub dimensions: usize,
    /// The languages in which a cosine means something.
    pub languages: Vec<Language>,
}

impl EmbeddingModel {
    /// Whether cosines of texts in `language` are evidence of meaning.
    pub fn knows(&self, language: Language) -> bool {
        self.languages.contains(&language)
    }
}

/// A model that could not embed.
#[derive(Debug, thiserror::Error)]
#[error("the embedding model failed: {0}")]
pub struct EmbedError(pub String);

/// Turns texts into vectors. Implementations return the same bits for the same text whatever else
/// is in the batch; the call computes for milliseconds per text and belongs on a blocking thread.
pub trait Embed: Send + Sync {
    /// The model behind this instance.
    fn model(&self) -> &EmbeddingModel;

    /// One L2-normalised vector of [`EmbeddingModel::dimensions`] per text, in order.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError>;
}

/// Cosine of two unit vectors.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// A unit vector in bytes: `round(127 · x / max|x|)` per dimension, for storage beside sentences.
/// The scale is dropped, since a cosine does not need it.
pub fn quantise(vector: &[f32]) -> Vec<i8> {
    let peak = vector.iter().fold(0f32, |peak, x| peak.max(x.abs()));
    if peak == 0.0 {
        return vec![0; vector.len()];
    }
    vector.iter().map(|x| (x / peak * 127.0).round() as i8).collect()
}

/// Cosine of two quantised vectors, exact in integers up to the last division.
pub fn cosine_quantised(a: &[i8], b: &[i8]) -> f32 {
    let dot = |x: &[i8], y: &[i8]| -> i64 {
        x.iter().zip(y).map(|(x, y)| i64::from(*x) * i64::from(*y)).sum()
    };
    let norms = (dot(a, a) as f64).sqrt() * (dot(b, b) as f64).sqrt();
    if norms == 0.0 { 0.0 } else { (dot(a, b) as f64 / norms) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantised_cosines_stay_close() {
        let a: Vec<f32> = (0..384).map(|i| ((i * 37 % 101) as f32 - 50.0) / 900.0).collect();
        let b: Vec<f32> = (0..384).map(|i| ((i * 53 % 97) as f32 - 40.0) / 900.0).collect();
        let norm = |v: &[f32]| cosine(v, v).sqrt();
        let exact = cosine(&a, &b) / norm(&a) / norm(&b);
        let close = cosine_quantised(&quantise(&a), &quantise(&b));
        assert!((exact - close).abs() < 0.005, "{exact} {close}");
        assert_eq!(cosine_quantised(&quantise(&a), &vec![0; 384]), 0.0);
    }
}
