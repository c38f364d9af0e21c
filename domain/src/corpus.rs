//! What stands in a corpus: contributions with their age, the sentences and passages cut from them,
//! and who owns each sentence.

use crate::chain::RegistryStatus;
use crate::id::{Address, ContentHash, DatanetId};
use crate::payee::Payees;
use crate::source_uri::Description;
use crate::text::{Language, SentenceKind};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A contribution's place on the chain; the smaller is the older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Age {
    /// Block number.
    #[serde(with = "crate::decimal")]
    pub block: u64,
    /// Position of the event in its block.
    #[serde(with = "crate::decimal")]
    pub log_index: u64,
}

/// Whether a contribution may be found, quoted and paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Standing {
    /// Searchable and paid.
    Live,
    /// Taken down on chain: its sentences leave a tombstone, nobody earns for copies of them.
    Removed,
    /// Replaced by a revision of the same payees, named here.
    Superseded {
        /// The revision.
        by: ContentHash,
    },
    /// Never indexed: the text is missing or is not what was promised.
    Quarantined {
        /// Why, for the contributor to read.
        reason: String,
    },
}

/// One text that was registered on chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// The Datanet it was contributed to.
    pub datanet: DatanetId,
    /// keccak-256 of its bytes.
    pub content_hash: ContentHash,
    /// Where the event stands.
    pub age: Age,
    /// The age that counts for ownership: that of its predecessor where it supersedes one.
    pub effective_age: Age,
    /// Who is paid for it.
    pub payees: Payees,
    /// The predecessor that it names, if any.
    pub supersedes: Option<ContentHash>,
    /// Title, date, source and names, as its contributor declared them.
    pub description: Description,
    /// Language of the text.
    pub language: Language,
    /// Bytes of the text.
    pub size: u64,
    /// Live or why not.
    pub standing: Standing,
}

/// A sentence of the corpus: the contribution (by its number in the generation) and its number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SentenceRef {
    /// Number of the contribution in the generation.
    pub document: u32,
    /// Number of the sentence in the contribution.
    pub sentence: u32,
}

/// Who owns a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ownership {
    /// The contribution that it stands in.
    Own,
    /// An older contribution holds it or a near-copy of it; the sentence named is that one's.
    CopyOf(SentenceRef),
    /// More than five unrelated contributions hold it: nobody owns it.
    Boilerplate,
    /// Its owner was taken down or replaced: whatever rests on it becomes residual.
    Tombstone,
}

/// A sentence as it is stored in a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Bytes of the contribution's text.
    pub span: Range<usize>,
    /// The block it stands in.
    pub kind: SentenceKind,
    /// Who owns it.
    pub ownership: Ownership,
}

/// A run of whole sentences, the unit of retrieval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Number of the contribution in the generation.
    pub document: u32,
    /// Numbers of its sentences in the contribution.
    pub sentences: Range<u32>,
    /// Bytes of the contribution's text, from its first sentence to its last.
    pub span: Range<usize>,
    /// The headings above it, outermost first, for context; may be empty.
    pub section: String,
}

/// A Datanet as its owner published it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Datanet {
    /// The registry's id.
    pub id: DatanetId,
    /// Short name, unique per owner.
    pub slug: String,
    /// Who owns it.
    pub owner: Address,
    /// The current version, 0 before the first is published.
    pub version: u64,
    /// Whether it takes contributions.
    pub status: RegistryStatus,
    /// What its published manifest says.
    pub profile: DatanetProfile,
}

/// The manifest of a Datanet's version: a JSON blob whose keccak-256 stands on chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DatanetProfile {
    /// Title for people; the slug stands in for an empty one.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// BCP 47 code of its main language.
    pub language: String,
    /// SPDX name of the licence of its texts.
    pub licence: String,
    /// Questions that its texts answer, to try.
    pub questions: Vec<String>,
}
