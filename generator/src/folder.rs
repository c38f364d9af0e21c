//! Does a folder hold a model? Checked before anything is loaded, so that a missing or damaged file is
//! named, and not a tensor inside it. The same check for every backend that loads models, so that one
//! model has one identity in receipts, whichever runs it.

mod header;

pub(crate) use header::{Header, Stored};

use footnote_domain::id::Digest;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tiny_keccak::{Hasher, Keccak};

/// Files that a folder of safetensors needs beside its weights.
const NEEDED: [&str; 3] = ["config.json", "tokenizer.json", "tokenizer_config.json"];

/// A folder that holds no model.
#[derive(Debug, thiserror::Error)]
pub enum ModelFolderError {
    /// Neither a folder nor a GGUF file.
    #[error("{0} is neither a folder with a model nor a .gguf file")]
    Missing(PathBuf),
    /// A file is missing.
    #[error("{folder} lacks {file}; a model's folder holds {} and *.safetensors", NEEDED.join(", "))]
    Lacks {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        file: &'static str,
    },
    /// A weights file that is not whole.
    #[error("{file} is damaged ({reason}); copy it again")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The disk said no.
    #[error("cannot read {file}: {source}")]
    Disk {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// A folder that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModelFolder {
    /// As Hugging Face lays them out.
    Safetensors { root: PathBuf, weights: Vec<PathBuf> },
    /// One file with everything in it.
    Gguf { root: PathBuf, file: String },
}

impl ModelFolder {
    pub(crate) fn check(path: &Path) -> Result<Self, ModelFolderError> {
        if path.is_file() && path.extension().is_some_and(|extension| extension == "gguf") {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let root = path.parent().unwrap_or(Path::new(".")).to_owned();
            return Ok(Self::Gguf { root, file });
        }
        if !path.is_dir() {
            return Err(ModelFolderError::Missing(path.to_owned()));
        }
        for file in NEEDED {
            if !path.join(file).is_file() {
                return Err(ModelFolderError::Lacks { folder: path.to_owned(), file });
            }
        }
        let weights = weights(path)?;
        if weights.is_empty() {
            return Err(ModelFolderError::Lacks { folder: path.to_owned(), file: "*.safetensors" });
        }
        for file in &weights {
            Header::read(file)?;
        }
        Ok(Self::Safetensors { root: path.to_owned(), weights })
    }

    /// keccak-256 over the keccak-256 of every weights file, in order of name: the model's identity in
    /// receipts.
    pub(crate) fn digest(&self) -> Result<Digest, ModelFolderError> {
        let files = match self {
            Self::Safetensors { weights, .. } => weights.clone(),
            Self::Gguf { root, file } => vec![root.join(file)],
        };
        let digests: Vec<[u8; 32]> =
            files.iter().map(|file| keccak_of(file)).collect::<Result<_, _>>()?;
        Ok(Digest::of(&[&digests.concat()]))
    }
}

fn disk(file: &Path) -> impl FnOnce(io::Error) -> ModelFolderError {
    let file = file.to_owned();
    move |source| ModelFolderError::Disk { file, source }
}

fn weights(folder: &Path) -> Result<Vec<PathBuf>, ModelFolderError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(disk(folder))? {
        let path = entry.map_err(disk(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn keccak_of(path: &Path) -> Result<[u8; 32], ModelFolderError> {
    let mut file = File::open(path).map_err(disk(path))?;
    let (mut keccak, mut buffer) = (Keccak::v256(), vec![0u8; 1 << 20]);
    loop {
        match file.read(&mut buffer).map_err(disk(path))? {
            0 => break,
            read => keccak.update(&buffer[..read]),
        }
    }
    let mut digest = [0u8; 32];
    keccak.finalize(&mut digest);
    Ok(digest)
}
