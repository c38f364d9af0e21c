//! Registering texts: whose pay, in which order, how fast, and what becomes of the bad ones.

use crate::stage::{ANA, BO, OPERATOR, Stage, address, key, payee, text};
use footnote_domain::chain::{ChainEvent, EventSource, Finality, RegistryEvent, RegistryStatus};
use footnote_domain::id::{ContentHash, DatanetId, Digest, PayeeId};
use footnote_domain::payee::{EscrowScheme, Payees};
use footnote_ledger::chain::{
    Consent, Consented, ContributionItem, Outcome, Signature, VersionToPublish, sign_payee,
};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const NEVER: u64 = 4_000_000_000;

fn hashes(events: &[ChainEvent]) -> Vec<ContentHash> {
    let contributed = events.iter().filter_map(|event| match &event.event {
        RegistryEvent::Contributed { content_hash, .. } => Some(*content_hash),
        _ => None,
    });
    contributed.collect()
}

fn registered(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Registered { .. })).count()
}

async fn all_events(stage: &Stage) -> Vec<ChainEvent> {
    let head = stage.chain.head(Finality::Latest).await.expect("a head");
    stage.chain.events(0, head.number).await.expect("by range")
}

fn consent(stage: &Stage, id: DatanetId, item: &ContributionItem, signer: u32) -> Signature {
    let consent = Consent {
        id,
        content_hash: item.content_hash,
        sender: address(ANA),
        payees: &item.payees,
        deadline: NEVER,
    };
    let deployment = stage.chain.deployment();
    sign_payee(&key(signer), deployment.chain_id, deployment.registry, &consent).expect("signed")
}

#[tokio::test]
async fn events_come_back_as_written_by_range_and_by_hash() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let (chain, id) = (&stage.chain, stage.datanet().await);
    let escrow = PayeeId::escrow(id, EscrowScheme::Name, "Imogen");
    let items = [text("own", &[payee(ANA)]), text("escrow", &[payee(ANA), escrow])];
    let outcomes = chain.contribute(&key(ANA), id, &items).await.expect("sent");
    assert_eq!(registered(&outcomes), 2, "{outcomes:?}");
    let newer = ContributionItem {
        supersedes: Some(items[0].content_hash),
        ..text("newer", &[payee(ANA)])
    };
    chain.contribute(&key(ANA), id, std::slice::from_ref(&newer)).await.expect("sent");
    let version = VersionToPublish {
        id,
        expected_version: 0,
        root: Digest([1; 32]),
        manifest_hash: Digest([2; 32]),
        licence_hash: Digest([3; 32]),
        uri: "blob:manifest".into(),
    };
    chain.publish_version(&key(OPERATOR), &version).await.expect("version 1");
    let again = chain.publish_version(&key(OPERATOR), &version).await.expect_err("replayed");
    assert!(again.is_revert("VersionMismatch"), "{again}");
    let reason = Digest([4; 32]);
    chain.remove(&key(ANA), id, items[1].content_hash, reason).await.expect("removed");
    let author = (EscrowScheme::Name, "Imogen");
    chain.assign_escrow(&key(OPERATOR), id, author, address(BO)).await.expect("assigned");
    let (assigned, _) = chain.escrow_of(escrow).await.expect("read").expect("assigned");
    assert_eq!(assigned, address(BO));
    chain.set_payout(&key(ANA), address(BO)).await.expect("set");
    chain.set_status(&key(OPERATOR), id, RegistryStatus::Frozen).await.expect("frozen");

    let events = all_events(&stage).await;
    let kinds: Vec<&str> = events.iter().map(|event| name(&event.event)).collect();
    let wanted = [
        "Created",
        "Contributed",
        "Contributed",
        "Contributed",
        "VersionPublished",
        "Removed",
        "EscrowAssigned",
        "PayoutSet",
        "StatusChanged",
    ];
    assert_eq!(kinds, wanted);
    assert_eq!(events[1].event, contributed(id, &items[0]));
    assert_eq!(events[2].event, contributed(id, &items[1]));
    assert_eq!(events[3].event, contributed(id, &newer));
    let mut by_hash = Vec::new();
    for number in 0..=events.last().expect("events").block_number {
        let block = chain.block(number).await.expect("answered").expect("mined");
        by_hash.extend(chain.events_of(block.hash).await.expect("by hash"));
    }
    assert_eq!(by_hash, events);
    assert!(!chain.is_contributed(id, items[0].content_hash).await.expect("replaced"));
    let entry = chain.entry(id).await.expect("read").expect("registered");
    assert_eq!((entry.published, entry.status), (1, RegistryStatus::Frozen));
    let frozen = chain.contribute(&key(ANA), id, &[text("late", &[payee(ANA)])]).await;
    assert!(frozen.expect_err("frozen").is_revert("NotActive"));
}

fn contributed(id: DatanetId, item: &ContributionItem) -> RegistryEvent {
    RegistryEvent::Contributed {
        id,
        content_hash: item.content_hash,
        sender: address(ANA),
        uri: item.uri.clone(),
        size: item.size,
        supersedes: item.supersedes,
        payees: item.payees.clone(),
    }
}

fn name(event: &RegistryEvent) -> &'static str {
    match event {
        RegistryEvent::Created { .. } => "Created",
        RegistryEvent::VersionPublished { .. } => "VersionPublished",
        RegistryEvent::Committed { .. } => "Committed",
        RegistryEvent::Contributed { .. } => "Contributed",
        RegistryEvent::Removed { .. } => "Removed",
        RegistryEvent::StatusChanged { .. } => "StatusChanged",
        RegistryEvent::RolledBack { .. } => "RolledBack",
        RegistryEvent::Redirected { .. } => "Redirected",
        RegistryEvent::EscrowAssigned { .. } => "EscrowAssigned",
        RegistryEvent::PayoutSet { .. } => "PayoutSet",
    }
}

#[tokio::test]
async fn a_payee_with_an_address_must_sign() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let (chain, id) = (&stage.chain, stage.datanet().await);
    let shared = |name: &str| text(name, &[payee(ANA), payee(BO)]);
    let unsigned = chain.contribute(&key(ANA), id, &[shared("a")]).await.expect("screened");
    let [Outcome::Refused { reason }] = unsigned.as_slice() else { panic!("{unsigned:?}") };
    assert!(reason.contains("must sign"), "{reason}");

    let signed = |name: &str, signer| {
        let item = shared(name);
        let signatures = vec![consent(&stage, id, &item, signer)];
        Consented { item, signatures }
    };
    // The second is signed by the wrong key, the third over other parts: both fail alone.
    let mut other_parts = signed("c", BO);
    let mut shares = Vec::from(other_parts.item.payees.clone());
    (shares[0].ppm, shares[1].ppm) = (900_000, 100_000);
    other_parts.item.payees = Payees::parse(shares).expect("a whole");
    let batch = [signed("a", BO), signed("b", ANA), other_parts, signed("d", BO)];
    let outcomes = chain.contribute_for(&key(ANA), id, &batch, NEVER).await.expect("sent");
    for (at, outcome) in outcomes.iter().enumerate() {
        match (at, outcome) {
            (0 | 3, Outcome::Registered { .. }) => {}
            (1 | 2, Outcome::Refused { reason }) if reason.contains("[ConsentInvalid]") => {}
            _ => panic!("{at}: {outcome:?}"),
        }
    }
    assert_eq!(
        hashes(&all_events(&stage).await),
        [batch[0].item.content_hash, batch[3].item.content_hash]
    );
    let expired = chain.contribute_for(&key(ANA), id, &[signed("e", BO)], 1).await;
    assert!(expired.expect_err("long ago").is_revert("ConsentExpired"));
}

#[tokio::test]
async fn six_hundred_texts_take_seconds_and_keep_their_order() {
    let Some(stage) = Stage::set(&["--block-time", "1"]).await else {
        return;
    };
    let (chain, id) = (&stage.chain, stage.datanet().await);
    let escrow = PayeeId::escrow(id, EscrowScheme::Name, "Imogen");
    let items: Vec<ContributionItem> = (0..600)
        .map(|n| {
            let title = format!("{n}-{}", "x".repeat(n % 300));
            let before = format!("{}-{}", n - n % 7, "x".repeat((n - n % 7) % 300));
            // Every seventh is replaced by the next, within the same import.
            let supersedes = (n % 7 == 1).then(|| ContentHash::of(before.as_bytes()));
            ContributionItem { supersedes, ..text(&title, &[payee(ANA), escrow]) }
        })
        .collect();
    let told = Mutex::new(Vec::new());
    let started = Instant::now();
    let progress = |done| told.lock().expect("one teller").push(done);
    let outcomes = chain.contribute_reporting(&key(ANA), id, &items, &progress).await;
    let took = started.elapsed();
    let outcomes = outcomes.expect("sent");
    eprintln!("600 texts in {took:?}");
    assert_eq!(registered(&outcomes), 600, "{outcomes:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    let told = told.into_inner().expect("one teller");
    assert!(told.is_sorted() && told.first() == Some(&0) && told.last() == Some(&600), "{told:?}");
    let wanted: Vec<ContentHash> = items.iter().map(|item| item.content_hash).collect();
    assert_eq!(hashes(&all_events(&stage).await), wanted);
    // Run again: only what was replaced meanwhile is new, and its replacement stands.
    let live: Vec<ContributionItem> =
        items.iter().enumerate().filter(|(n, _)| n % 7 != 0).map(|(_, i)| i.clone()).collect();
    let again = chain.contribute(&key(ANA), id, &live).await.expect("nothing to send");
    assert!(again.iter().all(|outcome| *outcome == Outcome::AlreadyThere));
}

#[tokio::test]
async fn the_gas_bound_holds_and_is_not_wasteful() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let (chain, id) = (&stage.chain, stage.datanet().await);
    let crowd: Vec<PayeeId> = (1..=127u8).map(|n| PayeeId([n; 32])).collect();
    let many = text(&"m".repeat(1_900), &crowd);
    let few: Vec<ContributionItem> =
        (0..40).map(|n| text(&format!("{n}{}", "f".repeat(200)), &[payee(ANA)])).collect();
    for items in [vec![many.clone()], few] {
        let outcomes = chain.contribute(&key(ANA), id, &items).await.expect("sent");
        let Outcome::Registered { transaction, .. } = outcomes[0] else { panic!("{outcomes:?}") };
        let (limit, used) = gas_of(&stage, transaction).await;
        eprintln!("{} texts: {used} of {limit} gas", items.len());
        assert!(used < limit && limit < used * 2, "{used} of {limit} gas");
    }
}

async fn gas_of(stage: &Stage, transaction: Digest) -> (u64, u64) {
    use alloy::consensus::Transaction;
    use alloy::providers::Provider;
    let (raw, hash) = (stage.anvil.raw(), transaction.0.into());
    let sent = raw.get_transaction_by_hash(hash).await.expect("read").expect("sent");
    let receipt = raw.get_transaction_receipt(hash).await.expect("read").expect("mined");
    (sent.gas_limit(), receipt.gas_used)
}

#[tokio::test]
async fn a_bad_text_does_not_hold_up_the_good_ones() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let (chain, id) = (&stage.chain, stage.datanet().await);
    let mut items: Vec<ContributionItem> =
        (0..20).map(|n| text(&format!("t{n}"), &[payee(ANA)])).collect();
    items[13].supersedes = Some(ContentHash([0xee; 32]));
    items[17] = items[2].clone();
    items[5].size = 0;
    let outcomes = chain.contribute(&key(ANA), id, &items).await.expect("sent");
    assert_eq!(registered(&outcomes), 17, "{outcomes:?}");
    assert!(
        matches!(&outcomes[13], Outcome::Refused { reason } if reason.contains("[NotContributed]")),
        "{:?}",
        outcomes[13]
    );
    assert!(matches!(&outcomes[5], Outcome::Refused { .. }), "{:?}", outcomes[5]);
    assert_eq!(outcomes[17], Outcome::AlreadyThere);
}

#[tokio::test]
async fn who_may_not_contribute_is_told_before_anything_is_sent() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let chain = &stage.chain;
    let closed = chain.create_datanet(&key(OPERATOR), "closed", false).await.expect("made");
    assert_eq!(chain.create_datanet(&key(OPERATOR), "closed", false).await.expect("found"), closed);
    let items = [text("a", &[payee(ANA)]), text("b", &[payee(ANA)])];
    let before = chain.head(Finality::Latest).await.expect("a head").number;
    let error = chain.contribute(&key(ANA), closed, &items).await.expect_err("not allowed");
    assert!(error.is_revert("NotAllowed"), "{error}");
    let unknown = chain.contribute(&key(ANA), DatanetId([7; 32]), &items).await;
    assert!(unknown.expect_err("no such Datanet").is_revert("UnknownEntry"));
    assert_eq!(chain.head(Finality::Latest).await.expect("a head").number, before);
    chain.set_allowed(&key(OPERATOR), closed, address(ANA), true).await.expect("allowed");
    let outcomes = chain.contribute(&key(ANA), closed, &items).await.expect("allowed now");
    assert_eq!(registered(&outcomes), 2, "{outcomes:?}");
    let slug = chain.create_datanet(&key(OPERATOR), "No Spaces", true).await;
    assert!(slug.expect_err("a bad slug").is_revert("BadSlug"));
}
