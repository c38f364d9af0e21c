//! How do texts get from a folder or a file into a Datanet? Read, compared with what the chain holds
//! already, stored as blobs, registered in batches.

mod encoding;
mod folder;
mod item;
mod jsonl;
mod plan;
mod register;
mod target;

pub use item::{Author, ImportItem, Skipped};
pub use plan::{Plan, Planned, plan};
pub use register::{Known, Report, ensure_datanet, known_documents, register};
pub use target::target_datanet;

use std::path::{Path, PathBuf};

/// Texts longer than this are not imported, as the indexer would refuse them.
const TEXT_BYTES_MOST: u64 = 8 * 1024 * 1024;

/// A source that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Neither a folder nor a known kind of file.
    #[error("{0} is neither a folder of .md/.txt files nor a .jsonl or .jsonl.gz file")]
    UnknownSource(PathBuf),
    /// The disk said no.
    #[error("cannot read {path}: {source}")]
    Disk {
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

pub(crate) fn disk(path: &Path) -> impl FnOnce(std::io::Error) -> ImportError {
    let path = path.to_owned();
    move |source| ImportError::Disk { path, source }
}

/// What a source holds: the texts that can be imported, and what was left out with its place.
#[derive(Debug, Default)]
pub struct Source {
    /// In order.
    pub items: Vec<ImportItem>,
    /// In order.
    pub skipped: Vec<Skipped>,
}

/// Reads a folder of Markdown and text, or JSONL (plain or gzip).
///
/// # Errors
/// When nothing can be read at all; single faults are listed in [`Source::skipped`].
pub fn read(path: &Path) -> Result<Source, ImportError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if path.is_dir() {
        return folder::read(path);
    }
    if !path.exists() {
        return Err(disk(path)(std::io::ErrorKind::NotFound.into()));
    }
    if name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") {
        return jsonl::read(path);
    }
    Err(ImportError::UnknownSource(path.to_owned()))
}
