//! Why can a stored adapter not be had?

use crate::adapter::Rejected;
use footnote_domain::id::Digest;
use std::io;
use std::path::{Path, PathBuf};

/// A store that could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder is no adapter that may answer.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// No adapter of this digest is stored.
    #[error("the adapter {0} is not in the store; add its folder with `footnote adapters add`")]
    Missing(Digest),
    /// What is stored is not what its digest says.
    #[error("the stored adapter {digest} is damaged ({reason}); add its folder again")]
    Damaged {
        /// Which.
        digest: Digest,
        /// What is wrong.
        reason: String,
    },
    /// It would never fit.
    #[error(
        "the adapter {digest} takes {bytes} bytes, more than the whole budget of {budget}; raise `adapters.memory_mib`"
    )]
    LargerThanMemory {
        /// Which.
        digest: Digest,
        /// Bytes it takes.
        bytes: u64,
        /// Bytes allowed in all.
        budget: u64,
    },
    /// Everything that could make room is in use now.
    #[error(
        "no room for the adapter {digest} ({bytes} bytes): {in_use} of {budget} bytes are in use; try again, or raise `adapters.memory_mib`"
    )]
    NoRoom {
        /// Which.
        digest: Digest,
        /// Bytes it takes.
        bytes: u64,
        /// Bytes that running requests hold.
        in_use: u64,
        /// Bytes allowed in all.
        budget: u64,
    },
    /// The loading thread ended early; the reason is a defect to report, or a service that is stopping.
    #[error("loading the adapter {0} was interrupted")]
    Interrupted(Digest),
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

impl StoreError {
    /// Wraps an IO error with what was tried and where.
    pub(super) fn disk(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { action, path, source }
    }
}
