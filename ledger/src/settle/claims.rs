//! Who was paid on chain? What payees have claimed there is noted in the books.

use super::Payments;
use crate::{Ledger, LedgerError};
use footnote_domain::money::Nano;

/// Notes every payee's claims; returns what is new in all.
///
/// # Errors
/// [`LedgerError::ClaimBeyondLeaf`] when the chain paid more than these books accepted.
pub async fn sync_claims<C: Payments>(ledger: &Ledger, chain: &C) -> Result<Nano, LedgerError> {
    let mut new = Nano::ZERO;
    for payee in ledger.payees().await? {
        if payee.escrow {
            continue;
        }
        let claimed = chain.claimed(payee.payee).await?;
        new = new.plus(ledger.mark_claimed(payee.payee, claimed).await?)?;
    }
    Ok(new)
}
