//! Money on chain: deposits, epochs with a real challenge window, vetoes, claims.

use crate::stage::{ANA, BO, GUARDIAN, OPERATOR, PROPOSER, Stage, address, key, payee};
use footnote_domain::chain::{EventSource, Finality};
use footnote_domain::id::{Digest, PayeeId, keccak256};
use footnote_domain::money::Nano;
use footnote_ledger::chain::{
    ChainError, EpochProposal, EpochState, nano_of_token_units, token_units,
};

const CHALLENGE_SECONDS: u64 = 5;

fn nano(amount: i128) -> Nano {
    Nano::new(amount).expect("in range")
}

fn wei(amount: i128) -> u128 {
    token_units(amount, 18).expect("in range")
}

/// A leaf of OpenZeppelin's standard tree over (bytes32, uint256).
fn leaf(payee: PayeeId, amount: u128) -> [u8; 32] {
    let mut word = [0u8; 32];
    word[16..].copy_from_slice(&amount.to_be_bytes());
    keccak256(&[&keccak256(&[&payee.0, &word])])
}

/// The root of two leaves; each is the other's proof.
fn root(a: [u8; 32], b: [u8; 32]) -> Digest {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    Digest(keccak256(&[&low, &high]))
}

/// What Ana and Bo earned in all, as an epoch.
struct Balances {
    ana: u128,
    bo: u128,
}

impl Balances {
    fn epoch(&self, number: u64, previous_hash: Digest) -> EpochProposal {
        EpochProposal {
            number,
            previous_hash,
            receipts_root: Digest([1; 32]),
            balances_root: root(leaf(payee(ANA), self.ana), leaf(payee(BO), self.bo)),
            payers_root: Digest([2; 32]),
            bundle_hash: Digest([3; 32]),
            total_cumulative: self.ana + self.bo,
            receipt_count: 2,
        }
    }

    fn proof_of_ana(&self) -> [Digest; 1] {
        [Digest(leaf(payee(BO), self.bo))]
    }
}

/// Has the operator pay in and an epoch accepted.
async fn accepted(stage: &Stage, balances: &Balances) {
    let (chain, operator) = (&stage.chain, key(OPERATOR));
    chain.mint_and_deposit(&operator, &operator, nano(1_000_000_000)).await.expect("deposited");
    let epoch = balances.epoch(1, Digest::default());
    chain.propose(&key(PROPOSER), &epoch).await.expect("proposed");
    stage.anvil.pass(CHALLENGE_SECONDS).await;
    chain.accept(&operator, 1).await.expect("accepted");
}

#[tokio::test]
async fn a_claim_pays_exactly_once_what_the_epoch_says() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let chain = &stage.chain;
    let balances = Balances { ana: wei(6_222_000), bo: wei(2_244_000) };
    accepted(&stage, &balances).await;
    let before = chain.token_balance(address(ANA)).await.expect("read");
    let claimed = chain
        .claim(&key(BO), payee(ANA), balances.ana, &balances.proof_of_ana())
        .await
        .expect("anyone may send it");
    assert_eq!(claimed.paid, balances.ana);
    let after = chain.token_balance(address(ANA)).await.expect("read");
    assert_eq!(after - before, balances.ana);
    assert_eq!(chain.claimed(payee(ANA)).await.expect("read"), balances.ana);
    assert_eq!(chain.claimed(payee(BO)).await.expect("read"), 0);

    let claim = async |who, amount| {
        chain.claim(&key(ANA), who, amount, &balances.proof_of_ana()).await.expect_err("refused")
    };
    assert!(claim(payee(ANA), balances.ana).await.is_revert("NothingToClaim"));
    assert!(claim(payee(ANA), balances.ana + 1).await.is_revert("BadProof"));
    assert!(claim(payee(GUARDIAN), balances.ana).await.is_revert("BadProof"));
    let escrow = claim(PayeeId([0xee; 32]), 1).await;
    assert!(matches!(escrow, ChainError::NotAnAddress(_)), "{escrow}");
    assert_eq!(chain.token_balance(address(ANA)).await.expect("read"), after);
    let state = chain.settlement_state().await.expect("read");
    assert_eq!((state.total_claimed, state.funded), (balances.ana, wei(1_000_000_000)));
}

#[tokio::test]
async fn the_next_epoch_pays_the_difference_and_names_the_one_before() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let (chain, proposer) = (&stage.chain, key(PROPOSER));
    let first = Balances { ana: wei(1_000), bo: wei(2_000) };
    accepted(&stage, &first).await;
    chain.claim(&key(ANA), payee(ANA), first.ana, &first.proof_of_ana()).await.expect("paid");
    let deployment = chain.deployment();
    let hash = first.epoch(1, Digest::default()).hash(deployment.chain_id, deployment.settlement);
    assert_eq!(chain.settlement_state().await.expect("read").last_epoch_hash, hash);

    let second = Balances { ana: wei(1_500), bo: wei(2_000) };
    let orphan = second.epoch(2, Digest([9; 32]));
    let error = chain.propose(&proposer, &orphan).await.expect_err("another history");
    assert!(error.is_revert("WrongPrevious"), "{error}");
    let less = Balances { ana: wei(1_000), bo: wei(1_000) }.epoch(2, hash);
    assert!(
        chain.propose(&proposer, &less).await.expect_err("shrinks").is_revert("TotalDecreases")
    );
    let more = Balances { ana: wei(2_000_000_000), bo: 0 }.epoch(2, hash);
    assert!(chain.propose(&proposer, &more).await.expect_err("unpaid").is_revert("TotalUnfunded"));
    chain.propose(&proposer, &second.epoch(2, hash)).await.expect("proposed");
    let pending = chain.epoch(2).await.expect("read").expect("pending");
    assert_eq!((pending.state, pending.proposal), (EpochState::Pending, second.epoch(2, hash)));
    stage.anvil.pass(CHALLENGE_SECONDS).await;
    chain.accept(&key(BO), 2).await.expect("accepted by anyone");
    let paid = chain.claim(&key(ANA), payee(ANA), second.ana, &second.proof_of_ana()).await;
    assert_eq!(paid.expect("paid").paid, wei(500));
}

#[tokio::test]
async fn a_vetoed_epoch_never_counts_and_can_be_proposed_again() {
    let Some(stage) = Stage::set(&["--block-time", "1"]).await else {
        return;
    };
    let (chain, operator) = (&stage.chain, key(OPERATOR));
    chain.mint_and_deposit(&operator, &operator, nano(1_000_000)).await.expect("deposited");
    let wrong = Balances { ana: wei(900_000), bo: 0 }.epoch(1, Digest::default());
    let stranger = chain.propose(&operator, &wrong).await.expect_err("not the proposer");
    assert!(stranger.is_revert("NotProposer"), "{stranger}");
    chain.propose(&key(PROPOSER), &wrong).await.expect("proposed");
    let early = chain.accept(&operator, 1).await.expect_err("too early");
    assert!(early.is_revert("TooEarly"), "{early}");
    let stranger = chain.veto(&operator, 1, Digest([7; 32])).await.expect_err("not the guardian");
    assert!(stranger.is_revert("NotGuardian"), "{stranger}");
    chain.veto(&key(GUARDIAN), 1, Digest([7; 32])).await.expect("vetoed");
    assert_eq!(chain.epoch(1).await.expect("read"), None);
    let gone = chain.accept_when_open(&operator, 1).await.expect_err("vetoed");
    assert!(gone.is_revert("NothingPending"), "{gone}");

    let right = Balances { ana: wei(400_000), bo: wei(300_000) };
    chain.propose(&key(PROPOSER), &right.epoch(1, Digest::default())).await.expect("again");
    // In real time: the window is five seconds.
    let pending = chain.epoch(1).await.expect("read").expect("pending");
    chain.accept_when_open(&operator, 1).await.expect("accepted");
    assert!(chain.chain_time().await.expect("read") >= pending.valid_at);
    let epoch = chain.epoch(1).await.expect("read").expect("accepted");
    assert_eq!(
        (epoch.state, epoch.proposal.balances_root),
        (EpochState::Accepted, right.epoch(1, Digest::default()).balances_root,)
    );
    let paid = chain.claim(&operator, payee(ANA), right.ana, &right.proof_of_ana()).await;
    assert_eq!(paid.expect("paid").paid, right.ana);
}

#[tokio::test]
async fn deposits_are_listed_as_they_were_made() {
    let Some(stage) = Stage::set(&[]).await else {
        return;
    };
    let chain = &stage.chain;
    let poor = chain.deposit(&key(ANA), nano(1)).await.expect_err("no tokens");
    assert!(poor.is_revert("ERC20InsufficientBalance"), "{poor}");
    let forged = chain.mint(&key(ANA), address(ANA), nano(1)).await.expect_err("not the owner");
    assert!(forged.is_revert("OwnableUnauthorizedAccount"), "{forged}");
    let mut made = Vec::new();
    for (who, amount) in [(ANA, 12_000_000), (BO, 1), (ANA, 5_000_000_000)] {
        let deposit = chain.mint_and_deposit(&key(OPERATOR), &key(who), nano(amount)).await;
        let deposit = deposit.expect("deposited");
        assert_eq!(deposit.account, address(who));
        let back = nano_of_token_units(deposit.amount_token_wei, 18).expect("in range");
        assert_eq!(back, nano(amount));
        made.push(deposit);
    }
    let head = chain.head(Finality::Latest).await.expect("a head").number;
    assert_eq!(chain.deposits(0, head).await.expect("listed"), made);
    let last = made[2].block;
    assert_eq!(chain.deposits(last, head).await.expect("listed"), made[2..]);
    assert!(chain.deposits(0, head + 1).await.is_err(), "a block to come");
}
