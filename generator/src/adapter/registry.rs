//! Which adapters are there, what do their names mean, and how does one come into use? The store and
//! the aliases of one installation, together.

use super::admit::Admitted;
use super::alias::{
    AliasBook, AliasChange, AliasEntry, AliasError, AliasEvent, AliasName, AliasState, Resolved,
};
use super::base_shape::BaseShape;
use super::store::{AdapterDisk, StoreError};
use footnote_domain::id::{DatanetId, Digest, PayeeId};
use serde::Serialize;
use std::path::Path;

/// An adapter that cannot be added, found or listed.
#[derive(Debug, thiserror::Error)]
pub enum AdapterError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The aliases.
    #[error(transparent)]
    Alias(#[from] AliasError),
}

/// The adapters of one folder. Several processes may use it at once.
pub struct AdapterRegistry {
    /// What is kept.
    pub disk: AdapterDisk,
    /// What it is called.
    pub aliases: AliasBook,
}

/// An alias as people look at it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedAdapter {
    /// Its name.
    pub alias: AliasName,
    /// What it means.
    pub state: AliasState,
    /// Number of the current version, 0 for none.
    pub current: u32,
    /// All its versions, from number 1.
    pub versions: Vec<ListedVersion>,
    /// The registry's entry that governs it.
    pub follows: Option<DatanetId>,
    /// The edit that made it what it is.
    pub generation: u64,
}

/// A version as people look at it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedVersion {
    /// Its number, from 1.
    pub version: u32,
    /// The adapter.
    pub digest: Digest,
    /// Who is paid when it answers.
    pub payee: Option<PayeeId>,
    /// Seconds since 1970 at which this machine learned of it.
    pub at: u64,
    /// Who published it here.
    pub by: String,
    /// What is stored under the digest; none where the weights are not on this machine, or are damaged.
    pub stored: Option<Admitted>,
}

impl AdapterRegistry {
    /// Opens store and aliases of a folder, made if missing. An adapter may take `bytes_most` in memory.
    ///
    /// # Errors
    /// [`AdapterError`].
    pub fn open(folder: &Path, bytes_most: u64) -> Result<Self, AdapterError> {
        let disk = AdapterDisk::open(folder, bytes_most)?;
        Ok(Self { disk, aliases: AliasBook::open(folder)? })
    }

    /// Admits a PEFT folder and publishes it under `alias`, which is made where there is none.
    ///
    /// # Errors
    /// [`StoreError::Rejected`] with a stable code; [`AliasError`] when the alias takes no version now:
    /// the adapter is then in the store, and no name leads to it.
    pub fn add(
        &self,
        folder: &Path,
        base: &BaseShape,
        alias: &AliasName,
        payee: Option<PayeeId>,
        by: &str,
        at: u64,
    ) -> Result<(Admitted, AliasEvent), AdapterError> {
        let expected = self.generation_of(alias)?;
        let record = self.disk.add(folder, base)?;
        let publish = AliasChange::Publish { digest: record.digest, payee };
        let event = self.aliases.change(alias, Some(expected), publish, by, at)?;
        Ok((record, event))
    }

    /// The adapter that an alias means now, which is in the store.
    ///
    /// # Errors
    /// [`AliasError`] and [`StoreError::Missing`]: never another adapter, never the base alone.
    pub fn resolve(&self, alias: &AliasName) -> Result<(Resolved, Admitted), AdapterError> {
        let resolved = self.aliases.resolve(alias)?;
        let record = self.disk.record(resolved.digest)?;
        Ok((resolved, record))
    }

    /// All aliases with their versions, by name.
    ///
    /// # Errors
    /// [`AliasError::Damaged`], [`AliasError::Disk`].
    pub fn list(&self) -> Result<Vec<ListedAdapter>, AdapterError> {
        Ok(self.aliases.table()?.entries().map(|entry| self.listed(entry)).collect())
    }

    /// One alias with its versions.
    ///
    /// # Errors
    /// [`AliasError::Unknown`] and as [`Self::list`].
    pub fn show(&self, alias: &AliasName) -> Result<ListedAdapter, AdapterError> {
        Ok(self.listed(self.aliases.table()?.entry(alias)?))
    }

    fn listed(&self, entry: &AliasEntry) -> ListedAdapter {
        let versions = (1..).zip(&entry.versions).map(|(version, one)| ListedVersion {
            version,
            digest: one.digest,
            payee: one.payee,
            at: one.at,
            by: one.by.clone(),
            stored: self.disk.record(one.digest).ok(),
        });
        ListedAdapter {
            alias: entry.name.clone(),
            state: entry.state(),
            current: entry.current,
            versions: versions.collect(),
            follows: entry.follows,
            generation: entry.generation,
        }
    }

    /// The generation that an edit decided now must find, 0 for an alias that does not exist.
    ///
    /// # Errors
    /// [`AliasError::Damaged`], [`AliasError::Disk`].
    pub fn generation_of(&self, alias: &AliasName) -> Result<u64, AliasError> {
        let table = self.aliases.table()?;
        Ok(table.entry(alias).map_or(0, |entry| entry.generation))
    }
}
