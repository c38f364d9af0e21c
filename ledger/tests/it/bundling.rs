//! Can an epoch's bundle be written again from the books, the same to the byte, or not at all?

use crate::desk::{CHAIN, Desk, PAYER, PRICE, SETTLEMENT, author, escrow, settings};
use footnote_ledger::LedgerError;
use footnote_ledger::settle::fake::FakeChain;
use footnote_ledger::settle::{settle_within, sync_deposits};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file"));
    let read = |path: &Path| std::fs::read(path).expect("readable");
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), read(&entry.path())))
        .collect()
}

#[tokio::test]
async fn a_lost_bundle_is_written_again_to_the_byte() {
    let desk = Desk::open().await;
    let chain = FakeChain::new(CHAIN, SETTLEMENT, 5, 4_000_000_000);
    chain.deposit(PAYER, 10 * PRICE.unsigned_abs() * 1_000_000_000);
    sync_deposits(&desk.ledger, &chain).await.expect("credited");
    desk.sell(1, &[author(1), escrow(3)]).await;
    let early = desk.ledger.write_bundle(1).await;
    assert!(matches!(early, Err(LedgerError::EpochState { epoch: 1, needed: "sealed" })));
    assert!(matches!(desk.ledger.write_bundle(9).await, Err(LedgerError::EpochState { .. })));
    settle_within(&desk.ledger, &chain, Duration::ZERO).await.expect("proposes");
    desk.sell(2, &[author(2)]).await;

    let bundles = settings(&desk.folder).bundles;
    let folder = bundles.join("epoch-000001");
    let first = files(&folder);
    assert!(first.contains_key("manifest.json") && first.len() > 4, "{:?}", first.keys());
    std::fs::remove_dir_all(&bundles).expect("lost");
    assert_eq!(desk.ledger.write_bundle(1).await.expect("written"), folder);
    assert_eq!(files(&folder), first);
    // And over one that was changed.
    std::fs::write(folder.join("receipts.jsonl"), "changed").expect("changed");
    desk.ledger.write_bundle(1).await.expect("written");
    assert_eq!(files(&folder), first);
    let left: Vec<_> = std::fs::read_dir(&bundles).expect("a folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    desk.audited().await;
}
