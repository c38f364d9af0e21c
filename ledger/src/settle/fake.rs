//! A settlement contract in memory, with the rules of the real one and none of its node: for tests
//! of what settles. Time stands still until it is moved; blocks are made by deposits and can be lost.

use super::{Payments, SettlementChain};
use crate::LedgerError;
use crate::chain::{
    ChainEpoch, ChainError, Deposit, EpochProposal, EpochState, Mined, Revert, SettlementState,
};
use crate::merkle::{leaf, verify, word};
use async_trait::async_trait;
use footnote_domain::chain::BlockRef;
use footnote_domain::id::{Address, BlockHash, Digest, PayeeId};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The contract, the token and the chain below them.
#[derive(Debug)]
pub struct FakeChain {
    chain_id: u64,
    settlement: Address,
    window: u64,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Default)]
struct State {
    time: u64,
    blocks: Vec<BlockHash>,
    deposits: Vec<Deposit>,
    epochs: BTreeMap<u64, (EpochProposal, u64)>,
    accepted: u64,
    last_hash: Digest,
    claimed: BTreeMap<PayeeId, u128>,
    transactions: u64,
    /// So that a block made after a loss never has the hash of a lost one.
    forks: u64,
}

impl FakeChain {
    /// An empty chain whose clock stands at `time`, with a challenge window in seconds.
    pub fn new(chain_id: u64, settlement: Address, window: u64, time: u64) -> Self {
        let genesis = BlockHash(Digest::of(&[b"genesis"]).0);
        let state = State { time, blocks: vec![genesis], ..State::default() };
        Self { chain_id, settlement, window, state: Mutex::new(state) }
    }

    /// Moves the clock.
    pub fn pass(&self, seconds: u64) {
        self.lock().time += seconds;
    }

    /// A deposit of token units, in a block of its own.
    pub fn deposit(&self, account: Address, units: u128) -> Deposit {
        let mut state = self.lock();
        let number = state.blocks.len() as u64;
        let fork = state.forks;
        let hash = Digest::of(&[b"block", &number.to_be_bytes(), &fork.to_be_bytes()]);
        state.blocks.push(BlockHash(hash.0));
        let deposit = Deposit {
            account,
            amount_token_wei: units,
            block: number,
            block_hash: BlockHash(hash.0),
            log_index: 0,
            transaction: hash,
        };
        state.deposits.push(deposit);
        deposit
    }

    /// The chain forgets its last `count` blocks and what was deposited in them, as a development
    /// chain does that is killed before it saved its state.
    pub fn lose_blocks(&self, count: usize) {
        let mut state = self.lock();
        let keep = state.blocks.len().saturating_sub(count).max(1);
        state.blocks.truncate(keep);
        state.deposits.retain(|deposit| (deposit.block as usize) < keep);
        state.forks += 1;
    }

    /// The chain forgets that the last epoch was accepted, and that it was proposed.
    pub fn lose_last_epoch(&self) {
        let mut state = self.lock();
        let last = state.epochs.keys().next_back().copied().unwrap_or_default();
        state.epochs.remove(&last);
        state.accepted = state.accepted.min(last.saturating_sub(1));
        let head = state.epochs.get(&state.accepted).copied();
        state.last_hash = head.map_or(Digest::default(), |(proposal, _)| self.hash(&proposal));
    }

    /// The guardian throws the pending epoch away.
    ///
    /// # Errors
    /// `NothingPending`.
    pub fn veto(&self, number: u64) -> Result<(), LedgerError> {
        let mut state = self.lock();
        state.pending(number)?;
        state.epochs.remove(&number);
        Ok(())
    }

    /// Pays what a leaf of the last accepted epoch says, less what was paid; returns the units paid.
    ///
    /// # Errors
    /// `NotAccepted`, `BadProof` or `NothingToClaim`.
    pub fn claim(
        &self,
        payee: PayeeId,
        cumulative: u128,
        proof: &[Digest],
    ) -> Result<u128, LedgerError> {
        let mut state = self.lock();
        let accepted = state.accepted;
        let epoch = state.epochs.get(&accepted).copied();
        let (epoch, _) = epoch.ok_or_else(|| refusal("claim", "NotAccepted"))?;
        if !verify(epoch.balances_root, leaf(payee.0, word(cumulative)), proof) {
            return Err(refusal("claim", "BadProof"));
        }
        let paid = state.claimed.entry(payee).or_default();
        if cumulative <= *paid {
            return Err(refusal("claim", "NothingToClaim"));
        }
        Ok(cumulative - std::mem::replace(paid, cumulative))
    }

    /// The transactions that were taken so far: what a run that changes nothing leaves alone.
    pub fn transactions(&self) -> u64 {
        self.lock().transactions
    }

    fn hash(&self, proposal: &EpochProposal) -> Digest {
        proposal.hash(self.chain_id, self.settlement)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pending(&self, number: u64) -> Result<(EpochProposal, u64), LedgerError> {
        let next = number == self.accepted + 1;
        let found = self.epochs.get(&number).filter(|_| next);
        found.copied().ok_or_else(|| refusal("accept", "NothingPending"))
    }

    fn funded(&self) -> u128 {
        self.deposits.iter().map(|deposit| deposit.amount_token_wei).sum()
    }

    fn total_of(&self, number: u64) -> u128 {
        self.epochs.get(&number).map_or(0, |(proposal, _)| proposal.total_cumulative)
    }

    /// The first rule of the contract that a proposal breaks.
    fn refuses(&self, proposal: &EpochProposal) -> Option<&'static str> {
        let number = proposal.number;
        let rules = [
            ("WrongEpoch", number == self.accepted + 1),
            ("EpochPending", !self.epochs.contains_key(&number)),
            ("WrongPrevious", proposal.previous_hash == self.last_hash),
            ("TotalDecreases", proposal.total_cumulative >= self.total_of(self.accepted)),
            ("TotalUnfunded", proposal.total_cumulative <= self.funded()),
        ];
        rules.into_iter().find(|(_, kept)| !kept).map(|(name, _)| name)
    }

    fn mined(&mut self) -> Mined {
        self.transactions += 1;
        let transaction = Digest::of(&[b"transaction", &self.transactions.to_be_bytes()]);
        Mined { transaction, block: self.blocks.len() as u64 - 1 }
    }
}

fn refusal(action: &str, name: &str) -> LedgerError {
    LedgerError::Chain(ChainError::Reverted {
        action: action.to_owned(),
        revert: Revert { name: name.to_owned(), text: name.to_owned() },
        transaction: None,
        block: None,
    })
}

#[async_trait]
impl SettlementChain for FakeChain {
    async fn state(&self) -> Result<SettlementState, LedgerError> {
        let state = self.lock();
        let next = state.accepted + 1;
        Ok(SettlementState {
            accepted_epoch: state.accepted,
            pending_epoch: state.epochs.contains_key(&next).then_some(next),
            last_epoch_hash: state.last_hash,
            funded: state.funded(),
            total_claimed: state.claimed.values().sum(),
            challenge_window_seconds: self.window,
        })
    }

    async fn epoch(&self, number: u64) -> Result<Option<ChainEpoch>, LedgerError> {
        let state = self.lock();
        let accepted = number <= state.accepted;
        let phase = if accepted { EpochState::Accepted } else { EpochState::Pending };
        let found = state.epochs.get(&number).copied();
        Ok(found.map(|(proposal, valid_at)| ChainEpoch { proposal, valid_at, state: phase }))
    }

    async fn time(&self) -> Result<u64, LedgerError> {
        Ok(self.lock().time)
    }

    async fn propose(&self, proposal: &EpochProposal) -> Result<Mined, LedgerError> {
        let mut state = self.lock();
        if let Some(rule) = state.refuses(proposal) {
            return Err(refusal("propose", rule));
        }
        let valid_at = state.time + self.window;
        state.epochs.insert(proposal.number, (*proposal, valid_at));
        Ok(state.mined())
    }

    async fn accept(&self, number: u64) -> Result<Mined, LedgerError> {
        let mut state = self.lock();
        let (proposal, valid_at) = state.pending(number)?;
        if state.time < valid_at {
            return Err(refusal("accept", "TooEarly"));
        }
        state.accepted = number;
        state.last_hash = self.hash(&proposal);
        Ok(state.mined())
    }
}

#[async_trait]
impl Payments for FakeChain {
    fn chain_id(&self) -> u64 {
        self.chain_id
    }

    fn first_block(&self) -> u64 {
        0
    }

    async fn finalized(&self) -> Result<BlockRef, LedgerError> {
        let state = self.lock();
        let number = state.blocks.len() - 1;
        let parent = state.blocks[number.saturating_sub(1)];
        let (hash, timestamp) = (state.blocks[number], state.time);
        Ok(BlockRef { number: number as u64, hash, parent, timestamp })
    }

    async fn block_hash(&self, number: u64) -> Result<Option<BlockHash>, LedgerError> {
        Ok(self.lock().blocks.get(usize::try_from(number).unwrap_or(usize::MAX)).copied())
    }

    async fn deposits(&self, from: u64, to: u64) -> Result<Vec<Deposit>, LedgerError> {
        let state = self.lock();
        let inside = state.deposits.iter().filter(|found| (from..=to).contains(&found.block));
        Ok(inside.copied().collect())
    }

    async fn claimed(&self, payee: PayeeId) -> Result<u128, LedgerError> {
        Ok(self.lock().claimed.get(&payee).copied().unwrap_or_default())
    }
}
