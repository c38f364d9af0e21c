//! What must be known to write a generation, and when does it contradict itself?

use crate::error::RetrieverError;
use footnote_domain::chain::BlockRef;
use footnote_domain::corpus::{Contribution, Datanet, Passage, Sentence, Standing};
use footnote_domain::embed::EmbeddingModel;
use serde::{Deserialize, Serialize};

/// How texts were cut into passages; recorded in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkingParameters {
    /// Most tokens of a passage, title included.
    pub tokens_most: u32,
    /// How much of a passage is repeated at the start of the next, in per cent.
    pub overlap_percent: u32,
}

impl Default for ChunkingParameters {
    /// 256 tokens, the most that the default model reads, and 15 % overlap.
    fn default() -> Self {
        Self { tokens_most: 256, overlap_percent: 15 }
    }
}

/// A state of the chain, cut and embedded, ready to be written.
#[derive(Debug, Clone)]
pub struct GenerationInput {
    /// Every Datanet that exists at the block.
    pub datanets: Vec<Datanet>,
    /// The last block that is in.
    pub block: BlockRef,
    /// Blocks before it, newest first, by which a reorganisation is recognised.
    pub recent_blocks: Vec<BlockRef>,
    /// Every contribution in ascending order of age; the position is the document's number.
    pub documents: Vec<DocumentInput>,
    /// How the texts were cut.
    pub chunking: ChunkingParameters,
    /// The model behind the vectors; `None` when nothing is embedded.
    pub embedding: Option<EmbeddingModel>,
}

/// One contribution.
#[derive(Debug, Clone)]
pub struct DocumentInput {
    /// Its description; its standing says whether it can be found.
    pub contribution: Contribution,
    /// Its text; empty unless it is live.
    pub text: String,
    /// Its sentences in order, never overlapping.
    pub sentences: Vec<Sentence>,
    /// Its passages in order; `document` is this document's number.
    pub passages: Vec<Passage>,
    /// Vectors, when its language is one that the model knows.
    pub vectors: Option<DocumentVectors>,
}

/// The vectors of one contribution.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentVectors {
    /// One unit vector per passage.
    pub passages: Vec<Vec<f32>>,
    /// One quantised vector per sentence.
    pub sentences: Vec<Vec<i8>>,
}

impl GenerationInput {
    /// Refuses an input whose spans, numbers or vectors do not fit together.
    pub(crate) fn check(&self) -> Result<(), RetrieverError> {
        let dimensions = self.embedding.as_ref().map(|model| model.dimensions);
        for (number, document) in self.documents.iter().enumerate() {
            document
                .fault(number, dimensions)
                .map_or(Ok(()), |reason| Err(RetrieverError::Input { document: number, reason }))?;
        }
        Ok(())
    }
}

impl DocumentInput {
    /// Whether it may be found.
    pub fn is_live(&self) -> bool {
        self.contribution.standing == Standing::Live
    }

    fn fault(&self, number: usize, dimensions: Option<usize>) -> Option<String> {
        let filled = !(self.text.is_empty()
            && self.sentences.is_empty()
            && self.passages.is_empty()
            && self.vectors.is_none());
        if !self.is_live() {
            return filled.then(|| "it is not live, yet has text".to_owned());
        }
        self.sentence_fault().or_else(|| self.passage_fault(number)).or_else(|| {
            self.vectors.as_ref().and_then(|vectors| self.vector_fault(vectors, dimensions))
        })
    }

    fn sentence_fault(&self) -> Option<String> {
        let mut end = 0;
        for (at, sentence) in self.sentences.iter().enumerate() {
            if sentence.span.start < end || self.text.get(sentence.span.clone()).is_none() {
                return Some(format!("sentence {at} overlaps another or is not of its text"));
            }
            end = sentence.span.end;
        }
        None
    }

    fn passage_fault(&self, number: usize) -> Option<String> {
        self.passages.iter().enumerate().find_map(|(at, passage)| {
            let fits = passage.document as usize == number
                && self.text.get(passage.span.clone()).is_some()
                && passage.sentences.start < passage.sentences.end
                && passage.sentences.end as usize <= self.sentences.len();
            (!fits).then(|| format!("passage {at} does not lie in it"))
        })
    }

    fn vector_fault(&self, vectors: &DocumentVectors, dimensions: Option<usize>) -> Option<String> {
        let Some(dimensions) = dimensions else {
            return Some("it has vectors, yet no model is named".to_owned());
        };
        let counts = (vectors.passages.len(), vectors.sentences.len());
        if counts != (self.passages.len(), self.sentences.len()) {
            return Some(format!(
                "{} passage and {} sentence vectors do not match",
                counts.0, counts.1
            ));
        }
        let lengths = vectors.passages.iter().map(Vec::len);
        let mut lengths = lengths.chain(vectors.sentences.iter().map(Vec::len));
        lengths
            .find(|length| *length != dimensions)
            .map(|length| format!("a vector has {length} numbers, the model {dimensions}"))
    }
}
