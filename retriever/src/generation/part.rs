//! Which part of a generation need not be written again? One whose input is the same to the last
//! byte as that of a part which is already sealed, in an older generation or in a build that was
//! killed: it is linked into the new folder, checked there, and no byte of it is written.
//!
//! Beside each part lies a record, `<part>.part`: the digest of its input (the key) and of its files.
//! It is written after the files are on the disk, so a part that has one was whole.

use super::input::GenerationInput;
use super::manifest::FORMAT;
use super::pointer::{UNFINISHED, generations};
use super::seal;
use crate::error::RetrieverError;
use crate::filter::Facets;
use crate::vector::VectorEngine;
use footnote_domain::id::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tiny_keccak::{Hasher, Keccak};

const RECORD_EXTENSION: &str = "part";

/// A part that is shared between generations; its folder bears its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Lexical,
    Vectors,
    Verbatim,
}

/// Digests of files by their path in the generation's folder.
pub(crate) type Files = BTreeMap<String, Digest>;

/// What lies in `<part>.part`.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    key: Digest,
    files: Files,
}

/// Whether a file of a generation is the record of a part.
pub(crate) fn is_record(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == RECORD_EXTENSION)
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Lexical => "lexical",
            Self::Vectors => "vectors",
            Self::Verbatim => "verbatim",
        }
    }

    fn record_path(self, folder: &Path) -> PathBuf {
        folder.join(self.name()).with_extension(RECORD_EXTENSION)
    }

    /// Over everything that the part is made from, and the format it is written in.
    pub(crate) fn key(self, input: &GenerationInput, engine: VectorEngine) -> Digest {
        let mut key = Key::new(self);
        let mut passages = 0;
        for document in &input.documents {
            match self {
                Self::Lexical => {
                    let contribution = &document.contribution;
                    key.plain(&Facets::of(contribution));
                    key.bytes(contribution.description.title.as_bytes());
                    key.plain(&document.passages);
                    key.bytes(document.text.as_bytes());
                }
                Self::Vectors => {
                    let vectors = document.vectors.iter().flat_map(|vectors| &vectors.passages);
                    for (at, vector) in vectors.enumerate() {
                        key.plain(&(passages + at, Facets::of(&document.contribution)));
                        key.bytes(&crate::mapped::float_bytes(vector));
                    }
                    passages += document.passages.len();
                }
                Self::Verbatim => key.bytes(document.text.as_bytes()),
            }
        }
        if self == Self::Vectors {
            key.plain(&(engine, input.embedding.as_ref().map(|model| model.dimensions)));
        }
        key.finish()
    }

    /// Records that the part in `folder` is whole.
    pub(crate) fn finish(self, folder: &Path, key: Digest) -> Result<Files, RetrieverError> {
        let files = seal::seal_below(folder, &folder.join(self.name()))?;
        self.record(folder, Record { key, files })
    }

    fn record(self, folder: &Path, record: Record) -> Result<Files, RetrieverError> {
        let bytes = serde_json::to_vec(&record).expect("a record is plain data");
        seal::write_file(&self.record_path(folder), &bytes)?;
        seal::sync_folder(folder)?;
        Ok(record.files)
    }

    /// Links the part of this key into `folder` from wherever below `root` it is sealed and sound.
    pub(crate) fn adopt(
        self,
        root: &Path,
        folder: &Path,
        key: Digest,
    ) -> Result<Option<Files>, RetrieverError> {
        for source in sources(root, folder)? {
            let record = fs::read(self.record_path(&source)).ok();
            let record = record.and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
            let Some(record) = record.filter(|record| record.key == key) else { continue };
            if self.link(&source, folder, &record.files)? {
                return self.record(folder, record).map(Some);
            }
        }
        Ok(None)
    }

    /// `false`, with nothing left behind, when what lies in `source` is not what was sealed.
    fn link(self, source: &Path, folder: &Path, wanted: &Files) -> Result<bool, RetrieverError> {
        let (from, to) = (source.join(self.name()), folder.join(self.name()));
        seal::make_folder(&to)?;
        let linked = seal::link_folder(&from, &to).and_then(|()| seal::seal_below(folder, &to));
        match linked {
            Ok(files) if files == *wanted => return Ok(true),
            Ok(files) => {
                let differs =
                    |(name, digest): &(&String, &Digest)| files.get(*name) != Some(digest);
                let file = wanted.iter().find(differs).map_or("another file", |(name, _)| name);
                tracing::warn!(folder = %source.display(), file, "is not what was sealed; written again");
            }
            Err(error) => tracing::warn!(%error, "a sealed part cannot be used again"),
        }
        fs::remove_dir_all(&to).map_err(RetrieverError::io("delete", &to))?;
        Ok(false)
    }
}

/// A new unfinished folder; those of killed builds stay until their parts were looked at.
pub(crate) fn begin(root: &Path, block: u64) -> Result<PathBuf, RetrieverError> {
    let name = |attempt| root.join(format!("block-{block}-{attempt}{UNFINISHED}"));
    let free = (0u32..).map(name).find(|folder| !folder.exists());
    let folder = free.expect("fewer than 2³² builds were killed");
    seal::make_folder(&folder)?;
    Ok(folder)
}

/// Deletes the unfinished folders other than `folder`.
pub(crate) fn sweep_others(root: &Path, folder: &Path) -> Result<(), RetrieverError> {
    for wreck in unfinished(root, folder)? {
        fs::remove_dir_all(&wreck).map_err(RetrieverError::io("delete", &wreck))?;
    }
    Ok(())
}

/// Where a part may lie, the newest generation first.
fn sources(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, RetrieverError> {
    let finished = generations(root)?.into_iter().map(|id| root.join(id.as_str()));
    Ok(finished.chain(unfinished(root, folder)?).collect())
}

fn unfinished(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, RetrieverError> {
    let mut found = seal::entries(root)?;
    found.retain(|path| {
        path != folder && path.is_dir() && path.to_string_lossy().ends_with(UNFINISHED)
    });
    Ok(found)
}

/// A digest over many fields, each with its length.
struct Key(Keccak);

impl Key {
    fn new(part: Part) -> Self {
        let mut key = Self(Keccak::v256());
        key.plain(&(part.name(), FORMAT));
        key
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn plain(&mut self, value: &impl Serialize) {
        self.bytes(&serde_json::to_vec(value).expect("plain data becomes JSON"));
    }

    fn finish(self) -> Digest {
        let mut out = [0; 32];
        self.0.finalize(&mut out);
        Digest(out)
    }
}
