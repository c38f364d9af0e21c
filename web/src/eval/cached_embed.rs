//! An embedding model that computes each text once: many indexes of nearly the same texts are built
//! one after the other.

use footnote_domain::embed::{Embed, EmbedError, EmbeddingModel};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Remembers every vector in memory; the bits are those of the model.
pub struct CachedEmbed {
    model: Arc<dyn Embed>,
    known: Mutex<HashMap<String, Vec<f32>>>,
}

impl CachedEmbed {
    /// Puts a memory before `model`.
    pub fn new(model: Arc<dyn Embed>) -> Self {
        Self { model, known: Mutex::default() }
    }

    fn one(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vector) = known().get(text) {
            return Ok(vector.clone());
        }
        let vector = self.model.embed(&[text])?.remove(0);
        known().insert(text.to_owned(), vector.clone());
        Ok(vector)
    }
}

impl Embed for CachedEmbed {
    fn model(&self) -> &EmbeddingModel {
        self.model.model()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        texts.iter().map(|text| self.one(text)).collect()
    }
}
