//! How does a file become one that can be trusted after a crash? Written aside, forced to the disk,
//! hashed; and checked again by its hash before it is read.

use crate::error::RetrieverError;
use footnote_domain::id::Digest;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tiny_keccak::{Hasher, Keccak};

/// Bytes hashed at a time.
const BLOCK: usize = 1 << 18;

/// Writes `bytes` to a new file and forces them to the disk.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), RetrieverError> {
    let mut file = File::create(path).map_err(RetrieverError::io("create", path))?;
    file.write_all(bytes).map_err(RetrieverError::io("write", path))?;
    file.sync_all().map_err(RetrieverError::io("sync", path))
}

/// Forces a folder's entries (names, renames) to the disk.
pub(crate) fn sync_folder(path: &Path) -> Result<(), RetrieverError> {
    let folder = File::open(path).map_err(RetrieverError::io("open", path))?;
    folder.sync_all().map_err(RetrieverError::io("sync", path))
}

/// Makes a folder and all above it.
pub(crate) fn make_folder(path: &Path) -> Result<(), RetrieverError> {
    fs::create_dir_all(path).map_err(RetrieverError::io("create", path))
}

/// Forces everything below `folder` to the disk and returns the digest of each file by its path.
#[cfg(test)]
pub(crate) fn seal_folder(folder: &Path) -> Result<BTreeMap<String, Digest>, RetrieverError> {
    seal_below(folder, folder)
}

/// Forces everything below `inner` to the disk; digests of its files by their path in `folder`.
pub(crate) fn seal_below(
    folder: &Path,
    inner: &Path,
) -> Result<BTreeMap<String, Digest>, RetrieverError> {
    let mut digests = BTreeMap::new();
    let mut open = vec![inner.to_owned()];
    while let Some(inner) = open.pop() {
        let (folders, files): (Vec<_>, Vec<_>) =
            entries(&inner)?.into_iter().partition(|path| path.is_dir());
        open.extend(folders);
        digests.extend(seal_files(folder, &files)?);
        sync_folder(&inner)?;
    }
    Ok(digests)
}

/// Forces `files` to the disk; their digests by their path in `folder`.
pub(crate) fn seal_files(
    folder: &Path,
    files: &[PathBuf],
) -> Result<BTreeMap<String, Digest>, RetrieverError> {
    let mut digests = BTreeMap::new();
    for path in files {
        sync_file(path)?;
        digests.insert(name_in(folder, path), digest_file(path)?);
    }
    Ok(digests)
}

/// Links every file below `from` into the folder `to`, so that both names mean the same bytes.
pub(crate) fn link_folder(from: &Path, to: &Path) -> Result<(), RetrieverError> {
    for path in entries(from)? {
        let target = to.join(path.file_name().expect("a listed entry has a name"));
        if path.is_dir() {
            make_folder(&target)?;
            link_folder(&path, &target)?;
        } else {
            fs::hard_link(&path, &target).map_err(RetrieverError::io("link", &target))?;
        }
    }
    Ok(())
}

/// Checks every file of `digests` below `folder`.
///
/// # Errors
/// [`RetrieverError::Corrupt`] naming the first file that is missing or different.
pub(crate) fn verify_folder(
    folder: &Path,
    digests: &BTreeMap<String, Digest>,
) -> Result<(), RetrieverError> {
    for (name, wanted) in digests {
        let path = folder.join(name);
        if !path.is_file() {
            return Err(RetrieverError::corrupt(&path, "it is missing"));
        }
        let found = digest_file(&path)?;
        if found != *wanted {
            let reason = format!("its digest is {found}, the manifest says {wanted}");
            return Err(RetrieverError::corrupt(&path, reason));
        }
    }
    Ok(())
}

/// The paths in a folder, in no particular order.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, RetrieverError> {
    let list = fs::read_dir(folder).map_err(RetrieverError::io("list", folder))?;
    list.map(|entry| Ok(entry.map_err(RetrieverError::io("list", folder))?.path())).collect()
}

fn sync_file(path: &Path) -> Result<(), RetrieverError> {
    let file = File::open(path).map_err(RetrieverError::io("open", path))?;
    file.sync_all().map_err(RetrieverError::io("sync", path))
}

fn name_in(folder: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(folder).expect("a listed entry lies below its folder");
    let parts = inner.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

fn digest_file(path: &Path) -> Result<Digest, RetrieverError> {
    let mut file = File::open(path).map_err(RetrieverError::io("open", path))?;
    let mut hasher = Keccak::v256();
    let mut block = vec![0; BLOCK];
    loop {
        let read = file.read(&mut block).map_err(RetrieverError::io("read", path))?;
        if read == 0 {
            break;
        }
        hasher.update(&block[..read]);
    }
    let mut out = [0; 32];
    hasher.finalize(&mut out);
    Ok(Digest(out))
}
