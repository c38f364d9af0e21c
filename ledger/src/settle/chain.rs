//! What must a chain be able to do so that epochs can be settled on it? Exactly these calls; the
//! contracts answer them through [`ChainClient`], tests through [`super::fake::FakeChain`].

use crate::LedgerError;
use crate::chain::{
    ChainClient, ChainEpoch, Deposit, EpochProposal, Mined, PrivateKeySigner, SettlementState,
};
use async_trait::async_trait;
use footnote_domain::chain::{BlockRef, EventSource, Finality};
use footnote_domain::id::{BlockHash, PayeeId};

/// Money in and out: deposits to credit, claims to note.
#[async_trait]
pub trait Payments: Send + Sync {
    /// The chain's id.
    fn chain_id(&self) -> u64;

    /// The block from which on the contract exists.
    fn first_block(&self) -> u64;

    /// The newest block that cannot change any more: money is credited up to here.
    async fn finalized(&self) -> Result<BlockRef, LedgerError>;

    /// The hash of a block, `None` when the chain is shorter.
    async fn block_hash(&self, number: u64) -> Result<Option<BlockHash>, LedgerError>;

    /// Deposits in blocks `from..=to`, in order.
    async fn deposits(&self, from: u64, to: u64) -> Result<Vec<Deposit>, LedgerError>;

    /// What a payee was paid in all, in token units.
    async fn claimed(&self, payee: PayeeId) -> Result<u128, LedgerError>;
}

/// Epochs: read by anyone, proposed by one key.
#[async_trait]
pub trait SettlementChain: Send + Sync {
    /// The settlement as it stands.
    async fn state(&self) -> Result<SettlementState, LedgerError>;

    /// An epoch, `None` when this number is neither accepted nor pending.
    async fn epoch(&self, number: u64) -> Result<Option<ChainEpoch>, LedgerError>;

    /// The newest block's time, in seconds since 1970.
    async fn time(&self) -> Result<u64, LedgerError>;

    /// Proposes the next epoch.
    async fn propose(&self, proposal: &EpochProposal) -> Result<Mined, LedgerError>;

    /// Accepts the pending epoch.
    async fn accept(&self, number: u64) -> Result<Mined, LedgerError>;
}

/// A chain, and the key that proposes on it.
#[derive(Debug, Clone)]
pub struct Proposer {
    client: ChainClient,
    signer: PrivateKeySigner,
}

impl Proposer {
    /// Joins the two.
    pub fn new(client: ChainClient, signer: PrivateKeySigner) -> Self {
        Self { client, signer }
    }
}

#[async_trait]
impl SettlementChain for Proposer {
    async fn state(&self) -> Result<SettlementState, LedgerError> {
        Ok(self.client.settlement_state().await?)
    }

    async fn epoch(&self, number: u64) -> Result<Option<ChainEpoch>, LedgerError> {
        Ok(self.client.epoch(number).await?)
    }

    async fn time(&self) -> Result<u64, LedgerError> {
        Ok(self.client.chain_time().await?)
    }

    async fn propose(&self, proposal: &EpochProposal) -> Result<Mined, LedgerError> {
        Ok(self.client.propose(&self.signer, proposal).await?)
    }

    async fn accept(&self, number: u64) -> Result<Mined, LedgerError> {
        Ok(self.client.accept(&self.signer, number).await?)
    }
}

#[async_trait]
impl Payments for ChainClient {
    fn chain_id(&self) -> u64 {
        self.deployment().chain_id
    }

    fn first_block(&self) -> u64 {
        self.deployment().block
    }

    async fn finalized(&self) -> Result<BlockRef, LedgerError> {
        Ok(EventSource::head(self, Finality::Finalized).await?)
    }

    async fn block_hash(&self, number: u64) -> Result<Option<BlockHash>, LedgerError> {
        Ok(EventSource::block(self, number).await?.map(|block| block.hash))
    }

    async fn deposits(&self, from: u64, to: u64) -> Result<Vec<Deposit>, LedgerError> {
        Ok(ChainClient::deposits(self, from, to).await?)
    }

    async fn claimed(&self, payee: PayeeId) -> Result<u128, LedgerError> {
        Ok(ChainClient::claimed(self, payee).await?)
    }
}
