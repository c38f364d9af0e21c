//! What readers keep, name, judge and take back, beside books that stay as they are.

use crate::desk::{Desk, PAYER, author, begin, capture};
use footnote_domain::id::AnswerId;
use footnote_ledger::{AnswerState, Begin, Begun, Cursor, Feedback, GivenFeedback, Hold};

async fn ask(desk: &Desk, n: u64, scope: &str) -> Hold {
    let asked = Begin { scope: scope.to_owned(), ..begin(n) };
    match desk.ledger.begin(asked).await.expect("begins") {
        Begun::Held(hold) => hold,
        other => panic!("{other:?} instead of a hold"),
    }
}

async fn answered(desk: &Desk, n: u64, scope: &str) -> AnswerId {
    let hold = ask(desk, n, scope).await;
    let asked = capture(&hold, &[(&[author(1)], 920_000)]);
    desk.ledger.capture(asked).await.expect("captured");
    hold.answer
}

#[tokio::test]
async fn a_list_holds_its_own_answers_page_by_page() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 200_000_000, 0).await;
    let mut mine = Vec::new();
    for n in 1..=5 {
        mine.push(answered(&desk, n, "guest me").await);
    }
    let other = answered(&desk, 9, "guest you").await;
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = desk.ledger.asked("guest me", before, 2).await.expect("read");
        let Some(last) = page.last() else { break };
        before = Some(Cursor { created_at: last.created_at, id: last.id });
        seen.extend(page.iter().map(|one| one.id));
    }
    seen.sort_unstable();
    mine.sort_unstable();
    assert_eq!(seen, mine);
    let scope = desk.ledger.scope_of(other).await.expect("read");
    assert_eq!(scope.as_deref(), Some("guest you"));
    assert!(desk.ledger.asked("guest", None, 9).await.expect("read").is_empty());
}

#[tokio::test]
async fn what_is_forgotten_leaves_the_books_as_they_were() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 200_000_000, 0).await;
    let answer = answered(&desk, 1, "guest me").await;
    desk.ledger.rename(answer, Some("mine".into())).await.expect("named");
    desk.ledger.rename(answer, Some("still mine".into())).await.expect("named");
    let word = Feedback { good: false, reason: "wrong".into(), given_at: 7 };
    desk.ledger.give_feedback(answer, word).await.expect("given");
    let last = Feedback { good: true, reason: String::new(), given_at: 8 };
    desk.ledger.give_feedback(answer, last.clone()).await.expect("given");
    let given = desk.ledger.feedback(9).await.expect("read");
    assert_eq!(given, [GivenFeedback { answer, feedback: last }]);
    let listed = desk.ledger.asked("guest me", None, 9).await.expect("read");
    assert_eq!(listed[0].name.as_deref(), Some("still mine"));

    let receipt = desk.ledger.receipt_of(answer).await.expect("read").expect("there");
    let earned = desk.ledger.earnings(author(1)).await.expect("read");
    assert!(desk.ledger.erase_answer(answer).await.expect("forgotten"));
    let stored = desk.ledger.answer(answer).await.expect("read").expect("there");
    assert_eq!((stored.state, stored.body, stored.erased), (AnswerState::Captured, None, true));
    assert!(desk.ledger.feedback(9).await.expect("read").is_empty());
    let listed = desk.ledger.asked("guest me", None, 9).await.expect("read");
    assert_eq!((&listed[0].name, &listed[0].body, listed[0].erased), (&None, &None, true));
    assert_eq!(desk.ledger.receipt_of(answer).await.expect("read"), Some(receipt));
    assert_eq!(desk.ledger.earnings(author(1)).await.expect("read"), earned);

    let running = ask(&desk, 2, "guest me").await;
    let early = desk.ledger.erase_answer(running.answer).await.expect("asked");
    assert!(!early, "an answer that is being written is not forgotten");
    desk.ledger.void(running.id, failed()).await.expect("voided");
    desk.audited().await;
}

fn failed() -> footnote_ledger::Outcome {
    footnote_ledger::Outcome { body: None, reason: "timed_out".into() }
}

#[tokio::test]
async fn figures_add_up_to_the_receipts() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 200_000_000, 0).await;
    for n in 1..=3 {
        answered(&desk, n, "guest me").await;
    }
    let lost = ask(&desk, 7, "guest me").await;
    desk.ledger.void(lost.id, failed()).await.expect("voided");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.expect("after 1970").as_secs();
    let figures = desk.ledger.statistics(now, 14).await.expect("read");
    assert_eq!(figures.days.len(), 14);
    let sum = |of: fn(&footnote_ledger::Day) -> u64| figures.days.iter().map(of).sum::<u64>();
    assert_eq!((sum(|day| day.asked), sum(|day| day.answered)), (4, 3));
    assert_eq!((figures.total.asked, figures.total.answered), (4, 3));
    let earned = desk.ledger.earnings(author(1)).await.expect("read").total();
    assert_eq!(figures.total.to_contributors, earned);
    assert!(figures.total.charged > earned);
    assert_eq!((figures.contributors, figures.datanets), (1, 1));
    let empty = Desk::open().await.ledger.statistics(now, 1).await.expect("read");
    assert_eq!((empty.days.len(), empty.total.asked), (1, 0));
}
