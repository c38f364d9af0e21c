//! How is a file replaced so that a crash leaves the old one or the new one, never a half?

use crate::error::IndexerError;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Extension of files that are not finished yet.
pub(crate) const UNFINISHED: &str = "unfinished";

/// Puts `bytes` at `path`: beside it first, synced, then renamed over it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), IndexerError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(IndexerError::disk("create", folder))?;
    let unfinished = unfinished_name(path);
    let written = write_synced(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| File::open(folder)?.sync_all());
    written.map_err(|source| {
        // Best effort: the next start sweeps what stays.
        let _ = fs::remove_file(&unfinished);
        IndexerError::disk("write", path)(source)
    })
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name that no other writer uses, in this process or another.
fn unfinished_name(path: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{}-{number}.{UNFINISHED}", std::process::id()))
}
