//! Hold, capture, void: once each, whatever is repeated, raced or mistaken.

use crate::desk::{
    Desk, OPERATOR, PAYER, PRICE, answer_id, author, begin, capture, escrow, nano, no_hold,
};
use footnote_domain::id::Digest;
use footnote_domain::money::Nano;
use footnote_domain::receipt::{Envelope, canonical_bytes, check};
use footnote_ledger::chain::{dev_signer, recover_receipt_signer, signer_address};
use footnote_ledger::{Account, AnswerState, Begin, Begun, LedgerError, Outcome, signed_fields};

fn failed(reason: &str) -> Outcome {
    Outcome { body: None, reason: reason.into() }
}

#[tokio::test]
async fn an_answer_is_held_captured_receipted_and_stored() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 20_000_000, 0).await;
    let hold = desk.hold(1).await;
    let payer = Account::Payer(PAYER);
    assert_eq!(desk.available(payer).await, 8_000_000);
    let asked = capture(&hold, &[(&[author(1), author(2)], 920_000), (&[escrow(3)], 400_000)]);
    let envelope = desk.ledger.capture(asked.clone()).await.expect("captured");

    assert_eq!(check(&envelope), Ok(()));
    let parsed = Envelope::parse(&canonical_bytes(&envelope)).expect("reads back");
    let (domain, fields) = signed_fields(&parsed.receipt, parsed.hash);
    let bytes = hex::decode(&parsed.signature[2..]).expect("hexadecimal");
    let signature = bytes.try_into().expect("65 bytes");
    let signer = recover_receipt_signer(&domain, &fields, &signature).expect("a signature");
    assert_eq!(signer, signer_address(&dev_signer(0).expect("a key")));

    let charged = asked.receipt.charged.get();
    assert_eq!(desk.available(payer).await, 20_000_000 - charged);
    let stored = desk.ledger.answer(hold.answer).await.expect("read").expect("there");
    assert_eq!((stored.state, stored.body), (AnswerState::Captured, Some(asked.body)));
    assert_eq!(stored.receipt, Some(envelope.hash));
    let by_hash = desk.ledger.receipt(envelope.hash).await.expect("read");
    assert_eq!(by_hash.as_ref(), Some(&envelope));
    assert_eq!(desk.ledger.receipt_of(hold.answer).await.expect("read"), by_hash);
    desk.audited().await;
}

#[tokio::test]
async fn a_capture_repeated_is_the_same_receipt_and_one_charge() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 20_000_000, 0).await;
    let hold = desk.hold(1).await;
    let asked = capture(&hold, &[(&[author(1)], 920_000)]);
    let (first, second) =
        tokio::join!(desk.ledger.capture(asked.clone()), desk.ledger.capture(asked.clone()));
    assert_eq!(first.expect("captured"), second.expect("the same"));
    let taken = 20_000_000 - desk.available(Account::Payer(PAYER)).await;
    assert_eq!(taken, asked.receipt.charged.get());
    let void = desk.ledger.void(hold.id, failed("too late")).await;
    assert!(matches!(void, Err(LedgerError::AlreadyCaptured(id)) if id == hold.id));
    desk.audited().await;
}

#[tokio::test]
async fn a_hold_voided_twice_is_released_once() {
    let desk = Desk::open().await;
    desk.fund(PAYER, PRICE, 0).await;
    let hold = desk.hold(1).await;
    let refusal = Outcome { body: Some(b"no evidence".to_vec()), reason: "no evidence".into() };
    desk.ledger.void(hold.id, refusal).await.expect("voided");
    desk.ledger.void(hold.id, failed("again")).await.expect("nothing to do");
    assert_eq!(i128::from(desk.available(Account::Payer(PAYER)).await), PRICE);
    let stored = desk.ledger.answer(hold.answer).await.expect("read").expect("there");
    assert_eq!(stored.state, AnswerState::Voided);
    assert_eq!(
        (stored.body, stored.reason),
        (Some(b"no evidence".to_vec()), Some("no evidence".into()))
    );
    assert_eq!(desk.ledger.receipt_of(hold.answer).await.expect("read"), None);
    let late = desk.ledger.capture(capture(&hold, &[(&[author(1)], 920_000)])).await;
    assert!(matches!(late, Err(LedgerError::AlreadyVoided { .. })));
    desk.audited().await;
}

#[tokio::test]
async fn what_is_reserved_cannot_be_reserved_again() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 2 * PRICE - 1, 0).await;
    let hold = desk.hold(1).await;
    let second = desk.ledger.begin(begin(2)).await;
    let Err(LedgerError::InsufficientFunds { available, needed, .. }) = second else {
        panic!("{second:?}");
    };
    assert_eq!((available.wide(), needed.wide()), (PRICE - 1, PRICE));
    // The refused key was not claimed: it works once there is money.
    desk.ledger.void(hold.id, failed("stopped")).await.expect("voided");
    assert!(matches!(desk.ledger.begin(begin(2)).await, Ok(Begun::Held(_))));
    desk.audited().await;
}

#[tokio::test]
async fn of_a_thousand_at_once_on_a_budget_for_ten_exactly_ten_run() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 10 * PRICE, 0).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..1_000 {
        let ledger = desk.ledger.clone();
        asked.spawn(async move { ledger.begin(begin(n)).await });
    }
    let (mut held, mut refused) = (0, 0);
    while let Some(outcome) = asked.join_next().await {
        match outcome.expect("no panic") {
            Ok(Begun::Held(_)) => held += 1,
            Err(LedgerError::InsufficientFunds { .. }) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((held, refused), (10, 990));
    desk.audited().await;
}

#[tokio::test]
async fn a_daily_cap_holds_against_a_thousand_at_once() {
    let desk = Desk::open().await;
    desk.fund(OPERATOR, 2_000 * PRICE, 0).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..1_000 {
        let ledger = desk.ledger.clone();
        let cap = Some(nano(7 * PRICE));
        let asks = Begin { payer: Account::Promotion, daily_cap: cap, ..begin(n) };
        asked.spawn(async move { ledger.begin(asks).await });
    }
    let mut held = 0;
    while let Some(outcome) = asked.join_next().await {
        match outcome.expect("no panic") {
            Ok(Begun::Held(_)) => held += 1,
            Err(LedgerError::DailyCap { cap, .. }) => assert_eq!(cap.wide(), 7 * PRICE),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(held, 7);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("now");
    let spent = desk.ledger.spent_today(Account::Promotion, now.as_secs()).await.expect("read");
    assert_eq!(spent.wide(), 7 * PRICE);
    desk.audited().await;
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 10 * PRICE, 0).await;
    let hold = desk.hold(1).await;
    let again = Begin { answer: answer_id(99), ..begin(1) };
    let running = desk.ledger.begin(again.clone()).await.expect("known");
    assert_eq!(running, Begun::Running { answer: hold.answer });
    let other = Begin { request_hash: Digest::of(&[b"other"]), ..again.clone() };
    assert!(matches!(desk.ledger.begin(other).await, Err(LedgerError::KeyReused { .. })));
    // Another caller's key of the same text is another key.
    let stranger = Begin { scope: "somebody else".into(), ..again.clone() };
    assert!(matches!(desk.ledger.begin(stranger).await, Ok(Begun::Held(_))));
    desk.ledger.capture(capture(&hold, &[(&[author(1)], 920_000)])).await.expect("captured");
    let finished = desk.ledger.begin(again).await.expect("known");
    assert_eq!(finished, Begun::Finished { answer: hold.answer });
    desk.audited().await;
}

#[tokio::test]
async fn of_many_same_requests_at_once_one_is_held() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..100 {
        let ledger = desk.ledger.clone();
        let asks = Begin { answer: answer_id(n), ..begin(1) };
        asked.spawn(async move { ledger.begin(asks).await.expect("begins") });
    }
    let begun = asked.join_all().await;
    let held = begun.iter().filter(|begun| matches!(begun, Begun::Held(_))).count();
    let running = begun.iter().filter(|begun| matches!(begun, Begun::Running { .. })).count();
    assert_eq!((held, running), (1, 99));
    assert_eq!(i128::from(desk.available(Account::Payer(PAYER)).await), 99 * PRICE);
    desk.audited().await;
}

#[tokio::test]
async fn of_a_capture_and_a_void_at_once_one_counts() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    for n in 0..20 {
        let hold = desk.hold(n).await;
        let asks = capture(&hold, &[(&[author(1), escrow(2)], 920_000)]);
        let (captured, voided) =
            tokio::join!(desk.ledger.capture(asks), desk.ledger.void(hold.id, failed("late")));
        match (captured, voided) {
            (Ok(_), Err(LedgerError::AlreadyCaptured(_))) => {}
            (Err(LedgerError::AlreadyVoided { .. }), Ok(())) => {}
            other => panic!("{other:?}"),
        }
    }
    desk.audited().await;
}

#[tokio::test]
async fn expired_holds_are_swept_and_others_are_not() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 10 * PRICE, 0).await;
    let soon = Begin { expires_at: 1_000, ..begin(1) };
    assert!(matches!(desk.ledger.begin(soon).await, Ok(Begun::Held(_))));
    desk.hold(2).await;
    assert_eq!(desk.ledger.sweep(999).await.expect("swept"), 0);
    assert_eq!(desk.ledger.sweep(1_000).await.expect("swept"), 1);
    assert_eq!(desk.ledger.sweep(1_000).await.expect("swept"), 0);
    assert_eq!(i128::from(desk.available(Account::Payer(PAYER)).await), 9 * PRICE);
    let stored = desk.ledger.answer(answer_id(1)).await.expect("read").expect("there");
    assert_eq!(stored.state, AnswerState::Voided);
    desk.audited().await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_charges_nothing() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 2 * PRICE, 0).await;
    let hold = desk.hold(1).await;
    let sound = capture(&hold, &[(&[author(1), author(2)], 920_000)]);
    let refused = async |change: &dyn Fn(&mut footnote_ledger::Capture)| {
        let mut changed = sound.clone();
        change(&mut changed);
        desk.ledger.capture(changed).await.expect_err("refused")
    };
    let errors = [
        refused(&|it| it.receipt.charged = it.receipt.gross).await,
        refused(&|it| it.receipt.lines[1].amount = Nano::ZERO).await,
        refused(&|it| it.lines.pop().map_or((), drop)).await,
        refused(&|it| it.lines.swap(1, 2)).await,
        refused(&|it| it.receipt.attribution.shares[0] += 1).await,
        refused(&|it| it.receipt.hold_id = no_hold().id).await,
    ];
    for error in errors {
        assert!(matches!(error, LedgerError::Draft { .. }), "{error:?}");
    }
    let unknown = desk.ledger.capture(capture(&no_hold(), &[(&[author(1)], 920_000)])).await;
    assert!(matches!(unknown, Err(LedgerError::NoSuchHold(_))));
    let nothing = desk.ledger.begin(Begin { amount: Nano::ZERO, ..begin(2) }).await;
    assert!(matches!(nothing, Err(LedgerError::NothingToMove(_))));
    assert_eq!(i128::from(desk.available(Account::Payer(PAYER)).await), PRICE);
    desk.ledger.capture(sound).await.expect("the sound one is taken");
    desk.audited().await;
}

#[tokio::test]
async fn receipts_are_numbered_and_chained_without_a_gap_under_concurrency() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..40 {
        let ledger = desk.ledger.clone();
        asked.spawn(async move {
            let Begun::Held(hold) = ledger.begin(begin(n)).await.expect("begins") else {
                panic!("not new");
            };
            if n % 4 == 3 {
                ledger.void(hold.id, failed("refused")).await.expect("voided");
                return None;
            }
            Some(
                ledger.capture(capture(&hold, &[(&[author(1)], 920_000)])).await.expect("captured"),
            )
        });
    }
    let mut receipts: Vec<Envelope> = asked.join_all().await.into_iter().flatten().collect();
    receipts.sort_by_key(|envelope| envelope.receipt.sequence);
    let mut previous = Digest::default();
    for (sequence, envelope) in (1..).zip(&receipts) {
        assert_eq!((envelope.receipt.sequence, envelope.receipt.previous), (sequence, previous));
        previous = envelope.hash;
    }
    assert_eq!(receipts.len(), 30);
    desk.audited().await;
}
