//! Where does everything lie, and who holds it? One folder, one process: a lock file says which.

use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// A data folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process works on it.
    #[error(
        "the data folder {path} is in use by process {pid} ({listen}); stop it, or choose another folder with --data-dir"
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// Who holds it.
        pid: u32,
        /// Where it serves.
        listen: String,
    },
    /// The disk said no.
    #[error(
        "cannot {action} {path}: {source}; choose a folder that you may write to with --data-dir"
    )]
    Disk {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// Who holds a folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Running {
    /// Process id.
    pub pid: u32,
    /// Address it serves on; empty for a command that serves nothing.
    pub listen: String,
}

/// The locked data folder; the lock ends with the process, however it ends.
#[derive(Debug)]
pub struct DataFolder {
    root: PathBuf,
    lock: File,
}

fn disk(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Disk { action, path, source }
}

impl DataFolder {
    /// Makes the folder where it is missing and locks it.
    pub fn lock(root: &Path, listen: &str) -> Result<Self, FolderError> {
        make_private(root)?;
        let path = root.join("footnote.lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(disk("open", &path))?;
        if lock.try_lock().is_err() {
            let running = read_running(&mut lock);
            return Err(FolderError::InUse {
                path: root.to_owned(),
                pid: running.pid,
                listen: running.listen,
            });
        }
        let mut folder = Self { root: root.to_owned(), lock };
        folder.announce(listen).map_err(disk("write", &path))?;
        Ok(folder)
    }

    /// Who holds the folder, when somebody does.
    pub fn holder(root: &Path) -> Option<Running> {
        let mut file =
            OpenOptions::new().read(true).write(true).open(root.join("footnote.lock")).ok()?;
        if file.try_lock().is_ok() {
            return None;
        }
        Some(read_running(&mut file))
    }

    /// Says where this process serves.
    pub fn announce(&mut self, listen: &str) -> std::io::Result<()> {
        let running = Running { pid: std::process::id(), listen: listen.to_owned() };
        self.lock.set_len(0)?;
        self.lock.rewind()?;
        self.lock.write_all(&serde_json::to_vec(&running)?)?;
        self.lock.flush()
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// Makes a folder that only its owner may look into; one that exists stays as it is.
pub(crate) fn make_private(folder: &Path) -> Result<(), FolderError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(disk("create", folder))
}

fn read_running(file: &mut File) -> Running {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    let running = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    running.unwrap_or(Running { pid: 0, listen: "unknown address".into() })
}

/// A secret of `N` random bytes kept in a file that only its owner may read; made when missing.
pub(crate) fn secret<const N: usize>(path: &Path) -> Result<[u8; N], FolderError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let mut bytes = [0u8; N];
            let decoded = hex::decode_to_slice(text.trim(), &mut bytes);
            decoded.map_err(|error| disk("read", path)(std::io::Error::other(error)))?;
            return Ok(bytes);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        // Any other failure may pass; a new key in its place would not.
        Err(error) => return Err(disk("read", path)(error)),
    }
    let fresh: [u8; N] = std::array::from_fn(|_| rand::random());
    let unfinished = path.with_extension("new");
    write_private(&unfinished, &hex::encode(fresh)).map_err(disk("write", &unfinished))?;
    std::fs::rename(&unfinished, path).map_err(disk("write", path))?;
    Ok(fresh)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_once_and_says_by_whom() {
        let root = tempfile::tempdir().expect("a folder");
        let held = DataFolder::lock(root.path(), "127.0.0.1:1").expect("free");
        let error = DataFolder::lock(root.path(), "").expect_err("held").to_string();
        assert!(error.contains("127.0.0.1:1") && error.contains("--data-dir"), "{error}");
        assert_eq!(DataFolder::holder(root.path()).expect("held").pid, std::process::id());
        drop(held);
        assert!(DataFolder::holder(root.path()).is_none());
    }

    #[test]
    fn a_secret_is_made_once() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("secret");
        let made: [u8; 32] = secret(&path).expect("made");
        assert_eq!(secret::<32>(&path).expect("kept"), made);
        std::fs::write(&path, "short").expect("written");
        assert!(secret::<32>(&path).is_err());
        std::fs::write(&path, [0xff, 0xfe]).expect("written");
        assert!(secret::<32>(&path).is_err());
        assert_eq!(std::fs::read(&path).expect("still there"), [0xff, 0xfe]);
    }
}
