//! All aliases at one instant, and the rules of their edits. Pure: the same events give the same table.

use super::change::{AliasChange, AliasEvent, Mirrored};
use super::error::AliasError;
use super::name::AliasName;
use footnote_domain::id::{DatanetId, Digest, PayeeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an alias means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AliasState {
    /// This adapter.
    Live(Digest),
    /// This adapter, and no new version until it is unfrozen.
    Frozen(Digest),
    /// What another alias means.
    Redirect(AliasName),
    /// Nothing: asking for it is an error.
    Disabled,
}

/// Whether an alias may be used and takes versions; the registry's three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AliasStatus {
    /// Both.
    Active,
    /// Used, but takes no version.
    Frozen,
    /// Neither.
    Retracted,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasVersion {
    /// The adapter.
    pub digest: Digest,
    /// Who is paid when it answers.
    pub payee: Option<PayeeId>,
    /// Seconds since 1970 at which this machine learned of it.
    pub at: u64,
    /// Who published it here.
    pub by: String,
}

/// One alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasEntry {
    /// Its name.
    pub name: AliasName,
    /// Every version that it ever pointed at, from number 1.
    pub versions: Vec<AliasVersion>,
    /// Number of the current version, 0 for none.
    pub current: u32,
    /// Its status, as set here or on chain.
    pub status: AliasStatus,
    /// Which alias answers in its place.
    pub redirect: Option<AliasName>,
    /// Whether it was taken out of use on this machine.
    pub disabled: bool,
    /// The registry's entry that governs it.
    pub follows: Option<DatanetId>,
    /// The edit that made it what it is: what a compare-and-swap compares.
    pub generation: u64,
}

impl AliasEntry {
    fn new(name: &AliasName) -> Self {
        Self {
            name: name.clone(),
            versions: Vec::new(),
            current: 0,
            status: AliasStatus::Active,
            redirect: None,
            disabled: false,
            follows: None,
            generation: 0,
        }
    }

    /// The current version.
    pub fn version(&self) -> Option<&AliasVersion> {
        self.versions.get((self.current as usize).checked_sub(1)?)
    }

    /// What it means.
    pub fn state(&self) -> AliasState {
        if self.disabled || self.status == AliasStatus::Retracted {
            return AliasState::Disabled;
        }
        match (&self.redirect, self.version(), self.status) {
            (Some(to), ..) => AliasState::Redirect(to.clone()),
            (None, None, _) => AliasState::Disabled,
            (None, Some(version), AliasStatus::Frozen) => AliasState::Frozen(version.digest),
            (None, Some(version), _) => AliasState::Live(version.digest),
        }
    }

    /// Its own version, or why there is none.
    fn answer(&self) -> Result<&AliasVersion, AliasError> {
        if self.disabled {
            return Err(AliasError::Disabled(self.name.clone()));
        }
        if self.status == AliasStatus::Retracted {
            return Err(AliasError::Retracted(self.name.clone()));
        }
        self.version().ok_or_else(|| AliasError::NoVersion(self.name.clone()))
    }
}

/// All aliases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AliasTable {
    entries: BTreeMap<AliasName, Arc<AliasEntry>>,
    generation: u64,
}

impl AliasTable {
    /// Number of the last edit.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The aliases by name.
    pub fn entries(&self) -> impl Iterator<Item = &AliasEntry> {
        self.entries.values().map(Arc::as_ref)
    }

    /// One alias.
    ///
    /// # Errors
    /// [`AliasError::Unknown`].
    pub fn entry(&self, name: &AliasName) -> Result<&AliasEntry, AliasError> {
        let entry = self.entries.get(name).map(Arc::as_ref);
        entry.ok_or_else(|| AliasError::Unknown(name.clone()))
    }

    /// The alias that follows an entry of the registry.
    pub fn following(&self, entry: DatanetId) -> Option<&AliasEntry> {
        self.entries().find(|one| one.follows == Some(entry))
    }

    /// The alias and version that answer for `name`: its own, or those of the alias that it redirects
    /// to. As in the registry, one step is followed and no further.
    ///
    /// # Errors
    /// [`AliasError`]; there is no fallback.
    pub fn resolve(&self, name: &AliasName) -> Result<(&AliasEntry, &AliasVersion), AliasError> {
        let mut entry = self.entry(name)?;
        if let (false, Some(to)) = (entry.disabled, &entry.redirect) {
            if entry.status == AliasStatus::Retracted {
                return Err(AliasError::Retracted(name.clone()));
            }
            entry = self.entry(to)?;
            if entry.redirect.is_some() {
                return Err(AliasError::RedirectedTwice(name.clone(), to.clone()));
            }
        }
        Ok((entry, entry.answer()?))
    }

    /// What an edit would make of an alias, as an event of the next generation.
    ///
    /// # Errors
    /// [`AliasError`] for whatever the rules refuse.
    pub fn decide(
        &self,
        name: &AliasName,
        expected: Option<u64>,
        change: AliasChange,
        by: &str,
        at: u64,
    ) -> Result<AliasEvent, AliasError> {
        let before = self.entries.get(name);
        let found = before.map_or(0, |entry| entry.generation);
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(AliasError::Conflict { name: name.clone(), expected, found });
        }
        self.check(name, before.map(Arc::as_ref), &change)?;
        let from = before.map(|entry| entry.state());
        let generation = self.generation + 1;
        let mut event = AliasEvent {
            generation,
            at,
            by: by.to_owned(),
            alias: name.clone(),
            change,
            from,
            to: AliasState::Disabled,
        };
        event.to = self.after(&event).state();
        Ok(event)
    }

    /// Takes an event that [`Self::decide`] made, here or in another process.
    pub fn apply(&mut self, event: &AliasEvent) {
        let entry = self.after(event);
        self.entries.insert(event.alias.clone(), Arc::new(entry));
        self.generation = event.generation;
    }

    fn check(
        &self,
        name: &AliasName,
        entry: Option<&AliasEntry>,
        change: &AliasChange,
    ) -> Result<(), AliasError> {
        use AliasChange as Change;
        let entry = match (entry, change) {
            (Some(entry), _) => entry,
            (None, Change::Publish { .. }) => return Ok(()),
            (None, Change::Follow { entry }) => return self.check_follow(name, None, *entry),
            (None, _) => return Err(AliasError::Unknown(name.clone())),
        };
        let here = matches!(
            change,
            Change::Disable | Change::Enable | Change::Mirror(_) | Change::Follow { .. }
        );
        if let (false, Some(followed)) = (here, entry.follows) {
            return Err(AliasError::OnChain(name.clone(), followed));
        }
        let no_change_if = |same: bool| {
            if same { Err(AliasError::NoChange(name.clone())) } else { Ok(()) }
        };
        match change {
            Change::Publish { digest, payee } => check_publish(entry, *digest, *payee),
            Change::Freeze => no_change_if(entry.status == AliasStatus::Frozen),
            Change::Unfreeze => no_change_if(entry.status == AliasStatus::Active),
            Change::RollBack { version } => {
                let published = entry.versions.len();
                if *version == 0 || *version as usize > published {
                    let (name, version) = (name.clone(), *version);
                    return Err(AliasError::UnknownVersion { name, version, published });
                }
                no_change_if(entry.current == *version)
            }
            Change::Redirect { to } => {
                no_change_if(entry.redirect.as_ref() == Some(to))?;
                self.check_redirect(name, to)
            }
            Change::Unredirect => no_change_if(entry.redirect.is_none()),
            Change::Disable => no_change_if(entry.disabled),
            Change::Enable => no_change_if(!entry.disabled),
            Change::Follow { entry: followed } => self.check_follow(name, Some(entry), *followed),
            Change::Mirror(mirrored) => {
                if entry.follows.is_none() {
                    return Err(AliasError::NotFollowing(name.clone()));
                }
                no_change_if(is_as(entry, mirrored))
            }
        }
    }

    /// Neither in a circle nor through two steps.
    fn check_redirect(&self, from: &AliasName, to: &AliasName) -> Result<(), AliasError> {
        let target = self.entry(to)?;
        let refuse = |reason: String| {
            Err(AliasError::BadRedirect { from: from.clone(), to: to.clone(), reason })
        };
        if from == to {
            return refuse("that is itself".to_owned());
        }
        if let Some(further) = &target.redirect {
            return refuse(format!("that redirects to `{further}`, and one step is followed"));
        }
        if target.disabled || target.status == AliasStatus::Retracted {
            return refuse("that is disabled".to_owned());
        }
        match self.entries().find(|one| one.redirect.as_ref() == Some(from)) {
            Some(source) => refuse(format!(
                "`{}` redirects to `{from}`, and one step is followed; redirect that first",
                source.name
            )),
            None => Ok(()),
        }
    }

    fn check_follow(
        &self,
        name: &AliasName,
        entry: Option<&AliasEntry>,
        followed: DatanetId,
    ) -> Result<(), AliasError> {
        match (entry.and_then(|entry| entry.follows), self.following(followed)) {
            (Some(already), _) if already == followed => Err(AliasError::NoChange(name.clone())),
            (Some(other), _) => Err(AliasError::OnChain(name.clone(), other)),
            (None, Some(by)) => {
                Err(AliasError::FollowedBy { entry: followed, by: by.name.clone() })
            }
            (None, None) => Ok(()),
        }
    }

    fn after(&self, event: &AliasEvent) -> AliasEntry {
        let before = self.entries.get(&event.alias);
        let mut entry =
            before.map_or_else(|| AliasEntry::new(&event.alias), |entry| AliasEntry::clone(entry));
        let learned = |digest: Digest, payee: Option<PayeeId>| AliasVersion {
            digest,
            payee,
            at: event.at,
            by: event.by.clone(),
        };
        match &event.change {
            AliasChange::Publish { digest, payee } => {
                entry.versions.push(learned(*digest, *payee));
                entry.current = number(entry.versions.len());
            }
            AliasChange::Freeze => entry.status = AliasStatus::Frozen,
            AliasChange::Unfreeze => entry.status = AliasStatus::Active,
            AliasChange::RollBack { version } => entry.current = *version,
            AliasChange::Redirect { to } => entry.redirect = Some(to.clone()),
            AliasChange::Unredirect => entry.redirect = None,
            AliasChange::Disable => entry.disabled = true,
            AliasChange::Enable => entry.disabled = false,
            AliasChange::Follow { entry: followed } => entry.follows = Some(*followed),
            AliasChange::Mirror(mirrored) => {
                let versions = mirrored.versions.iter().enumerate().map(|(at, version)| {
                    let known = entry.versions.get(at).filter(|known| {
                        (known.digest, known.payee) == (version.digest, version.payee)
                    });
                    known.cloned().unwrap_or_else(|| learned(version.digest, version.payee))
                });
                entry.versions = versions.collect();
                entry.current = mirrored.current;
                entry.status = mirrored.status;
                entry.redirect = mirrored.redirect.clone();
            }
        }
        entry.generation = event.generation;
        entry
    }
}

fn check_publish(
    entry: &AliasEntry,
    digest: Digest,
    payee: Option<PayeeId>,
) -> Result<(), AliasError> {
    let name = || entry.name.clone();
    match (&entry.redirect, entry.version()) {
        _ if entry.disabled => Err(AliasError::Disabled(name())),
        _ if entry.status != AliasStatus::Active => Err(AliasError::Frozen(name())),
        (Some(to), _) => Err(AliasError::Redirected(name(), to.clone())),
        (None, Some(now)) if (now.digest, now.payee) == (digest, payee) => {
            Err(AliasError::NoChange(name()))
        }
        _ => Ok(()),
    }
}

fn is_as(entry: &AliasEntry, mirrored: &Mirrored) -> bool {
    let versions = entry.versions.iter().map(|one| (one.digest, one.payee));
    entry.current == mirrored.current
        && entry.status == mirrored.status
        && entry.redirect == mirrored.redirect
        && versions.eq(mirrored.versions.iter().map(|one| (one.digest, one.payee)))
}

/// A count of versions as a version's number.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
