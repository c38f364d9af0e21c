//! Does the auditor see? Books that were changed behind the ledger's back are named.

use crate::desk::{CHAIN, Desk, OPERATOR, PAYER, PRICE, SETTLEMENT, author, escrow};
use footnote_ledger::audit::audit;
use footnote_ledger::settle::fake::FakeChain;
use footnote_ledger::settle::{settle_within, sync_claims, sync_deposits};
use sea_orm::{ConnectionTrait, Database};
use std::time::Duration;

async fn settled() -> (Desk, FakeChain) {
    let desk = Desk::open().await;
    let chain = FakeChain::new(CHAIN, SETTLEMENT, 5, 4_000_000_000);
    chain.deposit(PAYER, 100 * PRICE.unsigned_abs() * 1_000_000_000);
    chain.deposit(OPERATOR, PRICE.unsigned_abs() * 1_000_000_000);
    sync_deposits(&desk.ledger, &chain).await.expect("credited");
    desk.sell(1, &[author(1), escrow(3)]).await;
    desk.sell(2, &[author(2)]).await;
    settle_within(&desk.ledger, &chain, Duration::ZERO).await.expect("proposes");
    chain.pass(5);
    settle_within(&desk.ledger, &chain, Duration::ZERO).await.expect("accepts");
    let claim = desk.ledger.claim_proof(author(2)).await.expect("read").expect("a leaf");
    chain.claim(author(2), claim.cumulative_units, &claim.proof).expect("paid");
    sync_claims(&desk.ledger, &chain).await.expect("noted");
    desk.hold(3).await;
    (desk, chain)
}

#[tokio::test]
async fn every_change_behind_the_ledgers_back_is_named() {
    let changes = [
        (
            "UPDATE transfers SET amount = amount + 1 WHERE sequence = 4",
            "movements are chained by hash",
        ),
        (
            "UPDATE transfers SET debit = 'promotion' WHERE sequence = 3",
            "movements are chained by hash",
        ),
        ("DELETE FROM transfers WHERE sequence = 4", "movements are numbered without a gap"),
        (
            "UPDATE accounts SET credits_posted = credits_posted + 1 WHERE name = 'platform'",
            "balances are the fold of the movements",
        ),
        (
            "UPDATE receipt_lines SET amount = amount + 1 WHERE sequence = 1 AND number = 1",
            "lines add up to what was captured",
        ),
        (
            "UPDATE receipt_lines SET payee = zeroblob(32) WHERE sequence = 1 AND number = 1",
            "a receipt's lines are those of the books",
        ),
        (
            "UPDATE receipts SET charged = charged - 1 WHERE sequence = 2",
            "a receipt states what was captured",
        ),
        (
            "UPDATE receipts SET body = replace(body, '\"epoch\":\"1\"', '\"epoch\":\"2\"') WHERE sequence = 1",
            "a receipt's hash is of its content",
        ),
        ("UPDATE receipts SET epoch = 2 WHERE sequence = 2", "a receipt stands in one epoch"),
        (
            "UPDATE receipts SET signature = zeroblob(65) WHERE sequence = 1",
            "a receipt is signed by its signer",
        ),
        (
            "UPDATE receipts SET previous_hash = randomblob(32) WHERE sequence = 2",
            "receipts are chained by hash",
        ),
        (
            "UPDATE answers SET state = 'voided' WHERE state = 'captured'",
            "an answer ends as its hold",
        ),
        ("UPDATE hold_resolutions SET released = released + 1", "what is not posted is released"),
        ("DELETE FROM hold_resolutions", "a hold ends once"),
        ("UPDATE idempotency SET key = 'another' WHERE key = 'key 1'", "a key names its hold"),
        (
            "UPDATE epoch_balances SET cumulative_nano = cumulative_nano + 1",
            "an epoch's balances are the sum of all lines",
        ),
        ("UPDATE epoch_balances SET cumulative_units = '1'", "token units are floored once"),
        (
            "UPDATE epoch_leaves SET units = units || '0' WHERE tree = 'balances'",
            "leaves are the balances without escrows",
        ),
        (
            "UPDATE epoch_leaves SET units = units || '0' WHERE tree = 'payers'",
            "a root is of its leaves",
        ),
        (
            "UPDATE epochs SET receipts_root = zeroblob(32) WHERE number = 1",
            "a root is of its leaves",
        ),
        (
            "UPDATE epochs SET bundle_hash = zeroblob(32) WHERE number = 1",
            "an epoch's hash is of its content",
        ),
        ("UPDATE epochs SET receipt_count = 3 WHERE number = 1", "an epoch counts its receipts"),
        ("UPDATE epochs SET total_cumulative = '1' WHERE number = 1", "the leaves add up"),
        ("UPDATE deposits SET amount = amount + 1", "deposits are credited once"),
        ("UPDATE claims SET paid_units = paid_units || '0'", "nobody claims more than its leaf"),
        ("UPDATE claims SET paid_nano = paid_nano - 1", "what was paid has left the books"),
    ];
    let (desk, _) = settled().await;
    desk.audited().await;
    let file = desk.folder.path().join("ledger.db");
    let raw = Database::connect(format!("sqlite://{}", file.display())).await.expect("opens");
    unguard(&raw).await;
    for (change, rule) in changes {
        raw.execute_unprepared("SAVEPOINT sound").await.expect("a savepoint");
        raw.execute_unprepared(change).await.expect(change);
        raw.execute_unprepared("RELEASE sound").await.expect("written");
        let report = audit(&desk.ledger).await.expect("audits");
        assert!(report.faults.iter().any(|fault| fault.rule == rule), "{change}: {report:#?}");
        restore(&raw, change).await;
        let report = audit(&desk.ledger).await.expect("audits");
        assert!(report.is_sound(), "restored after {change}: {report:#?}");
    }
}

/// Without triggers, checks and foreign keys, as a hex editor would have it; and a copy to restore.
async fn unguard(raw: &impl ConnectionTrait) {
    raw.execute_unprepared("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")
        .await
        .expect("unguarded");
    for table in TABLES {
        for event in ["update", "delete"] {
            let drop = format!("DROP TRIGGER IF EXISTS {table}_refuse_{event}");
            raw.execute_unprepared(&drop).await.expect("dropped");
        }
        let copy = format!("CREATE TEMP TABLE copy_of_{table} AS SELECT * FROM {table}");
        raw.execute_unprepared(&copy).await.expect("copied");
    }
}

async fn restore(raw: &impl ConnectionTrait, change: &str) {
    let table = TABLES.into_iter().find(|table| {
        change.contains(&format!("UPDATE {table} "))
            || change.ends_with(table)
            || change.contains(&format!("FROM {table} "))
    });
    let table = table.expect("a table is changed");
    let undo = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM copy_of_{table}");
    raw.execute_unprepared(&undo).await.expect("restored");
}

const TABLES: [&str; 12] = [
    "transfers",
    "accounts",
    "receipt_lines",
    "receipts",
    "answers",
    "hold_resolutions",
    "idempotency",
    "epoch_balances",
    "epoch_leaves",
    "epochs",
    "deposits",
    "claims",
];
