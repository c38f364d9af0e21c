//! Who paid in? Deposits are credited once their block is final, and taken back on a development
//! chain that lost blocks.

use super::Payments;
use crate::chain::nano_of_token_units;
use crate::entity::{cursor, deposit};
use crate::operation::deposit::{MoveCursor, Orphan};
use crate::{Deposit, Ledger, LedgerError};
use footnote_domain::money::Nano;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

const CURSOR: &str = "deposits";

/// Credits every deposit up to the final block; returns how many were new. Repeating it changes
/// nothing.
///
/// # Errors
/// [`LedgerError::Chain`] or [`LedgerError::Source`] when the chain does not answer: what was
/// credited stays, the rest comes with the next call.
pub async fn sync_deposits<C: Payments>(ledger: &Ledger, chain: &C) -> Result<u64, LedgerError> {
    let head = chain.finalized().await?;
    let Some(from) = next_block(ledger, chain, head.number).await? else { return Ok(0) };
    let mut new = 0;
    for found in chain.deposits(from, head.number).await? {
        let amount = nano_of_token_units(found.amount_token_wei, ledger.settings().token_decimals)?;
        if amount == Nano::ZERO {
            // Less than a nano-credit: it stays in the contract.
            continue;
        }
        let deposit = Deposit {
            depositor: found.account,
            amount,
            chain_id: chain.chain_id(),
            block_number: found.block,
            block_hash: found.block_hash,
            log_index: found.log_index,
        };
        new += u64::from(ledger.credit_deposit(deposit).await?);
    }
    let moved = MoveCursor { name: CURSOR, block_number: head.number, block_hash: head.hash };
    ledger.writer.submit(moved).await?;
    Ok(new)
}

/// From where to read on; `None` while the chain is not past what was read.
async fn next_block<C: Payments>(
    ledger: &Ledger,
    chain: &C,
    head: u64,
) -> Result<Option<u64>, LedgerError> {
    let known = cursor::Entity::find_by_id(CURSOR.to_owned()).one(&ledger.readers).await?;
    let Some(known) = known else { return Ok(Some(chain.first_block())) };
    let read = known.block_number.unsigned_abs();
    // A node that lags says nothing about what it has not seen.
    if head < read {
        return Ok(None);
    }
    if chain.block_hash(read).await? == Some(known.block_hash.into()) {
        return Ok((head > read).then_some(read + 1));
    }
    orphan_lost(ledger, chain).await?;
    Ok(Some(chain.first_block()))
}

async fn orphan_lost<C: Payments>(ledger: &Ledger, chain: &C) -> Result<(), LedgerError> {
    let credited = deposit::Entity::find()
        .filter(deposit::Column::OrphanedAt.is_null())
        .all(&ledger.readers)
        .await?;
    for deposit in credited {
        let here = chain.block_hash(deposit.block_number.unsigned_abs()).await?;
        if here != Some(deposit.block_hash.into()) {
            tracing::warn!(block = deposit.block_number, "a credited deposit left the chain");
            ledger.writer.submit(Orphan { deposit }).await?;
        }
    }
    Ok(())
}
