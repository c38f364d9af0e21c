//! What must be known to open a ledger?

use crate::chain::PrivateKeySigner;
use footnote_domain::id::{Address, PayeeId};
use std::path::PathBuf;

/// Who opens the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The service that answers questions: one at a time, by an exclusive lease. Holds that an
    /// earlier process left behind are voided.
    Service,
    /// A command beside a running service (settle, claim, audit): safe at any time, resolves
    /// nobody's holds.
    Beside,
}

/// How a ledger is opened.
#[derive(Debug, Clone)]
pub struct LedgerSettings {
    /// `sqlite://PATH`, or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    pub database_url: String,
    /// Who opens it.
    pub opening: Opening,
    /// The chain on which it settles.
    pub chain_id: u64,
    /// The settlement contract.
    pub settlement: Address,
    /// Decimals of the payment token.
    pub token_decimals: u8,
    /// Who takes the platform's part.
    pub platform: PayeeId,
    /// Who takes the residual, under the treasury rule.
    pub treasury: PayeeId,
    /// Whose deposits fund the promotion account, if anybody's.
    pub promotion_funder: Option<Address>,
    /// The folder of audit bundles, one folder in it per epoch.
    pub bundles: PathBuf,
    /// Signs receipts.
    pub signer: PrivateKeySigner,
}
