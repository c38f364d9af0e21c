//! Where do texts lie, and are they still what their hash says?
//!
//! One file per blob under `ab/cd/<64 digits>`, named by keccak-256 of its bytes. Writing is atomic,
//! reading verifies. Useful for one machine; object storage comes behind the same three calls.

use crate::atomic_file;
use crate::error::IndexerError;
use footnote_domain::id::ContentHash;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A folder of blobs.
#[derive(Debug, Clone)]
pub struct BlobStore {
    folder: PathBuf,
}

/// When and how long a stored file is, to see whether it was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobStamp {
    /// Length in bytes.
    pub length: u64,
    /// Last change.
    pub modified: Option<SystemTime>,
}

impl BlobStore {
    /// Opens the folder, made if missing.
    ///
    /// # Errors
    /// [`IndexerError::Disk`] when it cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, IndexerError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(IndexerError::disk("create", &folder))?;
        Ok(Self { folder })
    }

    /// The folder given to [`BlobStore::open`].
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the blob of that hash lies, or would.
    pub fn path(&self, hash: ContentHash) -> PathBuf {
        let digits = hex::encode(hash.0);
        self.folder.join(&digits[..2]).join(&digits[2..4]).join(&digits)
    }

    /// Stores `bytes` and returns their hash. A damaged file of that name is replaced.
    ///
    /// # Errors
    /// [`IndexerError::Disk`] when the disk refuses.
    pub fn put(&self, bytes: &[u8]) -> Result<ContentHash, IndexerError> {
        let hash = ContentHash::of(bytes);
        if !matches!(self.get(hash), Ok(Some(_))) {
            atomic_file::write(&self.path(hash), bytes)?;
        }
        Ok(hash)
    }

    /// The bytes of that hash, verified; `None` when there are none.
    ///
    /// # Errors
    /// [`IndexerError::BlobMismatch`] when the file holds other bytes, [`IndexerError::Disk`] when it
    /// cannot be read.
    pub fn get(&self, hash: ContentHash) -> Result<Option<Vec<u8>>, IndexerError> {
        let path = self.path(hash);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(IndexerError::disk("read", &path)(source)),
        };
        let found = ContentHash::of(&bytes);
        if found == hash {
            Ok(Some(bytes))
        } else {
            Err(IndexerError::BlobMismatch { path, wanted: hash, found })
        }
    }

    /// Length and time of the stored file, without reading it; `None` when there is none.
    ///
    /// # Errors
    /// [`IndexerError::Disk`] when the file system cannot say.
    pub fn stamp(&self, hash: ContentHash) -> Result<Option<BlobStamp>, IndexerError> {
        let path = self.path(hash);
        match fs::metadata(&path) {
            Ok(meta) => Ok(Some(BlobStamp { length: meta.len(), modified: meta.modified().ok() })),
            Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(IndexerError::disk("look at", &path)(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_got_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = BlobStore::open(folder.path().join("blobs")).expect("a store");
        let hash = store.put(b"a text").expect("put");
        assert_eq!(store.get(hash).expect("get").as_deref(), Some(b"a text".as_slice()));
        assert_eq!(store.get(ContentHash::of(b"other")).expect("get"), None);
        assert_eq!(store.stamp(hash).expect("stamp").map(|stamp| stamp.length), Some(6));
        let beside = fs::read_dir(store.path(hash).parent().expect("a parent")).expect("list");
        assert_eq!(beside.count(), 1, "nothing unfinished stays");
    }

    #[test]
    fn a_damaged_blob_is_named_and_put_mends_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = BlobStore::open(folder.path()).expect("a store");
        let hash = store.put(b"a text").expect("put");
        fs::write(store.path(hash), b"a lie").expect("damage");
        let error = store.get(hash).expect_err("a mismatch").to_string();
        assert!(error.contains(&ContentHash::of(b"a lie").to_string()), "{error}");
        assert!(error.contains(&hash.to_string()), "{error}");
        store.put(b"a text").expect("put again");
        assert!(store.get(hash).expect("get").is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, b"x").expect("a file");
        let error = BlobStore::open(file.join("blobs")).expect_err("no folder").to_string();
        assert!(error.contains("blobs"), "{error}");
    }
}
