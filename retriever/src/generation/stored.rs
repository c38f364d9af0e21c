//! How do contributions, sentences and passages lie on disk? One JSON object per line: readable
//! with any tool, and parsed once when a generation opens.

use super::seal;
use crate::error::RetrieverError;
use footnote_domain::corpus::Contribution;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::Path;

pub(crate) const DOCUMENTS_FILE: &str = "documents.jsonl";
pub(crate) const SENTENCES_FILE: &str = "sentences.jsonl";
pub(crate) const PASSAGES_FILE: &str = "passages.jsonl";
pub(crate) const TEXT_FILE: &str = "text.bin";
pub(crate) const UNIGRAMS_FILE: &str = "unigrams.json";
pub(crate) const SENTENCE_VECTORS_FILE: &str = "sentences.i8";
pub(crate) const LEXICAL_FOLDER: &str = "lexical";
pub(crate) const VERBATIM_FOLDER: &str = "verbatim";
pub(crate) const FLAT_FOLDER: &str = "vectors/flat";
pub(crate) const EDGE_FOLDER: &str = "vectors/edge";

/// Files that follow from the chain and the texts alone, byte for byte.
pub(crate) fn is_content(name: &str) -> bool {
    !name.starts_with("lexical/")
        && !name.starts_with("vectors/edge/")
        && !super::part::is_record(name)
}

/// A contribution, and where its parts lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredDocument {
    pub(crate) contribution: Contribution,
    /// Bytes of the text file.
    pub(crate) text: Range<u64>,
    /// Lines of the sentence file.
    pub(crate) sentences: Range<u32>,
    /// Numbers of its passages.
    pub(crate) passages: Range<u32>,
    /// Row of its first sentence's vector.
    pub(crate) vectors_from: Option<u32>,
}

pub(crate) fn write_lines<T: Serialize>(path: &Path, records: &[T]) -> Result<(), RetrieverError> {
    let mut bytes = Vec::new();
    for record in records {
        serde_json::to_writer(&mut bytes, record)
            .expect("records are plain data, and a Vec takes every byte");
        bytes.push(b'\n');
    }
    seal::write_file(path, &bytes)
}

pub(crate) fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, RetrieverError> {
    let bytes = std::fs::read(path).map_err(RetrieverError::io("read", path))?;
    serde_json::Deserializer::from_slice(&bytes)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|error| RetrieverError::corrupt(path, error))
}
