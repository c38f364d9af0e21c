//! How do edits survive, and how do two processes agree? One append-only file of sealed lines: each
//! covers the one before it, so that a changed or missing line shows. A line that a crash tore was
//! never acknowledged, and is cut off by the next writer.
//!
//! Writers take a lock file first and read what others wrote before they decide.

use super::change::AliasEvent;
use super::error::AliasError;
use super::table::AliasTable;
use footnote_domain::id::Digest;
use footnote_domain::sealed_lines::{LineReader, LineWriter};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    format: String,
}

impl Format {
    fn current() -> Self {
        Self { format: "footnote-aliases/1".to_owned() }
    }
}

/// The file, and how far it was read.
#[derive(Debug)]
pub(super) struct AliasLog {
    path: PathBuf,
    file: File,
    lock: File,
    read_bytes: u64,
    last_digest: Digest,
}

impl AliasLog {
    /// Opens the log, made if missing, and reads nothing yet.
    pub(super) fn open(folder: &Path) -> Result<Self, AliasError> {
        fs::create_dir_all(folder).map_err(AliasError::disk("create", folder))?;
        let open = |name: &str| {
            let path = folder.join(name);
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            options.open(&path).map_err(AliasError::disk("open", &path)).map(|file| (path, file))
        };
        let (path, file) = open("aliases.log")?;
        let (_, lock) = open("aliases.lock")?;
        Ok(Self { path, file, lock, read_bytes: 0, last_digest: Digest::default() })
    }

    /// A second handle on the file, to see whether it grew.
    pub(super) fn watch(&self) -> Result<(PathBuf, File), AliasError> {
        let file = self.file.try_clone().map_err(AliasError::disk("open", &self.path))?;
        Ok((self.path.clone(), file))
    }

    /// How far the file was read.
    pub(super) fn read_bytes(&self) -> u64 {
        self.read_bytes
    }

    /// Takes in what others have written. A line that is not whole yet is left for later; where one is
    /// damaged, the table stays as it is.
    ///
    /// # Errors
    /// [`AliasError::Damaged`] for a whole line that does not follow the one before it.
    pub(super) fn catch_up(&mut self, table: &mut AliasTable) -> Result<(), AliasError> {
        let mut bytes = Vec::new();
        let read = self
            .file
            .seek(SeekFrom::Start(self.read_bytes))
            .and_then(|_| self.file.read_to_end(&mut bytes));
        read.map_err(AliasError::disk("read", &self.path))?;
        let mut reader = LineReader::after(&bytes, self.last_digest);
        if self.read_bytes == 0 && !bytes.is_empty() {
            let format: Option<Format> = reader.next();
            if format.is_some_and(|format| format != Format::current()) {
                return Err(self.damaged(0));
            }
        }
        let mut caught_up = table.clone();
        while let Some(event) = reader.next::<AliasEvent>() {
            if event.generation != caught_up.generation() + 1 {
                return Err(self.damaged(reader.checked));
            }
            caught_up.apply(&event);
        }
        let length = self.file.metadata().map_err(AliasError::disk("look at", &self.path))?.len();
        if bytes[reader.checked..].contains(&b'\n') || length < self.read_bytes {
            return Err(self.damaged(reader.checked));
        }
        *table = caught_up;
        self.read_bytes += reader.checked as u64;
        self.last_digest = reader.last_digest;
        Ok(())
    }

    /// Decides under the lock, on a table that has everything, and appends the event durably.
    pub(super) fn write(
        &mut self,
        table: &mut AliasTable,
        decide: impl FnOnce(&AliasTable) -> Result<AliasEvent, AliasError>,
    ) -> Result<AliasEvent, AliasError> {
        self.lock.lock().map_err(AliasError::disk("lock", &self.path))?;
        let written = self.catch_up(table).and_then(|()| {
            let event = decide(table)?;
            self.append(&event)?;
            table.apply(&event);
            Ok(event)
        });
        // The lock ends with the process anyway.
        self.lock.unlock().map_err(AliasError::disk("unlock", &self.path))?;
        written
    }

    fn append(&mut self, event: &AliasEvent) -> Result<(), AliasError> {
        let mut writer = LineWriter { last_digest: self.last_digest, ..LineWriter::default() };
        if self.read_bytes == 0 {
            writer.push(&Format::current());
        }
        writer.push(event);
        let appended = self
            .file
            // What stands behind the last whole line was torn by a crash.
            .set_len(self.read_bytes)
            .and_then(|()| self.file.seek(SeekFrom::Start(self.read_bytes)))
            .and_then(|_| self.file.write_all(&writer.bytes))
            .and_then(|()| self.file.sync_data());
        appended.map_err(AliasError::disk("append to", &self.path))?;
        self.read_bytes += writer.bytes.len() as u64;
        self.last_digest = writer.last_digest;
        Ok(())
    }

    /// Every event so far.
    pub(super) fn events(&mut self) -> Result<Vec<AliasEvent>, AliasError> {
        let mut bytes = Vec::new();
        let read = self.file.rewind().and_then(|()| self.file.read_to_end(&mut bytes));
        read.map_err(AliasError::disk("read", &self.path))?;
        let mut reader = LineReader::new(&bytes);
        let format: Option<Format> = reader.next();
        let mut events = Vec::new();
        if format.is_some() {
            events.extend(std::iter::from_fn(|| reader.next::<AliasEvent>()));
        }
        Ok(events)
    }

    fn damaged(&self, checked: usize) -> AliasError {
        AliasError::Damaged { path: self.path.clone(), at: self.read_bytes + checked as u64 }
    }
}
