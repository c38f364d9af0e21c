//! The same expectations of the fake chain and of the contracts: a story of deposits, a veto, two
//! epochs and their claims, told on both.

use crate::desk::{CHAIN, Desk, PRICE, SETTLEMENT, nano};
use crate::stage::{ANA, BO, GUARDIAN, OPERATOR, PROPOSER, Stage, address, key, payee};
use async_trait::async_trait;
use footnote_domain::id::{Address, Digest, PayeeId};
use footnote_domain::money::Nano;
use footnote_ledger::chain::EpochState;
use footnote_ledger::settle::fake::FakeChain;
use footnote_ledger::settle::{
    EpochOutcome, Payments, Proposer, SettlementChain, settle_within, sync_claims, sync_deposits,
};
use footnote_ledger::{Account, ClaimProof};
use std::time::Duration;

const WINDOW: u64 = 5;

/// What only the people around a chain can do.
#[async_trait]
trait World {
    type Settles: SettlementChain;
    type Pays: Payments;
    fn settles(&self) -> &Self::Settles;
    fn pays(&self) -> &Self::Pays;
    /// The operator deposits.
    async fn deposit(&self, amount: Nano);
    async fn veto(&self, epoch: u64);
    async fn pass(&self, seconds: u64);
    /// Token units paid, `None` when the contract refuses.
    async fn claim(&self, payee: PayeeId, cumulative: u128, proof: &[Digest]) -> Option<u128>;
}

struct Real {
    stage: Stage,
    proposer: Proposer,
}

#[async_trait]
impl World for Real {
    type Settles = Proposer;
    type Pays = footnote_ledger::chain::ChainClient;

    fn settles(&self) -> &Proposer {
        &self.proposer
    }

    fn pays(&self) -> &Self::Pays {
        &self.stage.chain
    }

    async fn deposit(&self, amount: Nano) {
        let operator = key(OPERATOR);
        let made = self.stage.chain.mint_and_deposit(&operator, &operator, amount).await;
        made.expect("deposited");
        // Two more blocks, and it is final.
        self.pass(1).await;
        self.pass(1).await;
    }

    async fn veto(&self, epoch: u64) {
        let vetoed = self.stage.chain.veto(&key(GUARDIAN), epoch, Digest([1; 32])).await;
        vetoed.expect("vetoed");
    }

    async fn pass(&self, seconds: u64) {
        self.stage.anvil.pass(seconds).await;
    }

    async fn claim(&self, payee: PayeeId, cumulative: u128, proof: &[Digest]) -> Option<u128> {
        let claimed = self.stage.chain.claim(&key(ANA), payee, cumulative, proof).await;
        claimed.ok().map(|claimed| claimed.paid)
    }
}

#[async_trait]
impl World for FakeChain {
    type Settles = Self;
    type Pays = Self;

    fn settles(&self) -> &Self {
        self
    }

    fn pays(&self) -> &Self {
        self
    }

    async fn deposit(&self, amount: Nano) {
        FakeChain::deposit(
            self,
            address(OPERATOR),
            u128::try_from(amount.wide()).expect("positive") * 1_000_000_000,
        );
    }

    async fn veto(&self, epoch: u64) {
        FakeChain::veto(self, epoch).expect("vetoed");
    }

    async fn pass(&self, seconds: u64) {
        FakeChain::pass(self, seconds);
    }

    async fn claim(&self, payee: PayeeId, cumulative: u128, proof: &[Digest]) -> Option<u128> {
        FakeChain::claim(self, payee, cumulative, proof).ok()
    }
}

/// Claims all that is accepted; returns the units paid.
async fn claim_all<W: World>(desk: &Desk, world: &W, payee: PayeeId) -> Option<u128> {
    let ClaimProof { cumulative_units, proof, .. } =
        desk.ledger.claim_proof(payee).await.expect("read").expect("a leaf");
    world.claim(payee, cumulative_units, &proof).await
}

async fn story<W: World>(desk: &Desk, world: &W, payer: Address) {
    let patience = Duration::from_secs(10);
    world.deposit(nano(10 * PRICE)).await;
    assert_eq!(sync_deposits(&desk.ledger, world.pays()).await.expect("read"), 1);
    assert_eq!(sync_deposits(&desk.ledger, world.pays()).await.expect("read"), 0);
    assert_eq!(i128::from(desk.available(Account::Payer(payer)).await), 10 * PRICE);
    desk.sell_to(payer, 1, &[payee(ANA), payee(BO)]).await;

    // Proposed, too early to accept, vetoed, proposed again as it was.
    let first = settle_within(&desk.ledger, world.settles(), Duration::ZERO).await.expect("runs");
    let proposal = first.epochs[0].proposal;
    assert!(matches!(first.epochs[0].outcome, EpochOutcome::Waiting { .. }));
    let early = world.settles().accept(1).await.expect_err("too early").to_string();
    assert!(early.contains("TooEarly") || early.contains("too early"), "{early}");
    world.veto(1).await;
    assert!(world.settles().accept(1).await.is_err());
    let again = settle_within(&desk.ledger, world.settles(), Duration::ZERO).await.expect("runs");
    assert_eq!(again.epochs[0].proposal, proposal);
    let pending = world.settles().epoch(1).await.expect("read").expect("pending");
    assert_eq!((pending.proposal, pending.state), (proposal, EpochState::Pending));
    assert!(world.settles().propose(&proposal).await.is_err(), "one at a time");

    world.pass(WINDOW).await;
    let done = settle_within(&desk.ledger, world.settles(), patience).await.expect("runs");
    assert_eq!(done.epochs[0].outcome, EpochOutcome::Accepted);
    let state = world.settles().state().await.expect("read");
    assert_eq!((state.accepted_epoch, state.pending_epoch), (1, None));

    // A claim pays once, to the unit what the books say, and to nobody else.
    let earned = desk.ledger.earnings(payee(ANA)).await.expect("read").payable;
    let paid = claim_all(desk, world, payee(ANA)).await.expect("paid");
    assert_eq!(paid, u128::try_from(earned.wide()).expect("positive") * 1_000_000_000);
    assert_eq!(claim_all(desk, world, payee(ANA)).await, None);
    let proof = desk.ledger.claim_proof(payee(BO)).await.expect("read").expect("a leaf");
    assert_eq!(world.claim(payee(ANA), proof.cumulative_units, &proof.proof).await, None);
    assert_eq!(world.claim(payee(BO), proof.cumulative_units + 1, &proof.proof).await, None);
    assert_eq!(sync_claims(&desk.ledger, world.pays()).await.expect("noted"), earned);

    // The next epoch's leaf is cumulative: only the difference is paid.
    desk.sell_to(payer, 2, &[payee(ANA)]).await;
    settle_within(&desk.ledger, world.settles(), Duration::ZERO).await.expect("runs");
    world.pass(WINDOW).await;
    settle_within(&desk.ledger, world.settles(), patience).await.expect("runs");
    let second = desk.ledger.earnings(payee(ANA)).await.expect("read").payable;
    let paid = claim_all(desk, world, payee(ANA)).await.expect("paid");
    assert_eq!(paid, u128::try_from(second.wide()).expect("positive") * 1_000_000_000);
    sync_claims(&desk.ledger, world.pays()).await.expect("noted");
    let all = desk.ledger.earnings(payee(ANA)).await.expect("read");
    assert_eq!((all.paid, all.payable), (earned.plus(second).expect("in range"), Nano::ZERO));
    desk.audited().await;
}

#[tokio::test]
async fn the_story_on_the_fake_chain() {
    let desk = Desk::open_on(CHAIN, SETTLEMENT).await;
    let chain = FakeChain::new(CHAIN, SETTLEMENT, WINDOW, 4_000_000_000);
    story(&desk, &chain, address(OPERATOR)).await;
}

#[tokio::test]
async fn the_story_on_anvil() {
    let Some(stage) = Stage::set(&[]).await else { return };
    let deployment = *stage.chain.deployment();
    let desk = Desk::open_on(deployment.chain_id, deployment.settlement).await;
    let proposer = Proposer::new(stage.chain.clone(), key(PROPOSER));
    story(&desk, &Real { stage, proposer }, address(OPERATOR)).await;
}
