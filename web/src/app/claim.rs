//! A contributor takes out what was accepted on chain: the books prove it, the contract pays it.

use super::App;
use footnote_domain::id::PayeeId;
use footnote_domain::money::Nano;
use footnote_ledger::chain::{
    ChainClient, ChainError, Claimed, PrivateKeySigner, nano_of_token_units,
};
use footnote_ledger::{Ledger, LedgerError};

/// Why nothing was claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Only a development chain signs for its contributors.
    #[error("this chain is no development chain; claim from your own wallet")]
    NotDevelopment,
    /// Nobody here has the payee's key.
    #[error("{0} is no sample contributor; only they can claim by a button")]
    NotASample(PayeeId),
    /// No accepted epoch holds anything for this payee.
    #[error(
        "nothing of this payee is payable yet; earnings become payable when an epoch is accepted"
    )]
    NothingPayable,
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The chain failed or refused.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl App {
    /// Claims for a sample contributor of a development chain, with their well-known key.
    pub async fn claim(&self, payee: PayeeId) -> Result<Nano, ClaimError> {
        if !self.config.dev {
            return Err(ClaimError::NotDevelopment);
        }
        let key = payee.address().and_then(super::dev_keys::dev_key_of);
        let key = key.ok_or(ClaimError::NotASample(payee))?;
        claim(&self.ledger, &self.chain, &key, payee).await
    }
}

/// Claims all that is accepted and notes it in the books; returns what was paid.
pub(crate) async fn claim(
    ledger: &Ledger,
    chain: &ChainClient,
    signer: &PrivateKeySigner,
    payee: PayeeId,
) -> Result<Nano, ClaimError> {
    let proof = ledger.claim_proof(payee).await?.ok_or(ClaimError::NothingPayable)?;
    let paid = chain.claimed(payee).await?;
    if paid >= proof.cumulative_units {
        ledger.mark_claimed(payee, paid).await?;
        return Err(ClaimError::NothingPayable);
    }
    let Claimed { paid, .. } =
        chain.claim(signer, payee, proof.cumulative_units, &proof.proof).await?;
    ledger.mark_claimed(payee, chain.claimed(payee).await?).await?;
    Ok(nano_of_token_units(paid, ledger.settings().token_decimals)?)
}
