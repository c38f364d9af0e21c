//! Do the books and the chain agree on which epochs there are? Where they differ, the chain counts;
//! what the chain holds and these books did not make stops everything.

use super::{SettlementChain, submit};
use crate::chain::{EpochProposal, SettlementState};
use crate::clock::now;
use crate::operation::epoch::Step;
use crate::{EpochRecord, EpochStage, Ledger, LedgerError};

/// Brings the books to what the chain says: hashes are chained, so the last accepted one stands for
/// all before it.
pub(super) async fn reconcile<C: SettlementChain>(
    ledger: &Ledger,
    chain: &C,
) -> Result<(), LedgerError> {
    let state = chain.state().await?;
    let epochs = ledger.epochs().await?;
    check_accepted(ledger, &state, &epochs).await?;
    for epoch in &epochs {
        let stage = epoch.stage;
        if epoch.number <= state.accepted_epoch {
            if stage != EpochStage::Accepted {
                submit(ledger, epoch.number, Step::Accept { at: now().unsigned_abs() }).await?;
            }
        } else if stage >= EpochStage::Sealed {
            reconcile_pending(ledger, chain, epoch).await?;
        }
    }
    Ok(())
}

async fn check_accepted(
    ledger: &Ledger,
    state: &SettlementState,
    epochs: &[EpochRecord],
) -> Result<(), LedgerError> {
    let accepted = state.accepted_epoch;
    if accepted == 0 {
        return Ok(());
    }
    let known = epochs.iter().find(|epoch| epoch.number == accepted);
    let foreign = |field| LedgerError::ForeignEpoch { epoch: accepted, field };
    let sealed = known.and_then(|epoch| epoch.proposal).ok_or_else(|| foreign("existence"))?;
    let settings = ledger.settings();
    if sealed.hash(settings.chain_id, settings.settlement) != state.last_epoch_hash {
        return Err(foreign("hash"));
    }
    Ok(())
}

async fn reconcile_pending<C: SettlementChain>(
    ledger: &Ledger,
    chain: &C,
    epoch: &EpochRecord,
) -> Result<(), LedgerError> {
    let Some(found) = chain.epoch(epoch.number).await? else {
        // Vetoed, or proposed on a chain that lost its last blocks.
        if epoch.stage > EpochStage::Sealed {
            submit(ledger, epoch.number, Step::Return).await?;
        }
        return Ok(());
    };
    if let Some(field) = epoch.proposal.and_then(|ours| difference(&ours, &found.proposal)) {
        return Err(LedgerError::ForeignEpoch { epoch: epoch.number, field });
    }
    if epoch.stage == EpochStage::Accepted {
        submit(ledger, epoch.number, Step::Return).await?;
    }
    submit(ledger, epoch.number, Step::Propose { valid_at: found.valid_at }).await
}

fn difference(ours: &EpochProposal, theirs: &EpochProposal) -> Option<&'static str> {
    let fields = [
        ("previous hash", ours.previous_hash == theirs.previous_hash),
        ("receipts root", ours.receipts_root == theirs.receipts_root),
        ("balances root", ours.balances_root == theirs.balances_root),
        ("payers root", ours.payers_root == theirs.payers_root),
        ("bundle hash", ours.bundle_hash == theirs.bundle_hash),
        ("total", ours.total_cumulative == theirs.total_cumulative),
        ("receipt count", ours.receipt_count == theirs.receipt_count),
    ];
    fields.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
}
