//! Which adapters are kept? One folder per adapter under `by-digest/`, named by its digest: the two
//! files that the digest covers, and `record.json` with what was found when they were admitted.
//!
//! A folder appears whole or not at all: it is made beside, synced, checked again and renamed.

use super::error::StoreError;
use super::memory::AdapterSource;
use crate::adapter::folder::AdapterFolder;
use crate::adapter::{Admitted, BaseShape, LoraAdapter, RejectCode, Rejected, admit, load};
use footnote_domain::id::Digest;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// What is being copied lies here.
const INCOMING: &str = "incoming";
/// What is kept lies here.
const BY_DIGEST: &str = "by-digest";
/// Beside the two files.
const RECORD_FILE: &str = "record.json";
/// How often a finished copy is put to its place while other writers contend for it.
const PLACING_TRIES: usize = 16;
/// Age after which an unfinished copy is nobody's any more.
const ABANDONED: Duration = Duration::from_secs(24 * 3_600);

/// The adapters of one folder. Several processes may use it at once.
#[derive(Debug, Clone)]
pub struct AdapterDisk {
    folder: PathBuf,
    bytes_most: u64,
}

impl AdapterDisk {
    /// Opens the store, made if missing. An adapter may take `bytes_most` in memory.
    ///
    /// # Errors
    /// [`StoreError::Disk`].
    pub fn open(folder: impl Into<PathBuf>, bytes_most: u64) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into(), bytes_most };
        for part in [INCOMING, BY_DIGEST] {
            let path = store.folder.join(part);
            fs::create_dir_all(&path).map_err(StoreError::disk("create", &path))?;
        }
        store.sweep()?;
        Ok(store)
    }

    /// Where an adapter lies, or would.
    pub fn path(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.folder.join(BY_DIGEST).join(name.trim_start_matches("0x"))
    }

    /// Admits a PEFT folder for a base and keeps a copy. Adding it again changes nothing, and mends
    /// what was damaged.
    ///
    /// # Errors
    /// [`StoreError::Rejected`] with a stable code, [`StoreError::Disk`].
    pub fn add(&self, folder: &Path, base: &BaseShape) -> Result<Admitted, StoreError> {
        let admitted = admit(folder, base, self.bytes_most)?;
        let digest = admitted.digest;
        if let Ok(record) = self.verified(digest)
            && record.base == *base
        {
            return Ok(record);
        }
        let copy = self.unused_name();
        let placed = self
            .copy(folder, &copy, &admitted)
            .and_then(|record| self.place(&copy, &record).map(|()| record));
        if placed.is_err() {
            // Best effort: the next day's opening sweeps what stays.
            let _ = fs::remove_dir_all(&copy);
        }
        placed
    }

    /// What was found when an adapter was admitted.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Damaged`], [`StoreError::Disk`].
    pub fn record(&self, digest: Digest) -> Result<Admitted, StoreError> {
        let path = self.path(digest).join(RECORD_FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(StoreError::Missing(digest));
            }
            Err(source) => return Err(StoreError::disk("read", &path)(source)),
        };
        let damaged = |reason: String| StoreError::Damaged { digest, reason };
        let record: Admitted =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if record.digest == digest {
            Ok(record)
        } else {
            Err(damaged(format!("its record is that of {}", record.digest)))
        }
    }

    /// All stored adapters, by digest; what cannot be read is left out and returned beside them.
    ///
    /// # Errors
    /// [`StoreError::Disk`] when the folder cannot be listed.
    pub fn list(&self) -> Result<(Vec<Admitted>, Vec<StoreError>), StoreError> {
        let path = self.folder.join(BY_DIGEST);
        let (mut records, mut faults) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&path).map_err(StoreError::disk("list", &path))? {
            let entry = entry.map_err(StoreError::disk("list", &path))?;
            let name = format!("0x{}", entry.file_name().to_string_lossy());
            let Ok(digest) = name.parse() else { continue };
            match self.record(digest) {
                Ok(record) => records.push(record),
                Err(fault) => faults.push(fault),
            }
        }
        records.sort_by_key(|record| record.digest);
        Ok((records, faults))
    }

    /// Takes an adapter out of the store; what is in memory stays there for those who hold it.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Disk`].
    pub fn remove(&self, digest: Digest) -> Result<(), StoreError> {
        let (path, gone) = (self.path(digest), self.unused_name());
        match fs::rename(&path, &gone) {
            Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::Missing(digest)),
            Err(source) => Err(StoreError::disk("remove", &path)(source)),
            Ok(()) => fs::remove_dir_all(&gone).map_err(StoreError::disk("remove", &gone)),
        }
    }

    /// The record of an adapter whose files are as they were.
    fn verified(&self, digest: Digest) -> Result<Admitted, StoreError> {
        let record = self.record(digest)?;
        let found = admit(&self.path(digest), &record.base, self.bytes_most)?;
        check_digest(digest, found.digest)?;
        Ok(record)
    }

    fn copy(&self, from: &Path, to: &Path, expected: &Admitted) -> Result<Admitted, StoreError> {
        fs::create_dir_all(to).map_err(StoreError::disk("create", to))?;
        let source = AdapterFolder::open(from)?;
        let [config, weights] = &expected.files;
        for (file, wanted) in [(&source.config, config), (&source.weights, weights)] {
            let path = to.join(&wanted.name);
            copy_synced(file, &path, wanted.bytes).map_err(StoreError::disk("write", &path))?;
        }
        let found = admit(to, &expected.base, self.bytes_most)?;
        if found.digest != expected.digest {
            let detail = format!("{} changed while it was copied", from.display());
            return Err(Rejected { code: RejectCode::Changed, detail }.into());
        }
        let path = to.join(RECORD_FILE);
        write_synced(&path, &found).map_err(StoreError::disk("write", &path))?;
        sync_folder(to)?;
        Ok(found)
    }

    /// Renames a finished copy to its place. One that another writer put there meanwhile is as good and
    /// stays, so that nobody who reads it finds nothing; any other makes room.
    fn place(&self, copy: &Path, record: &Admitted) -> Result<(), StoreError> {
        let path = self.path(record.digest);
        let mut refused = None;
        for _ in 0..PLACING_TRIES {
            match fs::rename(copy, &path) {
                Ok(()) => return sync_folder(&self.folder.join(BY_DIGEST)),
                Err(source) => refused = Some(source),
            }
            if self.verified(record.digest).is_ok_and(|found| found == *record) {
                return fs::remove_dir_all(copy).map_err(StoreError::disk("remove", copy));
            }
            let old = self.unused_name();
            match fs::rename(&path, &old) {
                Ok(()) => fs::remove_dir_all(&old).map_err(StoreError::disk("remove", &old))?,
                // Another writer took it away first.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(StoreError::disk("replace", &path)(source)),
            }
        }
        let source = refused.expect("it was tried");
        Err(StoreError::disk("write", &path)(source))
    }

    /// A name that no other writer uses, in this process or another.
    fn unused_name(&self) -> PathBuf {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.folder.join(INCOMING).join(format!("{}-{number}", std::process::id()))
    }

    /// Removes copies that a crash left behind.
    fn sweep(&self) -> Result<(), StoreError> {
        let path = self.folder.join(INCOMING);
        for entry in fs::read_dir(&path).map_err(StoreError::disk("list", &path))? {
            let Ok(entry) = entry else { continue };
            let modified = entry.metadata().and_then(|found| found.modified());
            let age = modified.ok().and_then(|then| SystemTime::now().duration_since(then).ok());
            if age.is_some_and(|age| age > ABANDONED) {
                // Another process may sweep at the same time.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(())
    }
}

impl AdapterSource for AdapterDisk {
    fn bytes(&self, digest: Digest) -> Result<u64, StoreError> {
        Ok(self.record(digest)?.bytes)
    }

    /// Reads the files and their hash again: a changed byte is an error, never another answer.
    fn load(&self, digest: Digest) -> Result<LoraAdapter, StoreError> {
        let record = self.record(digest)?;
        let loaded = load(&self.path(digest), &record.base, self.bytes_most);
        let damaged =
            |rejected: Rejected| StoreError::Damaged { digest, reason: rejected.to_string() };
        let (admitted, adapter) = loaded.map_err(damaged)?;
        check_digest(digest, admitted.digest)?;
        Ok(adapter)
    }
}

fn check_digest(digest: Digest, found: Digest) -> Result<(), StoreError> {
    if found == digest {
        return Ok(());
    }
    Err(StoreError::Damaged { digest, reason: format!("its files come to {found}") })
}

fn copy_synced(from: &File, to: &Path, bytes: u64) -> io::Result<()> {
    let mut to = File::create_new(to)?;
    // One byte more than expected is enough to notice a file that grew.
    io::copy(&mut from.take(bytes.saturating_add(1)), &mut to)?;
    to.sync_all()
}

fn write_synced(path: &Path, record: &Admitted) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(&serde_json::to_vec_pretty(record)?)?;
    file.sync_all()
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(StoreError::disk("sync", folder))
}
