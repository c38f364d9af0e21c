//! How does an epoch come to count on chain? Closed, sealed with its bundle, proposed, left open to
//! a veto, accepted.
//!
//! [`settle`] begins with what stands on chain, never with what was meant to happen, so it can be
//! killed between any two steps and run again. A vetoed epoch keeps its number and its receipts and
//! is proposed again by the next run.

mod chain;
mod claims;
mod deposits;
pub mod fake;
mod reconcile;

pub use chain::{Payments, Proposer, SettlementChain};
pub use claims::sync_claims;
pub use deposits::sync_deposits;

use crate::chain::{EpochProposal, EpochState, Mined};
use crate::clock::now;
use crate::operation::epoch::{Advance, Step};
use crate::operation::outbox::Note;
use crate::{EpochRecord, EpochStage, Ledger, LedgerError};
use footnote_domain::id::Digest;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// How often a waiting epoch is looked at.
const POLL: Duration = Duration::from_millis(400);

/// Longer than any challenge window.
const FOREVER: Duration = Duration::from_secs(366 * 86_400);

/// What became of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochOutcome {
    /// It can be claimed.
    Accepted,
    /// Its challenge window is still open; run again from then on (seconds since 1970).
    Waiting {
        /// When it ends.
        valid_at: u64,
    },
    /// The guardian threw it away; the next run proposes it again.
    Vetoed,
}

/// An epoch that a run dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledEpoch {
    /// What was, or would be, proposed.
    pub proposal: EpochProposal,
    /// What became of it.
    pub outcome: EpochOutcome,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleReport {
    /// The epoch that it closed, when there were receipts.
    pub closed: Option<u64>,
    /// The epochs it dealt with, in order; it stops at the first that is not accepted.
    pub epochs: Vec<SettledEpoch>,
}

impl fmt::Display for SettleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epochs.is_empty() {
            return f.write_str("Nothing to settle: there are no receipts since the last epoch.");
        }
        for (at, settled) in self.epochs.iter().enumerate() {
            let EpochProposal { number, receipt_count, total_cumulative, .. } = settled.proposal;
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}Epoch {number}: {receipt_count} receipts, ")?;
            match settled.outcome {
                EpochOutcome::Accepted => {
                    write!(f, "accepted; {total_cumulative} token units can be claimed in all.")?;
                }
                EpochOutcome::Waiting { valid_at } => {
                    write!(f, "proposed; run again from {valid_at} (Unix time) on to accept it.")?;
                }
                EpochOutcome::Vetoed => {
                    f.write_str("vetoed by the guardian; run again to propose it once more.")?;
                }
            }
        }
        Ok(())
    }
}

/// Takes everything that is earned so far to the chain, and waits for the challenge windows.
///
/// # Errors
/// As [`settle_within`].
pub async fn settle<C: SettlementChain>(
    ledger: &Ledger,
    chain: &C,
) -> Result<SettleReport, LedgerError> {
    settle_within(ledger, chain, FOREVER).await
}

/// As [`settle`], but waits for challenge windows at most `patience`; one that is open longer is
/// reported, not awaited.
///
/// # Errors
/// [`LedgerError::ForeignEpoch`] when the chain holds what these books did not propose,
/// [`LedgerError::Unfunded`] when payees are owed more than was deposited, [`LedgerError::Chain`]
/// when the chain cannot be reached. Whatever was done stays done; run it again.
pub async fn settle_within<C: SettlementChain>(
    ledger: &Ledger,
    chain: &C,
    patience: Duration,
) -> Result<SettleReport, LedgerError> {
    reconcile::reconcile(ledger, chain).await?;
    let closed = ledger.close_epoch(now().unsigned_abs()).await?;
    let deadline = Instant::now() + patience;
    let mut epochs = Vec::new();
    for epoch in unsettled(ledger).await? {
        let settled = settle_epoch(ledger, chain, epoch.number, deadline).await?;
        epochs.push(settled);
        if settled.outcome != EpochOutcome::Accepted {
            break;
        }
    }
    Ok(SettleReport { closed, epochs })
}

async fn unsettled(ledger: &Ledger) -> Result<Vec<EpochRecord>, LedgerError> {
    let epochs = ledger.epochs().await?.into_iter();
    let waits = |stage| stage != EpochStage::Open && stage != EpochStage::Accepted;
    Ok(epochs.filter(|epoch| waits(epoch.stage)).collect())
}

async fn settle_epoch<C: SettlementChain>(
    ledger: &Ledger,
    chain: &C,
    number: u64,
    deadline: Instant,
) -> Result<SettledEpoch, LedgerError> {
    let proposal = ledger.seal_epoch(number).await?;
    let record = record_of(ledger, number).await?;
    if record.stage == EpochStage::Sealed {
        propose(ledger, chain, &record, &proposal).await?;
    }
    let outcome = accept(ledger, chain, &record, deadline).await?;
    tracing::info!(epoch = number, ?outcome, "an epoch was settled");
    Ok(SettledEpoch { proposal, outcome })
}

async fn record_of(ledger: &Ledger, number: u64) -> Result<EpochRecord, LedgerError> {
    crate::read::epoch::record(&crate::read::epoch::row(&ledger.readers, number).await?)
}

async fn propose<C: SettlementChain>(
    ledger: &Ledger,
    chain: &C,
    record: &EpochRecord,
    proposal: &EpochProposal,
) -> Result<(), LedgerError> {
    note(ledger, "propose", record, "intended", None).await?;
    let mined = outcome_of(ledger, "propose", record, chain.propose(proposal).await).await?;
    tracing::info!(epoch = record.number, transaction = %mined.transaction, "proposed");
    // It can be vetoed before we look: then it was proposed all the same, and `accept` sees the rest.
    let valid_at = match chain.epoch(record.number).await? {
        Some(found) => found.valid_at,
        None => chain.time().await?,
    };
    submit(ledger, record.number, Step::Propose { valid_at }).await
}

/// Waits for the window's end, looking for a veto meanwhile, and accepts.
async fn accept<C: SettlementChain>(
    ledger: &Ledger,
    chain: &C,
    record: &EpochRecord,
    deadline: Instant,
) -> Result<EpochOutcome, LedgerError> {
    let number = record.number;
    loop {
        let Some(found) = chain.epoch(number).await? else {
            submit(ledger, number, Step::Return).await?;
            return Ok(EpochOutcome::Vetoed);
        };
        let time = chain.time().await?;
        let accepted = found.state == EpochState::Accepted
            || (ripe(found.valid_at, time) && try_accept(ledger, chain, record).await?);
        if accepted {
            submit(ledger, number, Step::Accept { at: time }).await?;
            return Ok(EpochOutcome::Accepted);
        }
        if Instant::now() >= deadline {
            return Ok(EpochOutcome::Waiting { valid_at: found.valid_at });
        }
        tokio::time::sleep(POLL).await;
    }
}

/// A chain that makes blocks only for transactions shows an old time: ours counts too then, and the
/// contract decides.
fn ripe(valid_at: u64, chain_time: u64) -> bool {
    chain_time >= valid_at || now().unsigned_abs() >= valid_at
}

/// Whether the contract took it; `false` when it is too early, or was vetoed in this moment.
async fn try_accept<C: SettlementChain>(
    ledger: &Ledger,
    chain: &C,
    record: &EpochRecord,
) -> Result<bool, LedgerError> {
    note(ledger, "accept", record, "intended", None).await?;
    match chain.accept(record.number).await {
        Err(LedgerError::Chain(error))
            if error.is_revert("TooEarly") || error.is_revert("NothingPending") =>
        {
            Ok(false)
        }
        outcome => outcome_of(ledger, "accept", record, outcome).await.map(|_| true),
    }
}

async fn outcome_of(
    ledger: &Ledger,
    kind: &'static str,
    record: &EpochRecord,
    outcome: Result<Mined, LedgerError>,
) -> Result<Mined, LedgerError> {
    match outcome {
        Ok(mined) => {
            note(ledger, kind, record, "done", Some(mined.transaction)).await?;
            Ok(mined)
        }
        Err(error) => {
            note(ledger, kind, record, "failed", None).await?;
            Err(error)
        }
    }
}

async fn note(
    ledger: &Ledger,
    kind: &'static str,
    record: &EpochRecord,
    state: &'static str,
    transaction: Option<Digest>,
) -> Result<(), LedgerError> {
    let key = format!("{kind}/{}/{}", record.number, record.returned);
    let epoch = record.number;
    ledger.writer.submit(Note { key, kind, epoch, state, transaction }).await
}

async fn submit(ledger: &Ledger, epoch: u64, step: Step) -> Result<(), LedgerError> {
    ledger.writer.submit(Advance { epoch, step }).await
}
