//! What can be wrong with a SQLite file, and does the refusal say so?

use crate::desk::{Desk, PAYER, PRICE, answer_id, author, begin, capture, deposit, nano, settings};
use footnote_ledger::{
    Account, Begin, Begun, Inspection, Ledger, LedgerError, LedgerSettings, back_up, inspect,
};
use sea_orm::{ConnectionTrait, Database};

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let with = |url: String| LedgerSettings { database_url: url, ..settings(&folder) };
    let refused = Ledger::open(with("mysql://localhost/x".into())).await.map(|_| ());
    let text = refused.expect_err("refused").to_string();
    assert!(text.starts_with("MySQL is not built in"), "{text}");
    let refused =
        Ledger::open(with("postgres://ana:secret@127.0.0.1:1/x".into())).await.map(|_| ());
    let text = refused.expect_err("nobody is there").to_string();
    assert!(!text.contains("secret"), "{text}");
    if cfg!(not(feature = "postgres")) {
        assert!(text.contains("--features postgres"), "{text}");
    }
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

/// A full disk, as SQLite itself would report it: no page may be added any more.
async fn fill(desk: &Desk) {
    let url = settings(&desk.folder).database_url;
    let beside = Database::connect(url).await.expect("connects");
    let trigger = "CREATE TRIGGER full BEFORE INSERT ON receipts \
                   BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    beside.execute_unprepared(trigger).await.expect("made");
    beside.close().await.expect("closes");
}

#[tokio::test]
async fn a_capture_that_cannot_be_stored_charges_nothing_and_can_be_repeated() {
    let desk = Desk::open().await;
    desk.fund(PAYER, PRICE, 0).await;
    let hold = desk.hold(1).await;
    fill(&desk).await;
    let asked = capture(&hold, &[(&[author(1)], 920_000)]);
    let refused = desk.ledger.capture(asked.clone()).await;
    assert!(matches!(refused, Err(LedgerError::Database(_))), "{refused:?}");
    assert_eq!(desk.available(Account::Payer(PAYER)).await, 0, "it is still reserved");
    desk.audited().await;
    let url = settings(&desk.folder).database_url;
    let beside = Database::connect(url).await.expect("connects");
    beside.execute_unprepared("DROP TRIGGER full").await.expect("there is room again");
    desk.ledger.capture(asked).await.expect("captured");
    desk.audited().await;
}

#[tokio::test]
async fn one_change_that_the_database_refuses_sinks_no_other_of_its_batch() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    let url = settings(&desk.folder).database_url;
    let beside = Database::connect(url).await.expect("connects");
    let refused = hex::encode(answer_id(7).0);
    let trigger = format!(
        "CREATE TRIGGER seven BEFORE INSERT ON receipts WHEN NEW.answer = x'{refused}' \
         BEGIN SELECT RAISE(ABORT, 'not this one'); END"
    );
    beside.execute_unprepared(&trigger).await.expect("made");
    beside.close().await.expect("closes");
    let mut capturing = tokio::task::JoinSet::new();
    for n in 0..20 {
        let asks = capture(&desk.hold(n).await, &[(&[author(1)], 920_000)]);
        let ledger = desk.ledger.clone();
        capturing.spawn(async move { (n, ledger.capture(asks).await) });
    }
    let mut sequences = Vec::new();
    for (n, outcome) in capturing.join_all().await {
        match outcome {
            Ok(envelope) => sequences.push(envelope.receipt.sequence),
            Err(LedgerError::Database(_)) => assert_eq!(n, 7),
            Err(error) => panic!("{n}: {error}"),
        }
    }
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=19).collect::<Vec<u64>>());
    desk.audited().await;
}

#[tokio::test]
async fn books_are_looked_at_without_being_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = settings(&folder);
    assert_eq!(inspect(&own).await.expect("looks"), Inspection::Empty);
    assert!(!folder.path().join("ledger.db").exists(), "a look makes nothing");
    let desk = Desk::open().await;
    let own = settings(&desk.folder);
    assert!(matches!(inspect(&own).await.expect("looks"), Inspection::Current { steps: 6.. }));
    let other = LedgerSettings { chain_id: own.chain_id + 1, ..own.clone() };
    let refused = inspect(&other).await;
    assert!(matches!(refused, Err(LedgerError::OtherSettlement { .. })), "{refused:?}");
    let beside = Database::connect(&own.database_url).await.expect("connects");
    let later = "INSERT INTO seaql_migrations VALUES ('m29990101_000099_later', 1)";
    beside.execute_unprepared(later).await.expect("written");
    let found = inspect(&own).await.expect("looks");
    assert!(matches!(&found, Inspection::Newer { unknown } if unknown.len() == 1), "{found:?}");
    // The later one and the last of this program, whichever that is.
    let earlier = "DELETE FROM seaql_migrations WHERE version IN \
                   (SELECT version FROM seaql_migrations ORDER BY version DESC LIMIT 2)";
    beside.execute_unprepared(earlier).await.expect("written");
    let found = inspect(&own).await.expect("looks");
    assert!(matches!(&found, Inspection::Older { missing } if missing.len() == 1), "{found:?}");
}

#[tokio::test]
async fn books_are_copied_while_they_are_written_and_the_copy_is_sound() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    desk.sell(1, &[author(1)]).await;
    let other = tempfile::tempdir().expect("a folder");
    let copy = other.path().join("ledger.db");
    back_up(&settings(&desk.folder), &copy).await.expect("copied");
    let again = back_up(&settings(&desk.folder), &copy).await;
    assert!(matches!(again, Err(LedgerError::Disk { .. })), "never written over: {again:?}");
    desk.sell(2, &[author(1)]).await;
    let ledger = Ledger::open(settings(&other)).await.expect("opens");
    assert!(ledger.answer(answer_id(1)).await.expect("read").is_some());
    assert_eq!(ledger.answer(answer_id(2)).await.expect("read"), None);
    let copied = Desk { folder: other, ledger };
    copied.audited().await;
}

#[tokio::test]
async fn amounts_beyond_what_can_be_stored_are_refused() {
    let desk = Desk::open().await;
    desk.fund(PAYER, i128::from(i64::MAX), 0).await;
    let more = desk.ledger.credit_deposit(deposit(PAYER, 1, 1)).await;
    assert!(matches!(more, Err(LedgerError::Amount(_))), "{more:?}");
    let hold = Begin { amount: nano(i128::from(i64::MAX)), ..begin(1) };
    assert!(matches!(desk.ledger.begin(hold).await, Ok(Begun::Held(_))));
    let none = desk.ledger.begin(begin(2)).await;
    assert!(matches!(none, Err(LedgerError::InsufficientFunds { .. })), "{none:?}");
    desk.audited().await;
}
