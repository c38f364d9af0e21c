//! The seam to the chain: blocks, and the registry's events as frozen in the contract interface.

use crate::id::{Address, BlockHash, ContentHash, DatanetId, Digest, PayeeId};
use crate::payee::Payees;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A block, and the block it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlockRef {
    /// Height.
    pub number: u64,
    /// Its hash.
    pub hash: BlockHash,
    /// Hash of the block before.
    pub parent: BlockHash,
    /// Seconds since 1970.
    pub timestamp: u64,
}

/// How sure a head must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// The newest block: shown as provisional.
    Latest,
    /// Content is indexed from here.
    Safe,
    /// Money is credited from here.
    Finalized,
}

/// What kind of thing was created in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegistryKind {
    /// A collection of texts.
    Datanet,
    /// A language model.
    Model,
    /// A LoRA adapter.
    Adapter,
    /// An agent.
    Agent,
}

/// Whether a Datanet takes contributions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegistryStatus {
    /// Open for use and contributions.
    Active,
    /// Readable, but takes nothing new.
    Frozen,
    /// Withdrawn.
    Retracted,
}

/// One event of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegistryEvent {
    /// Something was created.
    Created {
        /// Its id.
        id: DatanetId,
        /// What it is.
        kind: RegistryKind,
        /// Who owns it.
        owner: Address,
        /// Its short name.
        slug: String,
    },
    /// A version was published.
    VersionPublished {
        /// Of what.
        id: DatanetId,
        /// Number, from 1.
        version: u64,
        /// Root over its content.
        root: Digest,
        /// Hash of the manifest at `uri`.
        manifest_hash: Digest,
        /// Hash of the licence text.
        licence_hash: Digest,
        /// Where the manifest lies.
        uri: String,
    },
    /// A hash was reserved against front-running.
    Committed {
        /// keccak-256 of content hash, sender and salt.
        commitment: Digest,
        /// By whom.
        sender: Address,
    },
    /// A text was contributed.
    Contributed {
        /// To which Datanet.
        id: DatanetId,
        /// Hash of its bytes.
        content_hash: ContentHash,
        /// By whom.
        sender: Address,
        /// Where it lies, with its description (see [`crate::source_uri`]).
        uri: String,
        /// Bytes.
        size: u64,
        /// The predecessor that it revises.
        supersedes: Option<ContentHash>,
        /// Who is paid.
        payees: Payees,
    },
    /// A text was taken down.
    Removed {
        /// From which Datanet.
        id: DatanetId,
        /// Which text.
        content_hash: ContentHash,
        /// Hash of the reason.
        reason_hash: Digest,
    },
    /// A Datanet was frozen, retracted or reactivated.
    StatusChanged {
        /// Which.
        id: DatanetId,
        /// To what.
        status: RegistryStatus,
    },
    /// A pointer went back to an earlier version.
    RolledBack {
        /// Of what.
        id: DatanetId,
        /// The version now current.
        version: u64,
    },
    /// One thing now answers for another.
    Redirected {
        /// From.
        id: DatanetId,
        /// To.
        to: DatanetId,
    },
    /// An escrow was assigned to an address, effective at a time.
    EscrowAssigned {
        /// The escrow.
        payee: PayeeId,
        /// The address.
        account: Address,
        /// Seconds since 1970 from which it holds.
        valid_at: u64,
    },
    /// An account's pay goes to another address from a time on.
    PayoutSet {
        /// The account.
        account: Address,
        /// The address paid.
        to: Address,
        /// Seconds since 1970 from which it holds.
        valid_at: u64,
    },
}

/// An event with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEvent {
    /// Number of the block that holds it.
    pub block_number: u64,
    /// Hash of that block.
    pub block_hash: BlockHash,
    /// Position in the block.
    pub log_index: u64,
    /// What happened.
    pub event: RegistryEvent,
}

/// Why a chain could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nobody answers, or with an error: worth another try.
    #[error("the chain's RPC at {url} does not answer ({reason}); is the node running?")]
    Unreachable {
        /// Whom we asked.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// A block that was asked for by hash is not on this chain any more.
    #[error("block {0} is no longer part of the chain")]
    Vanished(BlockHash),
    /// An answer that breaks the protocol or a promise of the contracts.
    #[error("the chain answered what cannot be: {0}")]
    Malformed(String),
}

/// Reads blocks and registry events. History is read by ranges; the tip by block hash, because a
/// lagging node answers an empty list for a number it does not have.
#[async_trait]
pub trait EventSource: Send + Sync {
    /// The chain's id.
    async fn chain_id(&self) -> Result<u64, SourceError>;

    /// The head at the given finality.
    async fn head(&self, finality: Finality) -> Result<BlockRef, SourceError>;

    /// The block of a number, `None` when the chain is shorter.
    async fn block(&self, number: u64) -> Result<Option<BlockRef>, SourceError>;

    /// The registry's events in blocks `from..=to`, in order.
    async fn events(&self, from: u64, to: u64) -> Result<Vec<ChainEvent>, SourceError>;

    /// The registry's events of one block, by its hash, in order.
    async fn events_of(&self, block: BlockHash) -> Result<Vec<ChainEvent>, SourceError>;
}
