//! Who reads and edits aliases, many at once? Readers take one immutable table; editors go one by one,
//! compare and swap.
//!
//! A reader's table is the newest that was acknowledged, by this process or another: the log's length
//! is looked at before every answer.

use super::change::{AliasChange, AliasEvent};
use super::error::AliasError;
use super::log::AliasLog;
use super::name::AliasName;
use super::table::AliasTable;
use footnote_domain::id::{Digest, PayeeId};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// What an alias meant when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The alias that was asked for.
    pub alias: AliasName,
    /// The alias that answers: the same, or where it redirects to.
    pub answering: AliasName,
    /// The adapter; a request that has it keeps it, whatever happens to the alias.
    pub digest: Digest,
    /// Its version's number under the answering alias.
    pub version: u32,
    /// Who is paid.
    pub payee: Option<PayeeId>,
    /// The last edit of any alias at that instant.
    pub generation: u64,
}

/// The aliases of one installation.
pub struct AliasBook {
    table: RwLock<Arc<AliasTable>>,
    writer: Mutex<Writer>,
    watched: Option<Watched>,
}

enum Writer {
    File(AliasLog),
    Memory(Vec<AliasEvent>),
}

/// Tells without the writer's lock whether the log has grown.
struct Watched {
    path: PathBuf,
    file: File,
    /// Length of what the published table holds.
    read_bytes: AtomicU64,
}

impl AliasBook {
    /// Opens the aliases kept in a folder, made if missing.
    ///
    /// # Errors
    /// [`AliasError::Damaged`], [`AliasError::Disk`].
    pub fn open(folder: &Path) -> Result<Self, AliasError> {
        let mut log = AliasLog::open(folder)?;
        let mut table = AliasTable::default();
        log.catch_up(&mut table)?;
        let (path, file) = log.watch()?;
        let watched = Watched { path, file, read_bytes: AtomicU64::new(log.read_bytes()) };
        Ok(Self {
            table: RwLock::new(Arc::new(table)),
            writer: Mutex::new(Writer::File(log)),
            watched: Some(watched),
        })
    }

    /// Aliases that end with the process: for measurements and tests.
    pub fn in_memory() -> Self {
        let writer = Mutex::new(Writer::Memory(Vec::new()));
        Self { table: RwLock::default(), writer, watched: None }
    }

    /// All aliases as they are now.
    ///
    /// # Errors
    /// [`AliasError::Damaged`], [`AliasError::Disk`].
    pub fn table(&self) -> Result<Arc<AliasTable>, AliasError> {
        if self.is_behind()? {
            let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            // Another reader, or an editor, may have caught up while we waited.
            if self.is_behind()?
                && let Writer::File(log) = &mut *writer
            {
                let mut table = AliasTable::clone(&self.current());
                log.catch_up(&mut table)?;
                self.publish(table, &writer);
            }
        }
        Ok(self.current())
    }

    fn is_behind(&self) -> Result<bool, AliasError> {
        let Some(watched) = &self.watched else { return Ok(false) };
        let found = watched.file.metadata().map_err(AliasError::disk("look at", &watched.path))?;
        Ok(found.len() != watched.read_bytes.load(Ordering::Acquire))
    }

    /// The adapter that an alias means now.
    ///
    /// # Errors
    /// [`AliasError`]: an alias that is unknown, disabled or leads nowhere answers with nothing.
    pub fn resolve(&self, name: &AliasName) -> Result<Resolved, AliasError> {
        let table = self.table()?;
        let (entry, version) = table.resolve(name)?;
        Ok(Resolved {
            alias: name.clone(),
            answering: entry.name.clone(),
            digest: version.digest,
            version: entry.current,
            payee: version.payee,
            generation: table.generation(),
        })
    }

    /// Edits an alias if it still is of the `expected` generation (0: it does not exist; none: whatever
    /// it is). It holds for everybody when this returns, and survives a crash.
    ///
    /// # Errors
    /// [`AliasError::Conflict`] when somebody was faster, and whatever the rules refuse.
    pub fn change(
        &self,
        name: &AliasName,
        expected: Option<u64>,
        change: AliasChange,
        by: &str,
        at: u64,
    ) -> Result<AliasEvent, AliasError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut table = AliasTable::clone(&self.current());
        let decide = |table: &AliasTable| table.decide(name, expected, change, by, at);
        let event = match &mut *writer {
            Writer::File(log) => log.write(&mut table, decide),
            Writer::Memory(events) => decide(&table).inspect(|event| {
                table.apply(event);
                events.push(event.clone());
            }),
        };
        // What others wrote is kept even where this edit was refused.
        self.publish(table, &writer);
        event
    }

    /// Every edit ever made, in order: the audit log.
    ///
    /// # Errors
    /// [`AliasError::Disk`].
    pub fn events(&self) -> Result<Vec<AliasEvent>, AliasError> {
        match &mut *self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
            Writer::File(log) => log.events(),
            Writer::Memory(events) => Ok(events.clone()),
        }
    }

    fn current(&self) -> Arc<AliasTable> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the table first and tells how far it goes after, so that whoever sees the length sees
    /// the table.
    fn publish(&self, table: AliasTable, writer: &Writer) {
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
        if let (Some(watched), Writer::File(log)) = (&self.watched, writer) {
            watched.read_bytes.store(log.read_bytes(), Ordering::Release);
        }
    }
}
