//! What do the registry's events say? A pure fold: the same events give the same corpus, so that a
//! reorganisation is undone by folding the shorter log.
//!
//! The disk and the clock have no say here; whether a text can be had is decided in [`crate::fetch`].

use footnote_domain::chain::{ChainEvent, RegistryEvent, RegistryKind, RegistryStatus};
use footnote_domain::corpus::Age;
use footnote_domain::id::{Address, ContentHash, DatanetId, Digest};
use footnote_domain::payee::Payees;
use footnote_domain::source_uri::Description;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A Datanet as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredDatanet {
    /// Its id.
    pub id: DatanetId,
    /// Short name.
    pub slug: String,
    /// Who owns it.
    pub owner: Address,
    /// Whether it takes contributions.
    pub status: RegistryStatus,
    /// The current version, 0 before the first.
    pub version: u64,
    /// Hash of each version's manifest.
    pub manifests: BTreeMap<u64, Digest>,
}

impl RegisteredDatanet {
    /// Hash of the current version's manifest.
    pub fn manifest(&self) -> Option<Digest> {
        self.manifests.get(&self.version).copied()
    }
}

/// A contribution as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredText {
    /// To which Datanet.
    pub datanet: DatanetId,
    /// Hash of its bytes.
    pub content_hash: ContentHash,
    /// Who sent it.
    pub sender: Address,
    /// Where the event stands.
    pub age: Age,
    /// Its own age, or that of the first of the texts that it revises.
    pub effective_age: Age,
    /// Who is paid.
    pub payees: Payees,
    /// The predecessor that its contributor named, honoured or not.
    pub supersedes: Option<ContentHash>,
    /// Its revision, by position in [`Corpus::texts`].
    pub revised_by: Option<usize>,
    /// Whether it was taken down.
    pub removed: bool,
    /// What its contributor declared.
    pub description: Description,
    /// Bytes, as declared.
    pub size: u64,
}

/// Everything registered, in order of age.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corpus {
    datanets: BTreeMap<DatanetId, RegisteredDatanet>,
    texts: Vec<RegisteredText>,
    /// The newest text of a Datanet with a hash.
    newest: HashMap<(DatanetId, ContentHash), usize>,
}

impl Corpus {
    /// Folds events, which must be in the chain's order.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a ChainEvent>) -> Self {
        let mut corpus = Self::default();
        for event in events {
            corpus.apply(event);
        }
        corpus
    }

    /// The Datanets in order of id.
    pub fn datanets(&self) -> impl Iterator<Item = &RegisteredDatanet> {
        self.datanets.values()
    }

    /// One Datanet.
    pub fn datanet(&self, id: DatanetId) -> Option<&RegisteredDatanet> {
        self.datanets.get(&id)
    }

    /// All contributions ever made, in order of age.
    pub fn texts(&self) -> &[RegisteredText] {
        &self.texts
    }

    /// The blobs that this corpus refers to as texts.
    pub fn text_hashes(&self) -> BTreeSet<ContentHash> {
        self.texts.iter().map(|text| text.content_hash).collect()
    }

    /// The blobs that current versions refer to as manifests.
    pub fn manifest_hashes(&self) -> BTreeSet<Digest> {
        self.datanets.values().filter_map(RegisteredDatanet::manifest).collect()
    }

    /// Whether a text or its whole Datanet was taken down.
    pub fn is_withdrawn(&self, text: &RegisteredText) -> bool {
        let datanet = self.datanets.get(&text.datanet);
        text.removed || datanet.is_some_and(|datanet| datanet.status == RegistryStatus::Retracted)
    }

    /// Takes one more event. Events about what is not a Datanet of ours, and those that concern
    /// money only, change nothing here.
    pub fn apply(&mut self, at: &ChainEvent) {
        match &at.event {
            RegistryEvent::Created { id, kind: RegistryKind::Datanet, owner, slug } => {
                self.create(*id, *owner, slug);
            }
            RegistryEvent::VersionPublished { id, version, manifest_hash, .. } => {
                self.change(*id, |datanet| {
                    datanet.version = *version;
                    datanet.manifests.insert(*version, *manifest_hash);
                });
            }
            RegistryEvent::RolledBack { id, version } => {
                self.change(*id, |datanet| datanet.version = *version);
            }
            RegistryEvent::StatusChanged { id, status } => {
                self.change(*id, |datanet| datanet.status = *status);
            }
            RegistryEvent::Contributed { .. } => self.contribute(at),
            RegistryEvent::Removed { id, content_hash, .. } => {
                if let Some(at) = self.newest.get(&(*id, *content_hash)) {
                    self.texts[*at].removed = true;
                }
            }
            RegistryEvent::Created { .. }
            | RegistryEvent::Committed { .. }
            | RegistryEvent::Redirected { .. }
            | RegistryEvent::EscrowAssigned { .. }
            | RegistryEvent::PayoutSet { .. } => {}
        }
    }

    fn create(&mut self, id: DatanetId, owner: Address, slug: &str) {
        self.datanets.entry(id).or_insert_with(|| RegisteredDatanet {
            id,
            slug: slug.to_owned(),
            owner,
            status: RegistryStatus::Active,
            version: 0,
            manifests: BTreeMap::new(),
        });
    }

    fn change(&mut self, id: DatanetId, change: impl FnOnce(&mut RegisteredDatanet)) {
        if let Some(datanet) = self.datanets.get_mut(&id) {
            change(datanet);
        }
    }

    fn contribute(&mut self, at: &ChainEvent) {
        let RegistryEvent::Contributed { id, content_hash, sender, uri, size, supersedes, payees } =
            &at.event
        else {
            return;
        };
        let key = (*id, *content_hash);
        let stands = self.newest.get(&key).is_some_and(|at| {
            let before = &self.texts[*at];
            // One that was revised may come back: an author returns to an earlier wording.
            !before.removed && before.revised_by.is_none()
        });
        if stands || !self.datanets.contains_key(id) {
            return;
        }
        let age = Age { block: at.block_number, log_index: at.log_index };
        let mut text = RegisteredText {
            datanet: *id,
            content_hash: *content_hash,
            sender: *sender,
            age,
            effective_age: age,
            payees: payees.clone(),
            supersedes: *supersedes,
            revised_by: None,
            removed: false,
            description: Description::from_uri(uri),
            size: *size,
        };
        let position = self.texts.len();
        if let Some(before) = supersedes.and_then(|hash| self.revisable(&text, hash)) {
            text.effective_age = self.texts[before].effective_age;
            self.texts[before].revised_by = Some(position);
        }
        self.texts.push(text);
        self.newest.insert(key, position);
    }

    /// The text that `revision` may replace: in the same Datanet, standing, not yet replaced, with
    /// the same payees. Payees with an address signed for the revision; where all are escrows, which
    /// anyone may name, it must come from the same sender, or strangers could displace a text.
    fn revisable(&self, revision: &RegisteredText, hash: ContentHash) -> Option<usize> {
        let at = *self.newest.get(&(revision.datanet, hash))?;
        let before = &self.texts[at];
        let signed = before.payees.shares().iter().any(|share| share.payee.address().is_some());
        let allowed =
            before.payees == revision.payees && (signed || before.sender == revision.sender);
        (allowed && !before.removed && before.revised_by.is_none()).then_some(at)
    }
}
