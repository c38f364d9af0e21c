//! How do aliases come to say what the chain says? Every alias that follows an entry of the registry
//! takes over its versions, status and redirect, as of the safe head.

use footnote_domain::chain::RegistryStatus;
use footnote_domain::id::PayeeId;
use footnote_generator::adapter::AdapterRegistry;
use footnote_generator::adapter::alias::{
    AliasBook, AliasChange, AliasError, AliasName, AliasStatus, Mirrored, MirroredVersion,
};
use footnote_indexer::adapters::{RegisteredAdapter, RegisteredAdapters};

/// Who made an edit that came from the chain, in the audit log.
const BY: &str = "the registry, on chain";

/// Longest beginning of a short name that leaves room for the digits behind it.
const SLUG_CHARS: usize = 55;

/// Brings all aliases that follow an entry up to date; returns how many changed.
///
/// # Errors
/// [`AliasError`] of the disk; what the rules refuse cannot come from a chain.
pub(crate) fn mirror(
    registry: &AdapterRegistry,
    chain: &RegisteredAdapters,
    at: u64,
) -> Result<usize, AliasError> {
    let book = &registry.aliases;
    let mut changed = follow_redirects(book, chain, at)?;
    let table = book.table()?;
    for entry in table.entries() {
        let Some(followed) = entry.follows else { continue };
        // An entry that the chain does not have (any more) has no version to answer with.
        let mirrored = match chain.entry(followed) {
            Some(found) => mirrored(found, &|id| table.following(id).map(|to| to.name.clone())),
            None => nothing(),
        };
        match book.change(&entry.name, None, AliasChange::Mirror(mirrored), BY, at) {
            Ok(_) => changed += 1,
            Err(AliasError::NoChange(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}

/// Makes an alias for each entry that a followed one redirects to and that nobody follows yet.
fn follow_redirects(
    book: &AliasBook,
    chain: &RegisteredAdapters,
    at: u64,
) -> Result<usize, AliasError> {
    let mut made = 0;
    let table = book.table()?;
    let followed = table.entries().filter_map(|entry| chain.entry(entry.follows?));
    for target in followed.filter_map(|found| chain.entry(found.redirect?)) {
        if book.table()?.following(target.id).is_none() {
            let follow = AliasChange::Follow { entry: target.id };
            book.change(&name_of(target)?, None, follow, BY, at)?;
            made += 1;
        }
    }
    Ok(made)
}

/// A name that says which entry it is, whoever else has registered the same short name.
fn name_of(entry: &RegisteredAdapter) -> Result<AliasName, AliasError> {
    let slug: String = entry.slug.chars().take(SLUG_CHARS).collect();
    AliasName::parse(&format!("{slug}-{}", hex::encode(&entry.id.0[..4])))
}

fn mirrored(
    found: &RegisteredAdapter,
    name_of: &dyn Fn(footnote_domain::id::DatanetId) -> Option<AliasName>,
) -> Mirrored {
    let payee = Some(PayeeId::from_address(found.owner));
    let version = |digest| MirroredVersion { digest, payee };
    Mirrored {
        versions: found.versions.iter().copied().map(version).collect(),
        current: u32::try_from(found.current).unwrap_or(u32::MAX),
        status: match found.status {
            RegistryStatus::Active => AliasStatus::Active,
            RegistryStatus::Frozen => AliasStatus::Frozen,
            RegistryStatus::Retracted => AliasStatus::Retracted,
        },
        redirect: found.redirect.and_then(name_of),
    }
}

fn nothing() -> Mirrored {
    Mirrored { versions: Vec::new(), current: 0, status: AliasStatus::Active, redirect: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::chain::{ChainEvent, RegistryEvent, RegistryKind};
    use footnote_domain::id::{Address, BlockHash, DatanetId, Digest};
    use footnote_generator::adapter::alias::AliasState;

    fn id(number: u8) -> DatanetId {
        DatanetId([number; 32])
    }

    fn made(number: u8, slug: &str) -> RegistryEvent {
        let owner = Address([number; 20]);
        RegistryEvent::Created {
            id: id(number),
            kind: RegistryKind::Adapter,
            owner,
            slug: slug.into(),
        }
    }

    fn published(number: u8, version: u64) -> RegistryEvent {
        RegistryEvent::VersionPublished {
            id: id(number),
            version,
            root: Digest([10 * number + version as u8; 32]),
            manifest_hash: Digest::default(),
            licence_hash: Digest::default(),
            uri: String::new(),
        }
    }

    fn fold(events: &[RegistryEvent]) -> RegisteredAdapters {
        let place = |event: &RegistryEvent| ChainEvent {
            block_number: 1,
            block_hash: BlockHash::default(),
            log_index: 0,
            event: event.clone(),
        };
        let events: Vec<ChainEvent> = events.iter().map(place).collect();
        RegisteredAdapters::of(&events)
    }

    #[test]
    fn followed_entries_are_taken_over_and_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let registry = AdapterRegistry::open(folder.path(), 1 << 20).expect("opened");
        let tea = AliasName::parse("tea").expect("a name");
        let follow = AliasChange::Follow { entry: id(1) };
        registry.aliases.change(&tea, None, follow, "a test", 0).expect("follows");
        let mut events = vec![made(1, "tea"), published(1, 1), published(1, 2), made(2, "tea")];
        let state = || registry.show(&tea).expect("known").state;
        let mirror = |events: &[RegistryEvent]| mirror(&registry, &fold(events), 5).expect("disk");

        assert_eq!(mirror(&events), 1, "the stranger's `tea` is not followed");
        assert_eq!(state(), AliasState::Live(Digest([12; 32])));
        let resolved = registry.aliases.resolve(&tea).expect("live");
        assert_eq!(resolved.payee, Some(PayeeId::from_address(Address([1; 20]))));
        assert_eq!(mirror(&events), 0, "nothing new");

        events.push(RegistryEvent::RolledBack { id: id(1), version: 1 });
        events.push(RegistryEvent::StatusChanged { id: id(1), status: RegistryStatus::Frozen });
        assert_eq!(mirror(&events), 1);
        assert_eq!(state(), AliasState::Frozen(Digest([11; 32])));

        events.push(published(2, 1));
        events.push(RegistryEvent::Redirected { id: id(1), to: id(2) });
        assert_eq!(mirror(&events), 3, "an alias is made, filled, and redirected to");
        let other = AliasName::parse("tea-02020202").expect("a name");
        assert_eq!(state(), AliasState::Redirect(other.clone()));
        assert_eq!(registry.aliases.resolve(&tea).expect("redirected").digest, Digest([21; 32]));

        // A reorganisation after which nothing of it was ever registered.
        assert_eq!(mirror(&[]), 2);
        assert_eq!(state(), AliasState::Disabled);
        assert!(matches!(registry.aliases.resolve(&tea), Err(AliasError::NoVersion(_))));
    }
}
