//! Sessions and sign-ins count once; keys spend what their owner allows and not a unit more, through
//! races and restarts; an account's page tells every movement, and they add up.

use crate::desk::{Desk, PAYER, PRICE, author, begin, capture, nano};
use footnote_domain::id::{Address, Digest, KeyId};
use footnote_ledger::{
    Account, Begin, Begun, Hold, KeyCaps, KeyKind, KeyTerms, KeyUse, LedgerError, NewKey,
    NewSession, Outcome, Reason,
};
use std::sync::Arc;

const NOW: u64 = 1_790_000_000;
const KEY: KeyId = KeyId([5; 16]);
const STRANGER: Address = Address([0x0c; 20]);

fn session(n: u8, nonce: u8) -> NewSession {
    NewSession {
        id: Digest([n; 32]),
        address: PAYER,
        agent: format!("browser {n}"),
        created_at: NOW,
        expires_at: NOW + 1_000,
        nonce: Some((Digest([nonce; 32]), NOW + 600)),
        replaces: None,
    }
}

fn key(caps: KeyCaps) -> NewKey {
    let terms = KeyTerms {
        name: "the shop".into(),
        origins: vec!["https://shop.example".into()],
        caps,
        over_limit: "Come back tomorrow!".into(),
    };
    NewKey {
        id: KEY,
        hash: Digest([6; 32]),
        hint: "abcd".into(),
        kind: KeyKind::Public,
        owner: PAYER,
        terms,
        created_at: NOW,
    }
}

fn answers(n: i128) -> Option<footnote_domain::money::Nano> {
    Some(nano(n * PRICE))
}

fn used_by(ip: u8, visitor: Option<u8>) -> KeyUse {
    KeyUse {
        key: KEY,
        ip: Some(Digest([ip; 32])),
        visitor: visitor.map(|visitor| Digest([visitor; 32])),
    }
}

async fn ask(desk: &Desk, n: u64, used: KeyUse) -> Result<Hold, LedgerError> {
    match desk.ledger.begin_by_key(begin(n), used).await? {
        Begun::Held(hold) => Ok(hold),
        other => panic!("{other:?} instead of a hold"),
    }
}

#[tokio::test]
async fn a_signed_message_opens_one_session_and_sessions_end() {
    let desk = Desk::open().await;
    desk.ledger.open_session(session(1, 1)).await.expect("opens");
    let replayed = desk.ledger.open_session(session(2, 1)).await;
    assert!(matches!(replayed, Err(LedgerError::NonceSpent)), "{replayed:?}");
    let next = NewSession { replaces: Some(Digest([1; 32])), ..session(3, 2) };
    desk.ledger.open_session(next).await.expect("opens");
    let desk = desk.crash().await;
    let replayed = desk.ledger.open_session(session(4, 2)).await;
    assert!(matches!(replayed, Err(LedgerError::NonceSpent)), "a restart forgets no nonce");

    let of = |id: u8, now: u64| desk.ledger.session(Digest([id; 32]), now);
    assert_eq!(of(1, NOW).await.expect("read"), None, "it was replaced");
    assert_eq!(of(3, NOW + 1_000).await.expect("read"), None, "it is over");
    let found = of(3, NOW).await.expect("read").expect("is signed in");
    assert_eq!((found.address, found.agent.as_str()), (PAYER, "browser 3"));
    desk.ledger.end_session(found.id, STRANGER).await.expect("changes nothing");
    assert_eq!(desk.ledger.sessions_of(PAYER, NOW).await.expect("read").len(), 1);
    desk.ledger.end_session(found.id, PAYER).await.expect("ends");
    assert_eq!(desk.ledger.sessions_of(PAYER, NOW).await.expect("read"), []);
}

#[tokio::test]
async fn only_its_owner_changes_a_key_and_a_revoked_one_opens_nothing() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 10 * PRICE, 0).await;
    let made = key(KeyCaps::default());
    desk.ledger.make_key(made.clone()).await.expect("is made");
    let known = desk.ledger.key_of_hash(made.hash).await.expect("read").expect("is there");
    assert_eq!((known.owner, &known.terms), (PAYER, &made.terms));
    assert!(desk.ledger.serves_origin("https://shop.example").await.expect("read"));
    assert!(!desk.ledger.serves_origin("https://other.example").await.expect("read"));

    let terms = KeyTerms { origins: vec!["https://new.example".into()], ..made.terms.clone() };
    let refused = desk.ledger.change_key(KEY, STRANGER, terms.clone()).await;
    assert!(matches!(refused, Err(LedgerError::NoSuchKey(_))), "{refused:?}");
    desk.ledger.change_key(KEY, PAYER, terms).await.expect("changes");
    assert!(!desk.ledger.serves_origin("https://shop.example").await.expect("read"));
    assert!(desk.ledger.revoke_key(KEY, STRANGER, NOW).await.is_err());

    ask(&desk, 1, used_by(1, None)).await.expect("asks");
    desk.ledger.revoke_key(KEY, PAYER, NOW).await.expect("revokes");
    let refused = ask(&desk, 2, used_by(1, None)).await;
    assert!(matches!(refused, Err(LedgerError::NoSuchKey(_))), "{refused:?}");
    assert!(!desk.ledger.serves_origin("https://new.example").await.expect("read"));
    let known = desk.ledger.keys_of(PAYER).await.expect("read");
    assert_eq!(known[0].revoked_at, Some(NOW));
    desk.audited().await;
}

#[tokio::test]
async fn each_cap_stands_alone_and_what_was_not_charged_is_free_again() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    let caps = KeyCaps { per_day: answers(4), per_ip: answers(2), per_visitor: answers(1) };
    desk.ledger.make_key(key(caps)).await.expect("is made");
    let over = |outcome: Result<Hold, LedgerError>| match outcome {
        Err(LedgerError::KeyCap { whose, words, .. }) => {
            assert_eq!(words, "Come back tomorrow!");
            whose
        }
        other => panic!("{other:?} instead of a cap"),
    };
    let first = ask(&desk, 1, used_by(1, Some(1))).await.expect("asks");
    assert_eq!(over(ask(&desk, 2, used_by(2, Some(1))).await), "this visitor");
    ask(&desk, 3, used_by(1, Some(2))).await.expect("asks");
    assert_eq!(over(ask(&desk, 4, used_by(1, Some(3))).await), "your address");
    ask(&desk, 5, used_by(2, None)).await.expect("asks");
    ask(&desk, 6, used_by(3, None)).await.expect("asks");
    assert_eq!(over(ask(&desk, 7, used_by(4, None)).await), "this key");

    // A restart voids what nobody works on any more, and forgets nothing else.
    desk.ledger.capture(capture(&first, &[(&[author(1)], 920_000)])).await.expect("captured");
    let desk = desk.crash().await;
    let usage = desk.ledger.key_usage(KEY).await.expect("read");
    assert_eq!((usage[0].questions, usage[0].charged_answers), (4, 1));
    assert!(usage[0].charged > nano(0) && usage[0].charged <= nano(PRICE));
    assert_eq!(usage[0].reserved, nano(0));
    let charged = usage[0].charged.wide();
    // The visitor's cap of one answer holds what the first one cost, so a second does not fit.
    assert_eq!(over(ask(&desk, 8, used_by(9, Some(1))).await), "this visitor");
    let fits = (4 * PRICE - charged) / PRICE;
    for n in 0..fits {
        let n = u8::try_from(n).expect("few");
        ask(&desk, 20 + u64::from(n), used_by(20 + n, None)).await.expect("fits");
    }
    assert_eq!(over(ask(&desk, 40, used_by(40, None)).await), "this key");
    desk.audited().await;
}

#[tokio::test]
async fn a_thousand_visitors_at_once_get_what_the_cap_allows() {
    let desk = Arc::new(Desk::open().await);
    desk.fund(PAYER, 1_000 * PRICE, 0).await;
    let caps = KeyCaps { per_day: answers(10), ..KeyCaps::default() };
    desk.ledger.make_key(key(caps)).await.expect("is made");
    let asking = (0..1_000u64).map(|n| {
        let desk = Arc::clone(&desk);
        let visitor = u8::try_from(n % 250).expect("small");
        tokio::spawn(async move { ask(&desk, n, used_by(visitor, Some(visitor))).await.is_ok() })
    });
    let mut held = 0;
    for one in asking.collect::<Vec<_>>() {
        held += usize::from(one.await.expect("ends"));
    }
    assert_eq!(held, 10);
    assert_eq!(desk.available(Account::Payer(PAYER)).await, (990 * PRICE) as i64);
    desk.audited().await;
}

#[tokio::test]
async fn a_key_never_spends_more_than_its_owner_has_and_asks_once_per_idempotency_key() {
    let desk = Desk::open().await;
    desk.fund(PAYER, PRICE, 0).await;
    desk.ledger.make_key(key(KeyCaps::default())).await.expect("is made");
    // Whatever payer the caller names, the owner pays.
    let asks = Begin { payer: Account::Promotion, ..begin(1) };
    let begun = desk.ledger.begin_by_key(asks, used_by(1, None)).await.expect("asks");
    let Begun::Held(hold) = begun else { panic!("{begun:?}") };
    assert_eq!(hold.payer, Account::Payer(PAYER));
    let again = desk.ledger.begin_by_key(begin(1), used_by(1, None)).await.expect("is known");
    assert!(matches!(again, Begun::Running { .. }), "{again:?}");
    let refused = ask(&desk, 2, used_by(1, None)).await;
    assert!(matches!(refused, Err(LedgerError::InsufficientFunds { .. })), "{refused:?}");
    desk.audited().await;
}

#[tokio::test]
async fn every_movement_is_told_and_they_add_up() {
    let desk = Desk::open().await;
    let payer = Account::Payer(PAYER);
    desk.fund(PAYER, 5 * PRICE, 0).await;
    desk.sell(1, &[author(1)]).await;
    let refused = desk.hold(2).await;
    let outcome = Outcome { body: Some(b"{}".to_vec()), reason: "no source".into() };
    desk.ledger.void(refused.id, outcome).await.expect("voided");
    let running = desk.hold(3).await;

    let all = desk.ledger.movements(payer, None, 10).await.expect("read");
    assert_eq!(all.next, None);
    let reasons: Vec<&Reason> = all.rows.iter().map(|row| &row.reason).collect();
    let held = nano(PRICE);
    assert_eq!(reasons[0], &Reason::Released { held, why: "no source".into() });
    assert_eq!(reasons[1], &Reason::Charged { held });
    assert_eq!(reasons[2], &Reason::Deposited { block: Some(7) });
    assert_eq!((reasons.len(), all.rows[0].change), (3, 0));
    let sum: i64 = all.rows.iter().map(|row| row.change).sum();
    let balance = desk.ledger.balance(payer).await.expect("read");
    assert_eq!(i128::from(sum), balance.posted);
    assert_eq!(i128::from(all.rows[0].after), balance.posted);
    assert_eq!(all.rows[2].after, (5 * PRICE) as i64);

    let reserved = desk.ledger.reserved(payer).await.expect("read");
    assert_eq!((reserved.len(), reserved[0].answer), (1, running.answer));
    assert_eq!(balance.posted - reserved[0].amount.wide(), balance.available.wide());

    // Page by page it is the same list, whatever is written meanwhile.
    let mut paged = Vec::new();
    let mut next = None;
    loop {
        let page = desk.ledger.movements(payer, next, 1).await.expect("read");
        paged.extend(page.rows);
        desk.fund(PAYER, 1, 100 + paged.len() as u64).await;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(paged, all.rows);
}
