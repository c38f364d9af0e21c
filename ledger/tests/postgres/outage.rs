//! What only a server can do: end a connection in the middle, go away, have two services at once.

use crate::desk::{Desk, PAYER, PRICE, answer_id, author, begin, capture, settings};
use crate::server::{Server, server};
use footnote_ledger::{Begin, Begun, Ledger, LedgerError, LedgerSettings, Opening};
use std::time::Duration;

fn database(desk: &Desk) -> String {
    let url = settings(&desk.folder).database_url;
    url.rsplit_once('/').expect("a name").1.to_owned()
}

fn end_connections(desk: &Desk) {
    let name = database(desk);
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    server().run("postgres", &sql);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_whose_connection_was_cut_takes_its_lease_again_and_goes_on() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 10 * PRICE, 0).await;
    let hold = desk.hold(1).await;
    end_connections(&desk);
    let asked = capture(&hold, &[(&[author(1)], 920_000)]);
    let envelope = desk.ledger.capture(asked).await.expect("it goes on");
    assert_eq!(desk.ledger.receipt_of(hold.answer).await.expect("read"), Some(envelope));
    let second = Ledger::open(settings(&desk.folder)).await.map(|_| ());
    assert!(matches!(second, Err(LedgerError::InUse { .. })), "{second:?}");
    desk.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_cut_at_random_lose_and_double_nothing() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..60 {
        let ledger = desk.ledger.clone();
        asked.spawn(async move {
            // A begin whose outcome is unknown left a hold or did not: its key tells.
            let begun = loop {
                match ledger.begin(begin(n)).await {
                    Ok(begun) => break begun,
                    Err(LedgerError::Unreachable(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            };
            let Begun::Held(hold) = begun else { return None };
            let asks = capture(&hold, &[(&[author(1)], 920_000)]);
            loop {
                match ledger.capture(asks.clone()).await {
                    Ok(envelope) => break Some(envelope.receipt.sequence),
                    // Written, but not read back to be signed.
                    Err(LedgerError::Database(_) | LedgerError::Unreachable(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(40)).await;
        end_connections(&desk);
    }
    let mut sequences: Vec<u64> = asked.join_all().await.into_iter().flatten().collect();
    sequences.sort_unstable();
    let all: Vec<u64> = (1..).take(sequences.len()).collect();
    assert!(sequences.len() >= 30, "{sequences:?}");
    assert_eq!(sequences, all);
    desk.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_write_beside_each_other() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    let beside = LedgerSettings { opening: Opening::Beside, ..settings(&desk.folder) };
    let beside = Ledger::open(beside).await.expect("opens");
    let mut writing = tokio::task::JoinSet::new();
    for n in 0..40 {
        let ledger = if n % 2 == 0 { desk.ledger.clone() } else { beside.clone() };
        writing.spawn(async move {
            let asks = Begin { answer: answer_id(n), ..begin(n) };
            let Ok(Begun::Held(hold)) = ledger.begin(asks).await else { panic!("not held") };
            ledger.capture(capture(&hold, &[(&[author(1)], 920_000)])).await.expect("captured");
        });
    }
    writing.join_all().await;
    beside.close().await;
    desk.audited().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_a_password() {
    let desk = Desk::open().await;
    let port = server().port();
    let url = format!("postgres://footnote:secret@127.0.0.1:{port}/nowhere");
    let nowhere = LedgerSettings { database_url: url, ..settings(&desk.folder) };
    let text = Ledger::open(nowhere).await.map(|_| ()).expect_err("refused").to_string();
    assert!(text.contains("nowhere") && !text.contains("secret"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_in_the_middle_of_a_capture_is_awaited() {
    let mut own = Server::start();
    own.create_database("books");
    let folder = tempfile::tempdir().expect("a folder");
    let settings = LedgerSettings { database_url: own.url("books"), ..settings(&folder) };
    let ledger = Ledger::open(settings).await.expect("opens");
    let desk = Desk { folder, ledger };
    desk.fund(PAYER, 10 * PRICE, 0).await;
    let hold = desk.hold(1).await;
    own.stop();
    let asked = tokio::time::timeout(Duration::from_secs(60), desk.ledger.begin(begin(2))).await;
    let refused = asked.expect("a question is told soon");
    assert!(matches!(refused, Err(LedgerError::Unreachable(_))), "{refused:?}");
    let ledger = desk.ledger.clone();
    let asks = capture(&hold, &[(&[author(1)], 920_000)]);
    let capturing = tokio::spawn(async move { ledger.capture(asks).await });
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert!(!capturing.is_finished(), "it waits");
    own.serve();
    let envelope = capturing.await.expect("no panic").expect("captured");
    assert_eq!(desk.ledger.receipt_of(hold.answer).await.expect("read"), Some(envelope));
    assert!(matches!(desk.ledger.begin(begin(2)).await, Ok(Begun::Held(_))));
    desk.audited().await;
}
