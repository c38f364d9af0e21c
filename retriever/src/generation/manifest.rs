//! What exactly is in a generation? The manifest: read by people, by the indexer (which chain?) and
//! by auditors (which root?).

use super::input::ChunkingParameters;
use crate::error::RetrieverError;
use crate::vector::VectorEngine;
use footnote_domain::chain::BlockRef;
use footnote_domain::corpus::Datanet;
use footnote_domain::embed::EmbeddingModel;
use footnote_domain::id::Digest;
use footnote_domain::text::Language;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// The format that this program writes and reads.
pub const FORMAT: u32 = 2;
/// The manifest's file name.
pub const MANIFEST_FILE: &str = "manifest.json";
/// The tokens that counts, lengths and masses are made of.
pub const TOKENIZER: &str = "footnote-token/1";
/// Hexadecimal digits of the root in a generation's name.
const ROOT_DIGITS: usize = 12;

/// A generation's name: its block in ten digits or more, a hyphen, the first digits of its root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GenerationId(String);

impl GenerationId {
    pub(crate) fn new(block: u64, root: Digest) -> Self {
        Self(format!("{block:010}-{}", &hex::encode(root.0)[..ROOT_DIGITS]))
    }

    /// The name, which is also the folder's.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GenerationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for GenerationId {
    type Err = RetrieverError;
    fn from_str(text: &str) -> Result<Self, RetrieverError> {
        let fits = text.split_once('-').is_some_and(|(block, root)| {
            block.len() >= 10
                && block.bytes().all(|byte| byte.is_ascii_digit())
                && root.len() == ROOT_DIGITS
                && root.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(RetrieverError::BadGenerationId(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for GenerationId {
    type Error = RetrieverError;
    fn try_from(text: String) -> Result<Self, RetrieverError> {
        text.parse()
    }
}

impl From<GenerationId> for String {
    fn from(id: GenerationId) -> Self {
        id.0
    }
}

/// The embedding model as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddingRecord {
    /// Its name for people.
    pub id: String,
    /// keccak-256 of the model file.
    pub digest: Digest,
    /// Length of its vectors.
    pub dimensions: usize,
    /// The languages in which its cosines mean something.
    pub languages: Vec<Language>,
    /// The engine that searches the vectors.
    pub engine: VectorEngine,
}

impl EmbeddingRecord {
    pub(crate) fn new(model: &EmbeddingModel, engine: VectorEngine) -> Self {
        Self {
            id: model.id.clone(),
            digest: model.digest,
            dimensions: model.dimensions,
            languages: model.languages.clone(),
            engine,
        }
    }

    /// The record as the domain knows a model.
    pub fn model(&self) -> EmbeddingModel {
        EmbeddingModel {
            id: self.id.clone(),
            digest: self.digest,
            dimensions: self.dimensions,
            languages: self.languages.clone(),
        }
    }
}

/// How much is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Contributions, live or not.
    pub documents: u64,
    /// Contributions that can be found.
    pub live: u64,
    /// Sentences.
    pub sentences: u64,
    /// Passages.
    pub passages: u64,
    /// Passages with a vector.
    pub passage_vectors: u64,
    /// Tokens of all live texts.
    pub tokens: u64,
    /// Bytes of all live texts.
    pub text_bytes: u64,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format of the folder.
    pub format: u32,
    /// The Datanets and their current versions.
    pub datanets: Vec<Datanet>,
    /// The last block that is in.
    pub block: BlockRef,
    /// Blocks before it, newest first.
    pub recent_blocks: Vec<BlockRef>,
    /// The token function, [`TOKENIZER`].
    pub tokenizer: String,
    /// The embedding model; `None` when search is lexical only.
    pub embedding: Option<EmbeddingRecord>,
    /// How texts were cut.
    pub chunking: ChunkingParameters,
    /// How much is in.
    pub counts: Counts,
    /// keccak-256 of the unigram table, as receipts name it.
    pub unigrams: Digest,
    /// keccak-256 per file, by its path in the folder.
    pub files: BTreeMap<String, Digest>,
    /// Over what was read from the chain and cut alone (texts, sentences, owners, passages,
    /// vectors): equal for equal states however the indexes over them were built.
    pub content: Digest,
    /// keccak-256 of this manifest (RFC 8785) with `root` left zero.
    pub root: Digest,
}

impl Manifest {
    /// The root that this manifest must have.
    pub fn computed_root(&self) -> Digest {
        let open = Self { root: Digest::default(), ..self.clone() };
        let canonical = serde_json_canonicalizer::to_vec(&open)
            .expect("a manifest is made of strings, integers and maps with string keys");
        Digest::of(&[&canonical])
    }

    /// The generation's name.
    pub fn id(&self) -> GenerationId {
        GenerationId::new(self.block.number, self.root)
    }

    /// Reads and checks the manifest of the generation in `folder`, which must be `id`.
    pub(crate) fn read(folder: &Path, id: &GenerationId) -> Result<Self, RetrieverError> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let path = folder.join(MANIFEST_FILE);
        let bytes = std::fs::read(&path).map_err(RetrieverError::io("read", &path))?;
        let versioned: Versioned = serde_json::from_slice(&bytes)
            .map_err(|error| RetrieverError::corrupt(&path, error))?;
        if versioned.format != FORMAT {
            let found = versioned.format;
            return Err(RetrieverError::Format { file: path, found, wanted: FORMAT });
        }
        let manifest: Self = serde_json::from_slice(&bytes)
            .map_err(|error| RetrieverError::corrupt(&path, error))?;
        if manifest.computed_root() != manifest.root {
            return Err(RetrieverError::corrupt(&path, "its root is not the hash of its content"));
        }
        if manifest.id() != *id {
            let reason = format!("it is the manifest of {}, not of {id}", manifest.id());
            return Err(RetrieverError::corrupt(&path, reason));
        }
        Ok(manifest)
    }
}
