//! What does a backend need to know to answer?

use crate::GenerateError;
use crate::adapter::LoraAdapter;
use footnote_domain::corpus::SentenceRef;
use footnote_domain::id::ContentHash;
use footnote_domain::text::{Language, SentenceKind, Unigrams};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Sentences of an answer where the caller does not say otherwise.
pub const DEFAULT_MAX_SENTENCES: usize = 5;

/// A question with the passages found for it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The question as it was asked.
    pub question: String,
    /// Its language.
    pub language: Language,
    /// Its embedding; `None` when no model is loaded or the model does not know the language.
    pub question_vector: Option<Vec<f32>>,
    /// The passages, at best those of the top 8 hits.
    pub sources: Vec<Source>,
    /// The most sentences to choose; the items that a chosen list lead brings are not counted.
    pub max_sentences: usize,
    /// The generation's token counts, by which words are weighed.
    pub idf: Arc<Unigrams>,
    /// The adapters that write, together; empty for the base model alone. Resolved before: whatever
    /// becomes of their names meanwhile, these are the ones.
    pub adapters: Vec<Expert>,
}

impl Request {
    /// That no adapters are named, for backends without.
    pub(crate) fn refuse_adapters(&self, backend: &'static str) -> Result<(), GenerateError> {
        if self.adapters.is_empty() { Ok(()) } else { Err(GenerateError::NoAdapters { backend }) }
    }
}

/// An adapter with its part in an answer.
#[derive(Debug, Clone)]
pub struct Expert {
    /// Its weights, kept as long as the answer needs them.
    pub adapter: Arc<LoraAdapter>,
    /// By how much it counts; 1 for an adapter alone.
    pub weight: f32,
}

/// One retrieved passage.
#[derive(Debug, Clone)]
pub struct Source {
    /// Number of the passage in the generation.
    pub passage: u32,
    /// Number of the contribution in the generation.
    pub document: u32,
    /// keccak-256 of the contribution.
    pub content_hash: ContentHash,
    /// The contribution's title.
    pub title: String,
    /// The headings above the passage, outermost first; may be empty.
    pub section: String,
    /// Place among the hits, from 0.
    pub rank: u32,
    /// Fused score, comparable within the request only.
    pub score: f32,
    /// The retriever's estimate that the passage is relevant.
    pub relevance_ppm: u32,
    /// Its sentences in order; copies already replaced by their owner's sentence.
    pub sentences: Vec<SourceSentence>,
}

/// One sentence of a passage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceSentence {
    /// Its place in the corpus: the owner's, where the passage holds a copy.
    pub reference: SentenceRef,
    /// Its text, byte for byte.
    pub text: String,
    /// The block it stands in.
    pub kind: SentenceKind,
    /// Whether somebody owns it; boilerplate and tombstones are never quoted.
    pub owned: bool,
    /// Its quantised embedding, where computed.
    pub vector: Option<Vec<i8>>,
}
