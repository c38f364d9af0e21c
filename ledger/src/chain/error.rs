//! What can go wrong between the ledger and the chain, and what should be done then?

use super::revert::Revert;
use footnote_domain::chain::SourceError;
use footnote_domain::id::{Address, Digest, PayeeId};
use footnote_domain::money::AmountError;
use std::path::PathBuf;

/// Why the chain could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The configured URL is none.
    #[error("`{given}` is no URL of a chain's RPC ({reason}); an example is http://127.0.0.1:8545")]
    BadUrl {
        /// As configured.
        given: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answers, or not in time: worth another try.
    #[error("the chain's RPC at {url} does not answer ({reason}); is the node running?")]
    Unreachable {
        /// Whom we asked.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The node answered, but with an error that no contract raised.
    #[error("the chain's node at {url} refused {action}: {reason}")]
    Refused {
        /// Whom we asked.
        url: String,
        /// What for.
        action: String,
        /// Its answer.
        reason: String,
    },
    /// Another chain than the one that was deployed to.
    #[error(
        "the node at {url} serves chain {found}, but the deployment is on chain {expected}; \
         point the RPC URL at that chain, or deploy here"
    )]
    WrongChain {
        /// Whom we asked.
        url: String,
        /// The deployment's chain.
        expected: u64,
        /// The node's chain.
        found: u64,
    },
    /// The contracts are not where the deployment says.
    #[error(
        "the chain was reset; chain {chain_id} at {url} has no {contract} contract at {address} any \
         more: deploy the contracts again, then import and index again"
    )]
    NoCode {
        /// Whom we asked.
        url: String,
        /// Its chain.
        chain_id: u64,
        /// Which contract.
        contract: &'static str,
        /// Where it should be.
        address: Address,
    },
    /// A contract refused the call.
    #[error("{action} was refused by the contract: {revert}")]
    Reverted {
        /// Which call.
        action: String,
        /// Why, decoded.
        revert: Revert,
        /// The transaction, when it was mined all the same.
        transaction: Option<Digest>,
        /// The block that holds it.
        block: Option<u64>,
    },
    /// Sent, but not seen in a block within the time allowed. It may still be mined.
    #[error(
        "{action} was sent as transaction {transaction} but is in no block after {seconds} s \
         ({reason}); it may still be mined, so look before trying again"
    )]
    Unconfirmed {
        /// Which call.
        action: String,
        /// Its transaction.
        transaction: Digest,
        /// How long we waited.
        seconds: u64,
        /// What the node said last.
        reason: String,
    },
    /// Another transaction of the same key took this one's nonce, so it will not be mined.
    #[error(
        "{action} was displaced: another transaction of the same key took the place of \
         {transaction}; try again, and let one process at a time send with a key"
    )]
    Displaced {
        /// Which call.
        action: String,
        /// Its transaction.
        transaction: Digest,
    },
    /// An answer that breaks the protocol or a promise of the contracts.
    #[error("the chain at {url} answered what cannot be: {what}")]
    Malformed {
        /// Whom we asked.
        url: String,
        /// What is wrong with the answer.
        what: String,
    },
    /// Only payees with an address can claim; an escrow waits for its assignment.
    #[error("{0} is an escrow, not an address, so it cannot claim before it is assigned to one")]
    NotAnAddress(PayeeId),
    /// A key or signature of the wrong form.
    #[error("{what} failed: {reason}")]
    Signature {
        /// What was tried.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// An amount that is not between 0 and 2⁶³ − 1 nano-credits, or does not fit the token.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// A token whose amounts cannot be expressed.
    #[error("{nano} nano-credits with {decimals} decimals exceed what the token can express")]
    TokenRange {
        /// In nano-credits.
        nano: i128,
        /// The token's decimals.
        decimals: u8,
    },
    /// The file that says where the contracts are cannot be read or written.
    #[error("the deployment file {path}: {reason}")]
    DeploymentFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl ChainError {
    /// The revert behind this error, if a contract refused the call.
    pub fn revert(&self) -> Option<&Revert> {
        match self {
            Self::Reverted { revert, .. } => Some(revert),
            _ => None,
        }
    }

    /// Whether a contract refused the call with the error of this name, say `AlreadyContributed`.
    pub fn is_revert(&self, name: &str) -> bool {
        self.revert().is_some_and(|revert| revert.name == name)
    }
}

impl From<ChainError> for SourceError {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Unreachable { url, reason } => Self::Unreachable { url, reason },
            ChainError::Refused { url, action, reason } => {
                Self::Unreachable { url, reason: format!("{action}: {reason}") }
            }
            other => Self::Malformed(other.to_string()),
        }
    }
}
