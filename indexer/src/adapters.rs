//! What do the registry's events say about adapters? A pure fold, as [`crate::corpus`] is for texts: a
//! reorganisation is undone by folding the shorter log.

use footnote_domain::chain::{ChainEvent, RegistryEvent, RegistryKind, RegistryStatus};
use footnote_domain::id::{Address, DatanetId, Digest};
use std::collections::BTreeMap;

/// An adapter as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredAdapter {
    /// Its id.
    pub id: DatanetId,
    /// Short name, unique per owner only.
    pub slug: String,
    /// Who owns it, and is paid when it answers.
    pub owner: Address,
    /// Whether it may be used and takes versions.
    pub status: RegistryStatus,
    /// Digest of each version, from number 1.
    pub versions: Vec<Digest>,
    /// The current version's number, 0 before the first.
    pub current: u64,
    /// The entry that answers in its place.
    pub redirect: Option<DatanetId>,
}

/// All registered adapters, by id, as of one block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisteredAdapters {
    entries: BTreeMap<DatanetId, RegisteredAdapter>,
}

impl RegisteredAdapters {
    /// Folds events, which must be in the chain's order.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a ChainEvent>) -> Self {
        let mut adapters = Self::default();
        for event in events {
            adapters.apply(event);
        }
        adapters
    }

    /// The adapters in order of id.
    pub fn entries(&self) -> impl Iterator<Item = &RegisteredAdapter> {
        self.entries.values()
    }

    /// One adapter.
    pub fn entry(&self, id: DatanetId) -> Option<&RegisteredAdapter> {
        self.entries.get(&id)
    }

    /// Takes one more event. Those about anything but an adapter change nothing here.
    pub fn apply(&mut self, at: &ChainEvent) {
        match &at.event {
            RegistryEvent::Created { id, kind: RegistryKind::Adapter, owner, slug } => {
                self.create(*id, *owner, slug);
            }
            RegistryEvent::VersionPublished { id, version, root, .. } => {
                self.change(*id, |adapter| {
                    adapter.versions.push(*root);
                    adapter.current = *version;
                });
            }
            RegistryEvent::RolledBack { id, version } => {
                self.change(*id, |adapter| adapter.current = *version);
            }
            RegistryEvent::StatusChanged { id, status } => {
                self.change(*id, |adapter| adapter.status = *status);
            }
            RegistryEvent::Redirected { id, to } => {
                let to = Some(*to).filter(|to| *to != DatanetId::default());
                self.change(*id, |adapter| adapter.redirect = to);
            }
            RegistryEvent::Created { .. }
            | RegistryEvent::Committed { .. }
            | RegistryEvent::Contributed { .. }
            | RegistryEvent::Removed { .. }
            | RegistryEvent::EscrowAssigned { .. }
            | RegistryEvent::PayoutSet { .. } => {}
        }
    }

    fn create(&mut self, id: DatanetId, owner: Address, slug: &str) {
        self.entries.entry(id).or_insert_with(|| RegisteredAdapter {
            id,
            slug: slug.to_owned(),
            owner,
            status: RegistryStatus::Active,
            versions: Vec::new(),
            current: 0,
            redirect: None,
        });
    }

    fn change(&mut self, id: DatanetId, change: impl FnOnce(&mut RegisteredAdapter)) {
        if let Some(adapter) = self.entries.get_mut(&id) {
            change(adapter);
        }
    }
}
