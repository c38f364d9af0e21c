//! Who may open which books, and what do they find after a crash?

use crate::desk::{Desk, PAYER, PRICE, answer_id, author, begin, capture, settings};
use footnote_domain::id::Address;
use footnote_ledger::{Account, AnswerState, Begun, Ledger, LedgerError, LedgerSettings, Opening};

#[tokio::test]
async fn holds_of_a_dead_service_are_voided_with_a_reason() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 2 * PRICE, 0).await;
    let running = desk.hold(1).await;
    let done = desk.hold(2).await;
    desk.ledger.capture(capture(&done, &[(&[author(1)], 920_000)])).await.expect("captured");
    let desk = desk.crash().await;
    let stored = desk.ledger.answer(running.answer).await.expect("read").expect("there");
    assert_eq!(stored.state, AnswerState::Voided);
    assert!(stored.reason.expect("a reason").contains("stopped"));
    let kept = desk.ledger.answer(done.answer).await.expect("read").expect("there");
    assert_eq!(kept.state, AnswerState::Captured);
    let again = desk.ledger.begin(begin(1)).await.expect("known");
    assert_eq!(again, Begun::Finished { answer: answer_id(1) });
    desk.audited().await;
}

#[tokio::test]
async fn a_command_beside_the_service_leaves_its_holds_alone() {
    let desk = Desk::open().await;
    desk.fund(PAYER, PRICE, 0).await;
    let hold = desk.hold(1).await;
    let second = Ledger::open(settings(&desk.folder)).await;
    assert!(matches!(second, Err(LedgerError::InUse { .. })));
    let beside = LedgerSettings { opening: Opening::Beside, ..settings(&desk.folder) };
    let beside = Ledger::open(beside).await.expect("opens");
    let stored = beside.answer(hold.answer).await.expect("read").expect("there");
    assert_eq!(stored.state, AnswerState::Running);
    // Both write: the receipt follows what the other one did.
    desk.ledger.capture(capture(&hold, &[(&[author(1)], 920_000)])).await.expect("captured");
    assert_eq!(beside.close_epoch(1_790_000_000).await.expect("closes"), Some(1));
    desk.fund(PAYER, PRICE, 1).await;
    desk.sell(2, &[author(2)]).await;
    desk.audited().await;
    beside.close().await;
    assert!(matches!(beside.sweep(0).await, Err(LedgerError::Closed)));
}

#[tokio::test]
async fn books_belong_to_one_settlement() {
    let desk = Desk::open().await;
    desk.ledger.close().await;
    for other in [
        LedgerSettings { settlement: Address([1; 20]), ..settings(&desk.folder) },
        LedgerSettings { chain_id: 1, ..settings(&desk.folder) },
    ] {
        let refused = Ledger::open(other).await.map(|_| ());
        assert!(matches!(refused, Err(LedgerError::OtherSettlement { .. })), "{refused:?}");
    }
    Ledger::open(settings(&desk.folder)).await.expect("the same opens");
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let with = |url: String| LedgerSettings { database_url: url, ..settings(&folder) };
    let refused = Ledger::open(with("postgres://localhost/x".into())).await.map(|_| ());
    let text = refused.expect_err("refused").to_string();
    assert!(text.starts_with("PostgreSQL is not built yet"), "{text}");
    let file = folder.path().join("a file");
    std::fs::write(&file, "no folder").expect("written");
    let below = format!("sqlite://{}/ledger.db", file.display());
    let refused = Ledger::open(with(below)).await.map(|_| ());
    assert!(matches!(refused, Err(LedgerError::Disk { .. })), "{refused:?}");
    let other = folder.path().join("other.db");
    std::fs::write(&other, "this is no database, however long the text may be".repeat(9))
        .expect("written");
    let refused = Ledger::open(with(format!("sqlite://{}", other.display()))).await.map(|_| ());
    assert!(matches!(refused, Err(LedgerError::Database(_))), "{refused:?}");
}

#[tokio::test]
async fn a_payer_that_nothing_moved_for_has_nothing() {
    let desk = Desk::open().await;
    assert_eq!(desk.available(Account::Payer(PAYER)).await, 0);
    assert_eq!(desk.ledger.answer(answer_id(5)).await.expect("read"), None);
    assert_eq!(desk.ledger.claim_proof(author(1)).await.expect("read"), None);
    assert_eq!(desk.ledger.close_epoch(1).await.expect("nothing"), None);
    desk.audited().await;
}
