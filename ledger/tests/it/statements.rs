//! Whatever is sold to whom, a payee's statement, its days, its documents and the books come to the
//! same, to the last unit.

use crate::desk::{Desk, OPERATOR, PAYER, PRICE, author, begin, capture, escrow};
use footnote_domain::id::PayeeId;
use footnote_ledger::{Account, Begin, Begun, Ledger, StatementLine};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// One answer: whether a guest asked, who is paid, and how much the source says of it.
type Sale = (bool, Vec<u8>, u32);

fn sales() -> impl Strategy<Value = Vec<Sale>> {
    let payees =
        prop::collection::btree_set(1u8..6, 1..5).prop_map(|set| set.into_iter().collect());
    prop::collection::vec((any::<bool>(), payees, 400_000u32..1_000_000), 1..12)
}

fn payee(n: u8) -> PayeeId {
    if n == 5 { escrow(n) } else { author(n) }
}

async fn sell(desk: &Desk, n: u64, (guest, payees, wording): &Sale) {
    let payer = if *guest { Account::Promotion } else { Account::Payer(PAYER) };
    let begun = desk.ledger.begin(Begin { payer, ..begin(n) }).await.expect("begins");
    let Begun::Held(hold) = begun else { panic!("{begun:?}") };
    let payees: Vec<PayeeId> = payees.iter().map(|n| payee(*n)).collect();
    desk.ledger.capture(capture(&hold, &[(&payees, *wording)])).await.expect("captured");
}

async fn whole(ledger: &Ledger, payee: PayeeId) -> Vec<StatementLine> {
    let mut lines: Vec<StatementLine> = Vec::new();
    loop {
        let after = lines.last().map(|line| (line.sequence, line.number));
        let page = ledger.statement_lines(payee, after).await.expect("read");
        if page.is_empty() {
            return lines;
        }
        lines.extend(page);
    }
}

async fn adds_up(sales: Vec<Sale>) {
    let desk = Desk::open().await;
    desk.fund(PAYER, 100 * PRICE, 0).await;
    desk.fund(OPERATOR, 100 * PRICE, 1).await;
    for (n, sale) in (1..).zip(&sales) {
        sell(&desk, n, sale).await;
    }
    let mut all = 0;
    let everybody = (1..6).map(payee).chain([PayeeId::from_address(OPERATOR)]);
    for payee in everybody {
        let lines = whole(&desk.ledger, payee).await;
        let sum: i128 = lines.iter().map(|line| line.amount.wide()).sum();
        let earnings = desk.ledger.earnings(payee).await.expect("read");
        assert_eq!(sum, earnings.total().wide(), "{payee}");
        let documents: i128 = earnings.by_document.iter().map(|one| one.amount.wide()).sum();
        assert_eq!(sum, documents);
        let days = desk.ledger.earnings_by_day(payee).await.expect("read");
        assert_eq!(sum, days.iter().map(|day| day.amount.wide()).sum::<i128>());
        let account = if payee == PayeeId::from_address(OPERATOR) {
            Account::Platform
        } else {
            Account::of_author(payee)
        };
        assert_eq!(sum, desk.ledger.balance(account).await.expect("read").posted, "{account}");
        let promotion: i128 =
            lines.iter().filter(|l| l.by_promotion).map(|l| l.amount.wide()).sum();
        let told: i128 = earnings.by_document.iter().map(|one| one.by_promotion.wide()).sum();
        assert_eq!(promotion, told);
        all += sum;
    }
    let spent = |account| desk.ledger.balance(account);
    let left = spent(Account::Payer(PAYER)).await.expect("read").posted
        + spent(Account::Promotion).await.expect("read").posted;
    assert_eq!(all, 200 * PRICE - left, "what was paid is what was earned");
    desk.audited().await;
}

#[test]
fn a_statement_adds_up_to_the_books() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&sales(), |sales| {
        runtime.block_on(adds_up(sales));
        Ok(())
    });
    outcome.expect("every history adds up");
}

#[tokio::test]
async fn a_long_statement_comes_page_by_page_without_a_gap() {
    let desk = Desk::open().await;
    desk.fund(PAYER, 200 * PRICE, 0).await;
    let payees = [author(1)];
    let owners: [(&[PayeeId], u32); 8] = [(&payees, 700_000); 8];
    for n in 1..=130 {
        let hold = desk.hold(n).await;
        desk.ledger.capture(capture(&hold, &owners)).await.expect("captured");
    }
    let lines = whole(&desk.ledger, author(1)).await;
    assert_eq!(lines.len(), 130 * owners.len());
    let places: Vec<(u64, u64)> = lines.iter().map(|line| (line.sequence, line.number)).collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "in order, none twice");
    let sum: i128 = lines.iter().map(|line| line.amount.wide()).sum();
    let earnings = desk.ledger.earnings(author(1)).await.expect("read");
    assert_eq!(sum, earnings.total().wide());
}
