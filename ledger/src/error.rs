//! What can go wrong in the ledger, and what should be done then?

use crate::chain::ChainError;
use footnote_domain::chain::SourceError;
use footnote_domain::id::{Address, KeyId, PayeeId, TransferId};
use footnote_domain::money::{AmountError, Nano};
use std::path::PathBuf;

/// Why the ledger refused or could not do something.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A database that is not built yet, or none at all.
    #[error(
        "{engine} is not built in: set `database_url` to sqlite://PATH or postgres://… (it is `{url}` now)"
    )]
    Engine {
        /// By name.
        engine: String,
        /// As configured.
        url: String,
    },
    /// PostgreSQL is configured, but this program was built without it.
    #[error(
        "this program was built without PostgreSQL: build it with `--features postgres`, or leave \
         `database_url` empty for the embedded SQLite"
    )]
    WithoutPostgres,
    /// Another service has these books open.
    #[error(
        "the ledger {database} is in use by another running service: stop that one first, or give \
         this one a data folder of its own"
    )]
    InUse {
        /// The database file, or the server's address without its password.
        database: String,
    },
    /// A file or folder of the ledger cannot be read or written.
    #[error("cannot {action} {path}: {source}; check that the folder exists and is writable")]
    Disk {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The books belong to another settlement contract.
    #[error(
        "this ledger belongs to settlement {found} on chain {found_chain}, not to {expected} on \
         chain {expected_chain}: name the right deployment, or begin with an empty data folder"
    )]
    OtherSettlement {
        /// In the books.
        found: Address,
        /// In the books.
        found_chain: u64,
        /// As configured.
        expected: Address,
        /// As configured.
        expected_chain: u64,
    },
    /// The same key was used for another request.
    #[error("idempotency key `{key}` was already used for another request: choose a new key")]
    KeyReused {
        /// The key.
        key: String,
    },
    /// The account has not enough.
    #[error(
        "{account} has {available} nano-credits available, but {needed} are needed: deposit first"
    )]
    InsufficientFunds {
        /// Whose.
        account: String,
        /// What it can spend.
        available: Nano,
        /// What was asked.
        needed: Nano,
    },
    /// The account's allowance for the day is used up.
    #[error(
        "{account} may spend {cap} nano-credits a day and has spent or reserved {spent}: try again tomorrow"
    )]
    DailyCap {
        /// Whose.
        account: String,
        /// Its allowance.
        cap: Nano,
        /// What it has spent or reserved since midnight UTC.
        spent: Nano,
    },
    /// A signed message that was used before.
    #[error("this sign-in was used before: sign a fresh message")]
    NonceSpent,
    /// A key that is another's, revoked, or not there.
    #[error("there is no key {0} that opens anything: make one on the page of keys")]
    NoSuchKey(KeyId),
    /// An owner with very many keys.
    #[error("an account has at most {0} keys: revoke one that is not needed")]
    TooManyKeys(u64),
    /// A key's allowance for the day is used up.
    #[error(
        "{whose} may spend {cap} nano-credits a day by this key and has spent or reserved {spent}: \
         try again tomorrow"
    )]
    KeyCap {
        /// Whose part of it.
        whose: &'static str,
        /// The allowance.
        cap: Nano,
        /// What was spent or reserved since midnight UTC.
        spent: Nano,
        /// What the key's owner wants visitors to be told; may be empty.
        words: String,
    },
    /// A movement of nothing.
    #[error("a {0} needs an amount above zero")]
    NothingToMove(&'static str),
    /// Nothing was reserved under this id.
    #[error("there is no hold {0}")]
    NoSuchHold(TransferId),
    /// The hold was captured, so it cannot be voided.
    #[error("hold {0} was already captured: its receipt stands")]
    AlreadyCaptured(TransferId),
    /// The hold was voided, so it cannot be captured.
    #[error("hold {hold} was already voided ({reason}): nothing was charged, ask again")]
    AlreadyVoided {
        /// Which.
        hold: TransferId,
        /// Why.
        reason: String,
    },
    /// More, or less, than can be charged.
    #[error("an answer cannot be charged {charged} nano-credits on a hold of {held}")]
    ChargeOutOfRange {
        /// What was asked.
        charged: Nano,
        /// What was reserved.
        held: Nano,
    },
    /// A receipt that does not fit what it is the receipt of.
    #[error("the receipt's {field} does not fit: {reason}")]
    Draft {
        /// Which field.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// An epoch is not in the state that the step needs.
    #[error("epoch {epoch} is not {needed}: run the settlement again, it takes up where it stands")]
    EpochState {
        /// Which.
        epoch: u64,
        /// In which state it had to be.
        needed: &'static str,
    },
    /// The chain holds an epoch that these books did not make.
    #[error(
        "epoch {epoch} on chain differs from these books in its {field}: do not propose; compare \
         the audit bundle, and have the guardian veto it while its window is open"
    )]
    ForeignEpoch {
        /// Which.
        epoch: u64,
        /// The first field that differs.
        field: &'static str,
    },
    /// A bundle written anew is not the one whose hash was sealed.
    #[error(
        "the bundle of epoch {0} no longer comes to the hash that was sealed: run `footnote audit`, \
         and restore a backup"
    )]
    BundleDiffers(u64),
    /// The payers' and payees' books exceed what the contract holds.
    #[error("epoch {epoch} would owe {owed} token units, but only {funded} were deposited")]
    Unfunded {
        /// Which.
        epoch: u64,
        /// Σ leaves.
        owed: u128,
        /// Deposits of all time.
        funded: u128,
    },
    /// More was claimed than was accepted.
    #[error(
        "{payee} was paid {claimed} token units on chain, but its accepted leaf is {leaf}: stop and \
         audit"
    )]
    ClaimBeyondLeaf {
        /// Who.
        payee: PayeeId,
        /// On chain.
        claimed: u128,
        /// In the books.
        leaf: u128,
    },
    /// An amount beyond what can be stored.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// The chain could not be read or written.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The chain's blocks could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The database refused.
    #[error("the ledger's database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// The database is away. Whether the batch was written before that is not known; every operation
    /// can be repeated, and counts once.
    #[error("the ledger's database cannot be reached ({0}): try again in a moment")]
    Unreachable(String),
    /// The whole batch was lost; nothing of it was written.
    #[error("the ledger could not commit ({0}): nothing was written, try again")]
    NotCommitted(String),
    /// The writer has stopped.
    #[error("the ledger is closed: start the service again")]
    Closed,
    /// A row that no version of this program wrote.
    #[error("the ledger's database holds what cannot be: {0}; restore a backup and audit it")]
    Corrupt(String),
}
