//! How does the ledger speak to the chain? One client for the registry (who wrote what, who is paid
//! for it), the settlement (deposits, epochs, claims) and the token, over JSON-RPC.
//!
//! Reading goes through [`ChainClient`], which is also the indexer's
//! [`EventSource`](footnote_domain::chain::EventSource); writing takes the signer that pays for the
//! transaction. Nothing here holds a key, keeps state on disk or knows the database.

mod address;
mod batch;
mod bindings;
mod client;
mod consent;
mod contribute;
mod decode;
mod deployment;
mod dev;
mod epoch;
mod error;
mod history;
mod message;
mod money;
mod policy;
mod receipt;
mod registry;
mod revert;
mod rpc;
mod settlement;
mod transaction;

pub use address::signer_address;
pub use alloy::signers::local::PrivateKeySigner;
pub use batch::{Consented, ContributionItem, Outcome};
pub use client::ChainClient;
pub use consent::{Consent, Signature, sign_payee};
pub use contribute::Progress;
pub use deployment::{DeployParameters, Deployment, deploy};
pub use dev::dev_signer;
pub use epoch::{ChainEpoch, EpochProposal, EpochState, SettlementState};
pub use error::ChainError;
pub use message::{checksummed, message_hash, recover_message_signer, sign_message};
pub use money::{nano_of_token_units, token_units};
pub use receipt::{ReceiptDigestFields, ReceiptDomain, recover_receipt_signer, sign_receipt};
pub use registry::{Entry, VersionToPublish, datanet_id};
pub use revert::Revert;
pub use settlement::{Claimed, Deposit};
pub use transaction::Mined;
