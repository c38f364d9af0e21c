//! Epochs: closed, sealed, proposed, vetoed, accepted, claimed; killed between any two steps.

use crate::desk::{CHAIN, Desk, OPERATOR, PAYER, PRICE, SETTLEMENT, author, escrow, nano};
use async_trait::async_trait;
use footnote_domain::id::{Digest, PayeeId};
use footnote_domain::receipt::{Envelope, check};
use footnote_ledger::chain::{ChainEpoch, EpochProposal, Mined, SettlementState};
use footnote_ledger::merkle::{leaf, receipts_tree, verify, word};
use footnote_ledger::settle::fake::FakeChain;
use footnote_ledger::settle::{
    EpochOutcome, SettlementChain, settle, settle_within, sync_claims, sync_deposits,
};
use footnote_ledger::{EpochStage, LedgerError};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const NANO: u128 = 1_000_000_000;
const WINDOW: u64 = 5;

/// A desk with deposits of its payer and operator, and the chain they were made on.
async fn desk_and_chain() -> (Desk, FakeChain) {
    let desk = Desk::open().await;
    // The future, so that only the chain's clock decides when a window ends.
    let chain = FakeChain::new(CHAIN, SETTLEMENT, WINDOW, 4_000_000_000);
    chain.deposit(PAYER, 100 * PRICE.unsigned_abs() * NANO);
    chain.deposit(OPERATOR, 100 * PRICE.unsigned_abs() * NANO);
    sync_deposits(&desk.ledger, &chain).await.expect("credited");
    (desk, chain)
}

/// Settles until nothing waits, letting each window pass.
async fn settle_all(desk: &Desk, chain: &FakeChain) {
    for _ in 0..5 {
        let report = settle_within(&desk.ledger, chain, Duration::ZERO).await.expect("settles");
        if report.epochs.iter().all(|epoch| epoch.outcome == EpochOutcome::Accepted) {
            return;
        }
        chain.pass(WINDOW);
    }
    panic!("something waits for ever");
}

#[tokio::test]
async fn money_goes_from_estimated_to_final_to_payable_to_paid() {
    let (desk, chain) = desk_and_chain().await;
    desk.sell(1, &[author(1), author(2), escrow(3)]).await;
    let stages = async |payee: PayeeId| {
        let it = desk.ledger.earnings(payee).await.expect("read");
        [it.estimated, it.final_, it.payable, it.paid, it.held].map(|part| part.get())
    };
    let share = stages(author(1)).await[0];
    assert!(share > 3_000_000 && stages(author(1)).await == [share, 0, 0, 0, 0]);

    let report = settle_within(&desk.ledger, &chain, Duration::ZERO).await.expect("proposes");
    assert_eq!(report.closed, Some(1));
    assert!(matches!(report.epochs[0].outcome, EpochOutcome::Waiting { valid_at: 4_000_000_005 }));
    assert_eq!(stages(author(1)).await, [0, share, 0, 0, 0]);
    desk.sell(2, &[author(1)]).await;
    chain.pass(WINDOW);
    settle_all(&desk, &chain).await;
    let second = stages(author(1)).await;
    assert!(second[2] > 2 * share && second[0] == 0 && second[1] == 0);

    let claim = desk.ledger.claim_proof(author(1)).await.expect("read").expect("a leaf");
    assert_eq!(claim.cumulative_units, second[2].unsigned_abs() as u128 * NANO);
    let paid = chain.claim(author(1), claim.cumulative_units, &claim.proof).expect("paid");
    assert_eq!(paid, claim.cumulative_units);
    let new = sync_claims(&desk.ledger, &chain).await.expect("noted");
    assert_eq!(new.get(), second[2]);
    assert_eq!(sync_claims(&desk.ledger, &chain).await.expect("noted"), nano(0));
    assert_eq!(stages(author(1)).await, [0, 0, 0, second[2], 0]);

    // The escrow's part is held, shown, and in no leaf.
    let held = stages(escrow(3)).await;
    assert!(held[4] > 2_500_000 && held[..4] == [0; 4]);
    assert_eq!(desk.ledger.claim_proof(escrow(3)).await.expect("read"), None);
    let beyond = desk.ledger.mark_claimed(author(2), u128::MAX >> 1).await;
    assert!(matches!(beyond, Err(LedgerError::ClaimBeyondLeaf { .. })), "{beyond:?}");
    let payees = desk.ledger.payees().await.expect("read");
    assert!(payees.iter().any(|it| it.payee == escrow(3) && it.escrow));
    desk.audited().await;
}

#[tokio::test]
async fn a_vetoed_epoch_is_proposed_again_with_the_same_receipts() {
    let (desk, chain) = desk_and_chain().await;
    desk.sell(1, &[author(1)]).await;
    let first = settle_within(&desk.ledger, &chain, Duration::ZERO).await.expect("proposes");
    chain.veto(1).expect("vetoed");
    desk.sell(2, &[author(1)]).await;
    assert_eq!(desk.ledger.claim_proof(author(1)).await.expect("read"), None);

    // The veto falls into the wait of a running settlement.
    let wait = settle_within(&desk.ledger, &chain, Duration::from_secs(20));
    let guardian = async {
        while chain.epoch(1).await.expect("read").is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        chain.veto(1).expect("vetoed");
    };
    let (again, ()) = tokio::join!(wait, guardian);
    let again = again.expect("returns");
    assert_eq!(again.epochs[0].outcome, EpochOutcome::Vetoed);
    assert_eq!(again.epochs[0].proposal, first.epochs[0].proposal);
    let epochs = desk.ledger.epochs().await.expect("read");
    assert_eq!((epochs[0].stage, epochs[0].returned), (EpochStage::Sealed, 2));
    assert!(again.to_string().contains("vetoed"), "{again}");

    settle_all(&desk, &chain).await;
    let epochs = desk.ledger.epochs().await.expect("read");
    assert_eq!(epochs[0].proposal, Some(first.epochs[0].proposal));
    let stages: Vec<_> = epochs.iter().map(|epoch| epoch.stage).collect();
    assert_eq!(stages, [EpochStage::Accepted, EpochStage::Accepted, EpochStage::Open]);
    desk.audited().await;
}

#[tokio::test]
async fn a_chain_that_forgot_an_epoch_is_told_again() {
    let (desk, chain) = desk_and_chain().await;
    desk.sell(1, &[author(1)]).await;
    settle_all(&desk, &chain).await;
    chain.lose_last_epoch();
    settle_all(&desk, &chain).await;
    assert_eq!(chain.state().await.expect("read").accepted_epoch, 1);
    assert_eq!(desk.ledger.epochs().await.expect("read")[0].returned, 1);
    desk.audited().await;
}

#[tokio::test]
async fn an_epoch_that_these_books_did_not_make_stops_everything() {
    let (desk, chain) = desk_and_chain().await;
    desk.sell(1, &[author(1)]).await;
    settle_within(&desk.ledger, &chain, Duration::ZERO).await.expect("proposes");
    let ours = chain.epoch(1).await.expect("read").expect("pending").proposal;
    chain.veto(1).expect("vetoed");
    let foreign = EpochProposal { balances_root: Digest([1; 32]), ..ours };
    chain.propose(&foreign).await.expect("the contract cannot tell");
    let refused = settle_within(&desk.ledger, &chain, Duration::ZERO).await;
    let Err(LedgerError::ForeignEpoch { epoch: 1, field }) = refused else { panic!("{refused:?}") };
    assert_eq!(field, "balances root");
    chain.pass(WINDOW);
    chain.accept(1).await.expect("accepted");
    let refused = settle_within(&desk.ledger, &chain, Duration::ZERO).await;
    assert!(matches!(refused, Err(LedgerError::ForeignEpoch { epoch: 1, field: "hash" })));
}

#[tokio::test]
async fn without_receipts_there_is_nothing_to_settle() {
    let (desk, chain) = desk_and_chain().await;
    let report = settle(&desk.ledger, &chain).await.expect("nothing");
    assert_eq!((report.closed, report.epochs.len()), (None, 0));
    desk.sell(1, &[author(1)]).await;
    settle_all(&desk, &chain).await;
    let before = chain.transactions();
    let report = settle(&desk.ledger, &chain).await.expect("nothing");
    assert_eq!((report.closed, report.epochs.len()), (None, 0));
    assert_eq!(chain.transactions(), before);
}

#[tokio::test]
async fn the_bundle_recomputes_to_what_went_on_chain() {
    let (desk, chain) = desk_and_chain().await;
    desk.sell(1, &[author(1), author(2)]).await;
    desk.sell(2, &[escrow(3)]).await;
    settle_all(&desk, &chain).await;
    let folder = desk.folder.path().join("bundles/epoch-000001");
    let read = |name: &str| std::fs::read(folder.join(name)).expect(name);
    let on_chain = chain.epoch(1).await.expect("read").expect("accepted").proposal;
    assert_eq!(Digest::of(&[&read("manifest.json")]), on_chain.bundle_hash);
    let manifest: Value = serde_json::from_slice(&read("manifest.json")).expect("JSON");
    let files = manifest["files"].as_object().expect("files");
    assert_eq!(files.len(), 7);
    for (name, digest) in files {
        assert_eq!(Digest::of(&[&read(name)]).to_string(), *digest, "{name}");
    }
    let text = String::from_utf8(read("receipts.jsonl")).expect("UTF-8");
    let receipts: Vec<Envelope> =
        text.lines().map(|line| Envelope::parse(line.as_bytes()).expect("a receipt")).collect();
    assert!(receipts.iter().all(|envelope| check(envelope) == Ok(())));
    let numbered: Vec<_> = receipts.iter().map(|it| (it.receipt.sequence, it.hash)).collect();
    assert_eq!(receipts_tree(&numbered).expect("receipts").root(), on_chain.receipts_root);

    // The dump holds the root, and the leaf of each value stands where it says.
    let dump: Value = serde_json::from_slice(&read("balances.json")).expect("JSON");
    assert_eq!(dump["tree"][0], on_chain.balances_root.to_string());
    let proof = desk.ledger.proof(1, author(1)).await.expect("read").expect("a leaf");
    let hash = leaf(author(1).0, word(proof.cumulative_units));
    assert!(verify(on_chain.balances_root, hash, &proof.proof));
    let values = dump["values"].as_array().expect("values");
    let mine = values.iter().find(|it| it["value"][0] == author(1).to_string()).expect("a value");
    let at = usize::try_from(mine["treeIndex"].as_u64().expect("a place")).expect("small");
    assert_eq!(dump["tree"][at], Digest(hash).to_string());
    // Neither payers nor answers can be told from what is published.
    let transfers = String::from_utf8(read("transfers.jsonl")).expect("UTF-8");
    let private = transfers.lines().filter(|line| !line.contains("\"kind\":\"deposit\""));
    assert!(private.clone().count() > 5);
    assert!(private.clone().all(|line| !line.contains(&PAYER.to_string()[2..])));
    assert!(!transfers.contains("\"answer\""));
}

/// A chain at which the process dies before or after its n-th write.
struct DiesAt<'a> {
    chain: &'a FakeChain,
    steps_left: AtomicUsize,
}

impl DiesAt<'_> {
    fn step(&self) -> Result<(), LedgerError> {
        let before = self
            .steps_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        before.map(|_| ()).map_err(|_| LedgerError::Closed)
    }
}

#[async_trait]
impl SettlementChain for DiesAt<'_> {
    async fn state(&self) -> Result<SettlementState, LedgerError> {
        self.step()?;
        self.chain.state().await
    }

    async fn epoch(&self, number: u64) -> Result<Option<ChainEpoch>, LedgerError> {
        self.step()?;
        self.chain.epoch(number).await
    }

    async fn time(&self) -> Result<u64, LedgerError> {
        self.step()?;
        self.chain.time().await
    }

    async fn propose(&self, proposal: &EpochProposal) -> Result<Mined, LedgerError> {
        self.step()?;
        let mined = self.chain.propose(proposal).await;
        self.step()?;
        mined
    }

    async fn accept(&self, number: u64) -> Result<Mined, LedgerError> {
        self.step()?;
        let mined = self.chain.accept(number).await;
        self.step()?;
        mined
    }
}

#[tokio::test]
async fn killed_between_any_two_steps_a_settlement_takes_up_where_it_stood() {
    let (mut desk, chain) = desk_and_chain().await;
    let mut sold = 0;
    // Dies one step later each time, until a run comes to its end; then everything once more.
    for round in 1..=2 {
        sold += 1;
        desk.sell(sold, &[author(1), author(2)]).await;
        for steps in 0..40 {
            let dying = DiesAt { chain: &chain, steps_left: AtomicUsize::new(steps) };
            let outcome = settle_within(&desk.ledger, &dying, Duration::ZERO).await;
            desk = desk.crash().await;
            chain.pass(WINDOW);
            desk.audited().await;
            if outcome.is_ok_and(|report| report.epochs.is_empty()) {
                break;
            }
        }
        let state = chain.state().await.expect("read");
        assert_eq!((state.accepted_epoch, state.pending_epoch), (round, None));
        let epochs = desk.ledger.epochs().await.expect("read");
        let accepted = epochs.iter().filter(|epoch| epoch.stage == EpochStage::Accepted);
        assert_eq!(accepted.count() as u64, round);
    }
    // Two epochs, each proposed and accepted once.
    assert_eq!(chain.transactions(), 4);
}
