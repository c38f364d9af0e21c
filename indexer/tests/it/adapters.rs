//! Adapters of the registry are told as of the safe head, and a reorganisation takes them back.

use crate::support::*;
use footnote_domain::chain::{RegistryEvent, RegistryKind, RegistryStatus};
use footnote_domain::id::{Address, DatanetId, Digest};
use footnote_indexer::adapters::{RegisteredAdapter, RegisteredAdapters};
use std::sync::Arc;

fn id(number: u8) -> DatanetId {
    DatanetId([100 + number; 32])
}

fn made(number: u8) -> RegistryEvent {
    RegistryEvent::Created {
        id: id(number),
        kind: RegistryKind::Adapter,
        owner: Address([number; 20]),
        slug: format!("adapter-{number}"),
    }
}

fn published(number: u8, version: u64) -> RegistryEvent {
    RegistryEvent::VersionPublished {
        id: id(number),
        version,
        root: Digest([version as u8; 32]),
        manifest_hash: Digest::default(),
        licence_hash: Digest::default(),
        uri: String::new(),
    }
}

#[tokio::test]
async fn what_the_safe_head_says_is_told_and_a_reorganisation_takes_it_back() {
    let place = Place::new();
    let mut indexer = place.indexer("one");
    let told = indexer.adapters();
    assert!(told.borrow().is_none(), "nothing was read yet");
    place.chain.mine(vec![made(1), published(1, 1), published(1, 2), made(2)]);
    settle(&mut indexer).await;
    let now = || -> Arc<RegisteredAdapters> { told.borrow().clone().expect("told") };
    assert_eq!(now().entries().count(), 2, "Datanets are no adapters");

    place.chain.mine(vec![
        RegistryEvent::RolledBack { id: id(1), version: 1 },
        RegistryEvent::StatusChanged { id: id(1), status: RegistryStatus::Frozen },
        RegistryEvent::Redirected { id: id(1), to: id(2) },
        // Of a Datanet: not our concern.
        version(0, 1, Digest::default()),
    ]);
    settle(&mut indexer).await;
    let wanted = RegisteredAdapter {
        id: id(1),
        slug: "adapter-1".into(),
        owner: Address([1; 20]),
        status: RegistryStatus::Frozen,
        versions: vec![Digest([1; 32]), Digest([2; 32])],
        current: 1,
        redirect: Some(id(2)),
    };
    assert_eq!(now().entry(id(1)), Some(&wanted));

    place.chain.reorganise(1);
    place.chain.mine(vec![RegistryEvent::Redirected { id: id(1), to: DatanetId::default() }]);
    settle(&mut indexer).await;
    let after = now();
    let found = after.entry(id(1)).expect("still there");
    assert_eq!((found.current, found.status, found.redirect), (2, RegistryStatus::Active, None));

    let mut fresh = place.indexer("two");
    settle(&mut fresh).await;
    assert_eq!(fresh.adapters().borrow().clone(), Some(after), "as a fresh start");
}
