//! What can go wrong while indexing, and what to do about it.

use footnote_domain::chain::SourceError;
use footnote_domain::id::ContentHash;
use footnote_retriever::RetrieverError;
use std::path::{Path, PathBuf};

/// Every failure of this crate. All of them leave what was published before untouched.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    /// The chain could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A generation could not be written or read.
    #[error(transparent)]
    Retriever(#[from] RetrieverError),
    /// A file or folder could not be used.
    #[error("cannot {action} {}: {source}; check that the disk is there, writable and not full", path.display())]
    Disk {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A stored blob is not what its name says.
    #[error(
        "{} holds bytes with hash {found}, not {wanted}; put the original text back or delete the file",
        path.display()
    )]
    BlobMismatch {
        /// The file.
        path: PathBuf,
        /// The hash in its name.
        wanted: ContentHash,
        /// The hash of its bytes.
        found: ContentHash,
    },
    /// The RPC serves another chain than the deployment names.
    #[error(
        "the RPC serves chain {found}, but the deployment is on chain {expected}; \
         correct the RPC's URL or the deployment file (nothing was changed)"
    )]
    WrongChain {
        /// The chain of the deployment.
        expected: u64,
        /// The chain that answered.
        found: u64,
    },
    /// Another process indexes into the same folder.
    #[error("{} is in use by another running indexer; stop it or choose another data folder", path.display())]
    StateInUse {
        /// The locked folder.
        path: PathBuf,
    },
    /// A stage stopped unexpectedly.
    #[error(
        "the stage `{stage}` stopped unexpectedly ({reason}); it is tried again, please report this"
    )]
    StagePanicked {
        /// Which stage.
        stage: &'static str,
        /// What is known of it.
        reason: String,
    },
}

impl IndexerError {
    /// Wraps an IO error with what was tried and where.
    pub(crate) fn disk(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { action, path, source }
    }
}

/// Runs work that computes or waits for a disk on the blocking pool.
pub(crate) async fn blocking<T: Send + 'static>(
    stage: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, IndexerError> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .map_err(|join| IndexerError::StagePanicked { stage, reason: join.to_string() })
}
