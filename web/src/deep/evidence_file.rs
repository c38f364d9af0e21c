//! What does whoever recomputes evidence need beside the receipt? Question and answer with their
//! salts, the texts, and the token counts, in one file.
//!
//! Nothing in it has to be believed: the receipt holds a hash of each part.

use crate::app::UnigramArchive;
use crate::ask::Answer;
use crate::ask::answer::{AnswerSentence, Salts};
use footnote_domain::id::{ContentHash, DatanetId, Digest};
use footnote_domain::receipt::Receipt;
use footnote_domain::text::Unigrams;
use footnote_generator::adapter::alias::AliasName;
use footnote_indexer::{BlobStore, IndexerError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the format.
const FORMAT: &str = "footnote-evidence/1";

/// Everything beside the receipt that its evidence is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    /// `footnote-evidence/1`.
    pub format: String,
    /// The question.
    pub question: String,
    /// What it was taken to mean after those before it, where that is not what it says; the answer was
    /// judged by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
    /// The Datanets it was asked of; all when empty.
    pub datanets: Vec<DatanetId>,
    /// The adapters that were named, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adapters: Vec<AliasName>,
    /// The answer's sentences with their markers.
    pub sentences: Vec<AnswerSentence>,
    /// Of the two hashes in the receipt.
    pub salts: Salts,
    /// Every contribution that the receipt names as found, copied or paid, by its hash.
    pub texts: BTreeMap<ContentHash, String>,
    /// The generation's token counts.
    pub unigrams: BTreeMap<String, u64>,
}

/// Evidence that cannot be put together or read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A text was taken down.
    #[error("the text {0} is no longer kept: it was taken down; its part cannot be recomputed")]
    TextGone(ContentHash),
    /// A text that is no UTF-8 was never indexed.
    #[error("the text {0} is no UTF-8")]
    NoText(ContentHash),
    /// The answer is older than the archive, or the archive was lost.
    #[error("the token counts {0} are not kept; answers given from now on keep theirs")]
    UnigramsGone(Digest),
    /// The store of texts.
    #[error(transparent)]
    Blobs(#[from] IndexerError),
    /// The archive of token counts.
    #[error("cannot read the token counts {digest}: {source}")]
    Archive {
        /// Of the table.
        digest: Digest,
        /// Why.
        source: std::io::Error,
    },
    /// Bytes that are no evidence file.
    #[error("no {FORMAT} file: {0}; GET /v1/answers/ID/evidence gives one")]
    Malformed(String),
}

impl EvidenceFile {
    /// Reads a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let malformed = |reason: String| EvidenceError::Malformed(reason);
        let file: Self =
            serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        if file.format != FORMAT {
            return Err(malformed(format!("it says `{}`", file.format)));
        }
        Ok(file)
    }

    /// Puts together what is kept of a charged answer.
    pub fn assemble(
        answer: &Answer,
        receipt: &Receipt,
        blobs: &BlobStore,
        archive: &UnigramArchive,
    ) -> Result<Self, EvidenceError> {
        let digest = receipt.retrieval.unigrams;
        let kept =
            archive.get(digest).map_err(|source| EvidenceError::Archive { digest, source })?;
        let unigrams = kept.ok_or(EvidenceError::UnigramsGone(digest))?;
        let texts = named(receipt).into_iter().map(|hash| Ok((hash, text(blobs, hash)?)));
        Ok(Self {
            format: FORMAT.to_owned(),
            question: answer.question.clone(),
            meant: answer.meant.clone(),
            datanets: answer.datanets_asked.clone(),
            adapters: answer.routing.asked.clone(),
            sentences: answer.sentences.clone(),
            salts: answer.salts.clone(),
            texts: texts.collect::<Result<_, EvidenceError>>()?,
            unigrams: unigrams.counts().clone(),
        })
    }

    /// The question by which the answer was judged.
    pub fn judged_by(&self) -> &str {
        self.meant.as_deref().unwrap_or(&self.question)
    }

    /// The token counts.
    pub fn unigrams(&self) -> Unigrams {
        Unigrams::from_counts(self.unigrams.clone())
    }
}

/// Every contribution that a receipt names.
fn named(receipt: &Receipt) -> BTreeSet<ContentHash> {
    let passages = receipt.retrieval.passages.iter();
    passages.flat_map(|passage| passage.owners().chain([passage.content_hash])).collect()
}

fn text(blobs: &BlobStore, hash: ContentHash) -> Result<String, EvidenceError> {
    let bytes = blobs.get(hash)?.ok_or(EvidenceError::TextGone(hash))?;
    String::from_utf8(bytes).map_err(|_| EvidenceError::NoText(hash))
}
