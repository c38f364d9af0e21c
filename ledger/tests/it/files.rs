//! What can be wrong with a SQLite file, and does the refusal say so?

use crate::desk::{Desk, PAYER, PRICE, author, begin, capture, deposit, nano, settings};
use footnote_ledger::{Account, Begin, Begun, Ledger, LedgerError, LedgerSettings};
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
