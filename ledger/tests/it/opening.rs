//! Who may open which books, and what do they find after a crash?

use crate::desk::{Desk, PAYER, PRICE, answer_id, author, begin, capture, settings};
use footnote_domain::id::{Address, Digest};
use footnote_ledger::{
    Account, AnswerState, Begin, Begun, Hold, Ledger, LedgerError, LedgerSettings, Opening, Outcome,
};

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
    let again = desk.ledger.begin(Begin { answer: answer_id(9), ..begin(2) }).await;
    assert_eq!(again.expect("known"), Begun::Finished { answer: done.answer });
    desk.audited().await;
}

#[tokio::test]
async fn a_key_whose_answer_was_lost_in_a_crash_begins_afresh_each_time() {
    let mut desk = Desk::open().await;
    desk.fund(PAYER, PRICE, 0).await;
    let lost = desk.hold(1).await;
    let mut holds = vec![lost.id];
    for attempt in 2..=4 {
        desk = desk.crash().await;
        let again = Begin { answer: answer_id(100 + attempt), ..begin(1) };
        let other = Begin { request_hash: Digest::of(&[b"other"]), ..again.clone() };
        let reused = desk.ledger.begin(other).await;
        assert!(matches!(reused, Err(LedgerError::KeyReused { .. })), "{reused:?}");
        let Ok(Begun::Held(hold)) = desk.ledger.begin(again.clone()).await else {
            panic!("attempt {attempt} did not begin");
        };
        assert!(!holds.contains(&hold.id));
        holds.push(hold.id);
        let meanwhile = desk.ledger.begin(Begin { answer: answer_id(999), ..begin(1) }).await;
        assert_eq!(meanwhile.expect("known"), Begun::Running { answer: again.answer });
        desk.audited().await;
    }
    let hold = Hold { id: holds[3], answer: answer_id(104), ..lost };
    desk.ledger.capture(capture(&hold, &[(&[author(1)], 920_000)])).await.expect("captured");
    let finished = desk.ledger.begin(begin(1)).await.expect("known");
    assert_eq!(finished, Begun::Finished { answer: hold.answer });
    // What the dead process still had in hand charges nothing.
    let late = desk.ledger.capture(capture(&lost, &[(&[author(1)], 920_000)])).await;
    assert!(matches!(late, Err(LedgerError::AlreadyVoided { .. })), "{late:?}");
    desk.audited().await;
}

#[tokio::test]
async fn a_key_that_was_refused_with_an_answer_keeps_it() {
    let desk = Desk::open().await;
    desk.fund(PAYER, PRICE, 0).await;
    let hold = desk.hold(1).await;
    let refusal = Outcome { body: Some(b"no evidence".to_vec()), reason: "no evidence".into() };
    desk.ledger.void(hold.id, refusal).await.expect("voided");
    let again = Begin { answer: answer_id(9), ..begin(1) };
    let again = desk.ledger.begin(again).await.expect("known");
    assert_eq!(again, Begun::Finished { answer: hold.answer });
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
async fn a_payer_that_nothing_moved_for_has_nothing() {
    let desk = Desk::open().await;
    assert_eq!(desk.available(Account::Payer(PAYER)).await, 0);
    assert_eq!(desk.ledger.answer(answer_id(5)).await.expect("read"), None);
    assert_eq!(desk.ledger.claim_proof(author(1)).await.expect("read"), None);
    assert_eq!(desk.ledger.close_epoch(1).await.expect("nothing"), None);
    desk.audited().await;
}
