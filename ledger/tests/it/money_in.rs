//! Deposits: once per event, at finality, and gone with their block.

use crate::desk::{CHAIN, Desk, OPERATOR, PAYER, PRICE, SETTLEMENT, author, deposit};
use footnote_ledger::Account;
use footnote_ledger::settle::fake::FakeChain;
use footnote_ledger::settle::sync_deposits;

const NANO: u128 = 1_000_000_000;

fn chain() -> FakeChain {
    FakeChain::new(CHAIN, SETTLEMENT, 5, 1_790_000_000)
}

#[tokio::test]
async fn a_deposit_counts_once_and_the_operators_funds_the_promotion() {
    let desk = Desk::open().await;
    assert!(desk.fund(PAYER, 5, 0).await);
    assert!(!desk.fund(PAYER, 5, 0).await);
    assert!(desk.fund(PAYER, 5, 1).await);
    assert!(desk.fund(OPERATOR, 70, 2).await);
    let again = deposit(PAYER, 5, 3);
    let (one, two) =
        tokio::join!(desk.ledger.credit_deposit(again), desk.ledger.credit_deposit(again));
    assert_eq!(u8::from(one.expect("seen")) + u8::from(two.expect("seen")), 1);
    assert_eq!(desk.available(Account::Payer(PAYER)).await, 15);
    assert_eq!(desk.available(Account::Promotion).await, 70);
    assert_eq!(desk.available(Account::Payer(OPERATOR)).await, 0);
    desk.audited().await;
}

#[tokio::test]
async fn deposits_are_followed_from_the_chain() {
    let desk = Desk::open().await;
    let chain = chain();
    chain.deposit(PAYER, 3 * NANO + 999);
    chain.deposit(PAYER, 17);
    assert_eq!(sync_deposits(&desk.ledger, &chain).await.expect("read"), 1);
    assert_eq!(desk.available(Account::Payer(PAYER)).await, 3);
    assert_eq!(sync_deposits(&desk.ledger, &chain).await.expect("read"), 0);
    chain.deposit(OPERATOR, 9 * NANO);
    let desk = desk.crash().await;
    assert_eq!(sync_deposits(&desk.ledger, &chain).await.expect("read"), 1);
    assert_eq!(desk.available(Account::Promotion).await, 9);
    desk.audited().await;
}

#[tokio::test]
async fn a_deposit_leaves_with_its_block_and_the_operator_bears_what_was_spent() {
    let desk = Desk::open().await;
    let chain = chain();
    let price = PRICE.unsigned_abs();
    chain.deposit(OPERATOR, 100 * price * NANO);
    chain.deposit(PAYER, price * NANO);
    sync_deposits(&desk.ledger, &chain).await.expect("read");
    desk.sell(1, &[author(1)]).await;
    let left = desk.available(Account::Payer(PAYER)).await;
    assert!(left < PRICE as i64);
    chain.lose_blocks(1);
    // A shorter chain alone proves nothing: the node may lag.
    assert_eq!(sync_deposits(&desk.ledger, &chain).await.expect("read"), 0);
    assert_eq!(desk.available(Account::Payer(PAYER)).await, left);
    chain.deposit(PAYER, 5 * NANO);
    assert_eq!(sync_deposits(&desk.ledger, &chain).await.expect("read"), 1);
    assert_eq!(desk.available(Account::Payer(PAYER)).await, 5);
    let loss = desk.ledger.balance(Account::ProviderLoss).await.expect("read");
    assert_eq!(loss.posted, -(PRICE - i128::from(left)));
    desk.audited().await;
}
