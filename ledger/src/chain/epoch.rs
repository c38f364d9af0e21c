//! Which epochs does the settlement know, and how does a new one get there? Proposed by one key,
//! open to the guardian's veto for the challenge window, then accepted by anyone.

use super::bindings::Settlement;
use super::client::ChainClient;
use super::error::ChainError;
use super::transaction::Mined;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolValue;
use footnote_domain::id::{Digest, keccak256};
use std::time::Duration;

/// How often a closed window is looked at.
const WINDOW_POLL: Duration = Duration::from_millis(400);

/// An epoch as its proposer states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochProposal {
    /// Its number, one more than the last accepted.
    pub number: u64,
    /// Hash of the last accepted epoch, zero before the first.
    pub previous_hash: Digest,
    /// Root over the receipts, in sequence order.
    pub receipts_root: Digest,
    /// Root over (payee, cumulative token units).
    pub balances_root: Digest,
    /// Root over (payer, balance in token units).
    pub payers_root: Digest,
    /// Hash of the audit bundle, published before.
    pub bundle_hash: Digest,
    /// Sum of the leaves under `balances_root`, in token units.
    pub total_cumulative: u128,
    /// Receipts of this epoch.
    pub receipt_count: u64,
}

impl EpochProposal {
    /// The hash that the next epoch must name as its previous one.
    pub fn hash(&self, chain_id: u64, settlement: footnote_domain::id::Address) -> Digest {
        let roots = [
            self.previous_hash,
            self.receipts_root,
            self.balances_root,
            self.payers_root,
            self.bundle_hash,
        ];
        let head = (chain_id, super::address::to_chain(settlement), self.number).abi_encode();
        let tail = (self.total_cumulative, self.receipt_count).abi_encode();
        let middle: Vec<u8> = roots.iter().flat_map(|root| root.0).collect();
        Digest(keccak256(&[&head, &middle, &tail]))
    }

    fn for_contract(&self) -> Settlement::Proposal {
        Settlement::Proposal {
            previousHash: self.previous_hash.0.into(),
            receiptsRoot: self.receipts_root.0.into(),
            balancesRoot: self.balances_root.0.into(),
            payersRoot: self.payers_root.0.into(),
            bundleHash: self.bundle_hash.0.into(),
            totalCumulative: self.total_cumulative,
            receiptCount: self.receipt_count,
        }
    }
}

/// Where an epoch on chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochState {
    /// It can still be vetoed or waits for its acceptance.
    Pending,
    /// It counts.
    Accepted,
}

/// An epoch on chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainEpoch {
    /// What was proposed.
    pub proposal: EpochProposal,
    /// Seconds since 1970 from which it can be accepted.
    pub valid_at: u64,
    /// Where it stands.
    pub state: EpochState,
}

/// The settlement as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettlementState {
    /// The last accepted epoch, 0 before the first.
    pub accepted_epoch: u64,
    /// The epoch that waits, if one does.
    pub pending_epoch: Option<u64>,
    /// Hash of the last accepted epoch, zero before the first.
    pub last_epoch_hash: Digest,
    /// What the claims of all time may add up to, in token units.
    pub funded: u128,
    /// What was claimed in all, in token units.
    pub total_claimed: u128,
    /// Seconds between proposal and acceptance.
    pub challenge_window_seconds: u64,
}

impl ChainClient {
    /// An epoch, `None` when this number is neither accepted nor pending.
    pub async fn epoch(&self, number: u64) -> Result<Option<ChainEpoch>, ChainError> {
        let settlement = self.deployment.settlement;
        let found = self.view(settlement, &Settlement::epochOfCall { number }).await?;
        if found.validAt == 0 {
            return Ok(None);
        }
        let accepted = self.view(settlement, &Settlement::acceptedEpochCall {}).await?;
        let proposal = EpochProposal {
            number,
            previous_hash: Digest(found.previousHash.0),
            receipts_root: Digest(found.receiptsRoot.0),
            balances_root: Digest(found.balancesRoot.0),
            payers_root: Digest(found.payersRoot.0),
            bundle_hash: Digest(found.bundleHash.0),
            total_cumulative: found.totalCumulative,
            receipt_count: found.receiptCount,
        };
        let state = if number <= accepted { EpochState::Accepted } else { EpochState::Pending };
        Ok(Some(ChainEpoch { proposal, valid_at: found.validAt, state }))
    }

    /// The settlement as it stands.
    pub async fn settlement_state(&self) -> Result<SettlementState, ChainError> {
        let settlement = self.deployment.settlement;
        let pending = self.view(settlement, &Settlement::pendingEpochCall {}).await?;
        let last = self.view(settlement, &Settlement::lastEpochHashCall {}).await?;
        let funded = self.view(settlement, &Settlement::fundedCall {}).await?;
        Ok(SettlementState {
            accepted_epoch: self.view(settlement, &Settlement::acceptedEpochCall {}).await?,
            pending_epoch: Some(pending).filter(|number| *number != 0),
            last_epoch_hash: Digest(last.0),
            funded: self.amount(funded)?,
            total_claimed: self.view(settlement, &Settlement::totalClaimedCall {}).await?,
            challenge_window_seconds: self
                .view(settlement, &Settlement::challengeWindowCall {})
                .await?,
        })
    }

    /// Proposes the next epoch.
    ///
    /// # Errors
    /// [`ChainError::Reverted`]: `NotProposer`, `EpochPending`, `WrongEpoch`, `WrongPrevious`,
    /// `TotalDecreases` or `TotalUnfunded`.
    pub async fn propose(
        &self,
        signer: &PrivateKeySigner,
        epoch: &EpochProposal,
    ) -> Result<Mined, ChainError> {
        let call = Settlement::proposeCall { number: epoch.number, proposal: epoch.for_contract() };
        let receipt = self.transact(signer, self.deployment.settlement, &call).await?;
        Ok(Mined::of(&receipt))
    }

    /// Accepts the pending epoch; anyone may, once its window is over.
    ///
    /// # Errors
    /// [`ChainError::Reverted`]: `TooEarly`, `NothingPending` or `TotalUnfunded`.
    pub async fn accept(
        &self,
        signer: &PrivateKeySigner,
        number: u64,
    ) -> Result<Mined, ChainError> {
        let call = Settlement::acceptCall { number };
        let receipt = self.transact(signer, self.deployment.settlement, &call).await?;
        Ok(Mined::of(&receipt))
    }

    /// Waits for the end of the challenge window, then accepts. Cancel by dropping the future.
    ///
    /// # Errors
    /// As [`Self::accept`], but for `TooEarly`; `NothingPending` when it was vetoed meanwhile.
    pub async fn accept_when_open(
        &self,
        signer: &PrivateKeySigner,
        number: u64,
    ) -> Result<Mined, ChainError> {
        loop {
            match self.accept(signer, number).await {
                Err(error) if error.is_revert("TooEarly") => tokio::time::sleep(WINDOW_POLL).await,
                outcome => return outcome,
            }
        }
    }

    /// Throws the pending epoch away, as the guardian, for a published reason.
    ///
    /// # Errors
    /// [`ChainError::Reverted`]: `NotGuardian` or `NothingPending`.
    pub async fn veto(
        &self,
        signer: &PrivateKeySigner,
        number: u64,
        reason_hash: Digest,
    ) -> Result<Mined, ChainError> {
        let call = Settlement::vetoCall { number, reasonHash: reason_hash.0.into() };
        let receipt = self.transact(signer, self.deployment.settlement, &call).await?;
        Ok(Mined::of(&receipt))
    }
}
