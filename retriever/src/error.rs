//! What can go wrong between a text and a hit, said so that the reader knows what to do next.

use std::io;
use std::path::{Path, PathBuf};

/// Why a generation could not be written, opened or searched.
#[derive(Debug, thiserror::Error)]
pub enum RetrieverError {
    /// The disk refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A sealed file is not what was sealed: the generation must not be served.
    #[error(
        "{file} is corrupt ({reason}); an older generation serves, re-index to replace this one"
    )]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// What does not agree.
        reason: String,
    },
    /// A generation's name that is none.
    #[error("`{0}` is not the name of a generation (digits, a hyphen, hexadecimal digits)")]
    BadGenerationId(String),
    /// A manifest of another version of this program.
    #[error("{file} has format {found}, this program reads {wanted}; re-index with this program")]
    Format {
        /// The manifest.
        file: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        wanted: u32,
    },
    /// What was given to be written contradicts itself: a fault of the caller.
    #[error("document {document} cannot be written: {reason}")]
    Input {
        /// Its number in the input.
        document: usize,
        /// What is wrong.
        reason: String,
    },
    /// More text than one generation's suffix array can hold.
    #[error(
        "{bytes} bytes of text are more than one generation holds ({most}); split the Datanets"
    )]
    TooLarge {
        /// What came.
        bytes: usize,
        /// What fits.
        most: usize,
    },
    /// A question that cannot be put to this generation.
    #[error("this question cannot be searched: {0}")]
    Query(String),
    /// The lexical index failed.
    #[error("the lexical index at {path} failed: {reason}")]
    Lexical {
        /// Where it lies.
        path: PathBuf,
        /// What tantivy said.
        reason: String,
    },
    /// The vector index failed.
    #[error("the vector index at {path} failed: {reason}")]
    Vector {
        /// Where it lies.
        path: PathBuf,
        /// What the engine said.
        reason: String,
    },
    /// The suffix array could not be built.
    #[error("the suffix array failed: {0}")]
    Suffix(String),
    /// The onnxruntime library is missing, too old or no library.
    #[error("onnxruntime at {path} cannot be used: {reason}; version 1.24 or newer is needed")]
    Runtime {
        /// The library.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A model folder that does not hold a usable model.
    #[error("the embedding model in {path} cannot be used: {reason}")]
    Model {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl RetrieverError {
    /// Turns an [`io::Error`] into ours: `.map_err(RetrieverError::io("write", &path))`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn corrupt(file: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Corrupt { file: file.to_owned(), reason: reason.to_string() }
    }
}
