//! What can happen to an alias, and how is it written down?

use super::name::AliasName;
use super::table::{AliasState, AliasStatus};
use footnote_domain::id::{DatanetId, Digest, PayeeId};
use serde::{Deserialize, Serialize};

/// An edit of one alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AliasChange {
    /// A new version, current from now on; makes the alias where there is none.
    Publish {
        /// The adapter.
        digest: Digest,
        /// Who is paid when it answers.
        payee: Option<PayeeId>,
    },
    /// Takes no new version, and goes on answering.
    Freeze,
    /// Takes new versions again.
    Unfreeze,
    /// An earlier or later published version is current.
    RollBack {
        /// Its number, from 1.
        version: u32,
    },
    /// Another alias answers in its place.
    Redirect {
        /// Which.
        to: AliasName,
    },
    /// It answers for itself again.
    Unredirect,
    /// It answers no more, here; on whatever the chain says.
    Disable,
    /// It answers again.
    Enable,
    /// From now on the registry's entry governs it; makes the alias where there is none.
    Follow {
        /// The entry.
        entry: DatanetId,
    },
    /// What the followed entry says now.
    Mirror(Mirrored),
}

/// An entry of the registry, as an alias takes it over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirrored {
    /// The versions, from number 1.
    pub versions: Vec<MirroredVersion>,
    /// The current one's number, 0 for none.
    pub current: u32,
    /// Whether it may be used and takes versions.
    pub status: AliasStatus,
    /// The alias that follows the entry it redirects to.
    pub redirect: Option<AliasName>,
}

/// A version of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MirroredVersion {
    /// The adapter.
    pub digest: Digest,
    /// Who is paid when it answers.
    pub payee: Option<PayeeId>,
}

/// An edit that was made: one line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasEvent {
    /// Counts the edits of all aliases, from 1.
    pub generation: u64,
    /// Seconds since 1970.
    pub at: u64,
    /// Who made it.
    pub by: String,
    /// Of which alias.
    pub alias: AliasName,
    /// The edit.
    pub change: AliasChange,
    /// The state before, none for a new alias.
    pub from: Option<AliasState>,
    /// The state after.
    pub to: AliasState,
}
