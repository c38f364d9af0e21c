//! Why does an alias not resolve, or not change?

use super::name::AliasName;
use footnote_domain::id::DatanetId;
use std::io;
use std::path::PathBuf;

/// A refusal; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AliasError {
    /// Not a name.
    #[error("`{0}` is no alias: use 1 to 64 of a-z, 0-9 and inner hyphens")]
    BadName(String),
    /// Nothing of this name.
    #[error("no adapter is called `{0}`; `footnote adapters list` names them all")]
    Unknown(AliasName),
    /// Taken out of use.
    #[error("the adapter `{0}` is disabled; `footnote adapters enable {0}` brings it back")]
    Disabled(AliasName),
    /// Withdrawn by its owner on chain.
    #[error("the adapter `{0}` was retracted by its owner, on chain")]
    Retracted(AliasName),
    /// It has no version yet.
    #[error("the adapter `{0}` has no version yet; publish one with `footnote adapters add`")]
    NoVersion(AliasName),
    /// Its redirect leads to another redirect.
    #[error(
        "the adapter `{0}` redirects to `{1}`, which redirects again; one step is followed: redirect `{0}` anew"
    )]
    RedirectedTwice(AliasName, AliasName),
    /// It takes no new version now.
    #[error("the adapter `{0}` is frozen; `footnote adapters unfreeze {0}` first")]
    Frozen(AliasName),
    /// A redirected alias takes no new version.
    #[error(
        "the adapter `{0}` redirects to `{1}`; take that back with `footnote adapters redirect {0} --off` first"
    )]
    Redirected(AliasName, AliasName),
    /// A redirect that would lead in a circle or through two steps.
    #[error("`{from}` cannot redirect to `{to}`: {reason}")]
    BadRedirect {
        /// From.
        from: AliasName,
        /// To.
        to: AliasName,
        /// Why not.
        reason: String,
    },
    /// A version that was never published.
    #[error("the adapter `{name}` has no version {version}; it has {published}")]
    UnknownVersion {
        /// Which alias.
        name: AliasName,
        /// The version asked for.
        version: u32,
        /// Versions it has.
        published: usize,
    },
    /// It is so already.
    #[error("the adapter `{0}` is so already; nothing was changed")]
    NoChange(AliasName),
    /// Somebody else was faster.
    #[error(
        "the adapter `{name}` was changed by somebody else meanwhile (generation {found}, not {expected}); look at it and decide again"
    )]
    Conflict {
        /// Which alias.
        name: AliasName,
        /// The generation that the change was decided on.
        expected: u64,
        /// The one that it has.
        found: u64,
    },
    /// It is governed on chain.
    #[error(
        "the adapter `{0}` follows the registry's entry {1}; change that entry, or disable the alias here"
    )]
    OnChain(AliasName, DatanetId),
    /// It follows nothing.
    #[error("the adapter `{0}` follows no entry of the registry")]
    NotFollowing(AliasName),
    /// An entry is followed by one alias only.
    #[error("the registry's entry {entry} is followed by `{by}` already")]
    FollowedBy {
        /// The entry.
        entry: DatanetId,
        /// By whom.
        by: AliasName,
    },
    /// The log was changed by something else than this program.
    #[error(
        "{} is damaged at byte {at}: a line does not follow the one before it; restore the file from a backup",
        path.display()
    )]
    Damaged {
        /// The log.
        path: PathBuf,
        /// Bytes that are sound.
        at: u64,
    },
    /// The disk said no.
    #[error("cannot {action} {}: {source}; check that the disk is there, writable and not full", path.display())]
    Disk {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl AliasError {
    pub(super) fn bad_name(text: &str) -> Self {
        Self::BadName(crate::adapter::rejected::shown(text))
    }

    pub(super) fn disk(
        action: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { action, path, source }
    }
}
