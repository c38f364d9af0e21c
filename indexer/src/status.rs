//! How far is the index, and what is in its way?

use footnote_domain::id::ContentHash;
use footnote_retriever::GenerationId;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// What the indexer is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing is known yet.
    #[default]
    Starting,
    /// Reading the chain.
    Following,
    /// Reading and cutting texts.
    Preparing,
    /// Writing a generation, or about to.
    Writing,
    /// Searchable; vectors are still being computed.
    Embedding,
    /// Up to date.
    Ready,
    /// Something failed and is tried again; see `last_error`.
    Retrying,
}

/// A snapshot for pages, `/readyz` and the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexStatus {
    /// What is being done.
    pub phase: Phase,
    /// The chain's newest block, as last heard.
    pub chain_head: Option<u64>,
    /// The newest block that is safe, as last heard.
    pub safe_head: Option<u64>,
    /// Events are read through this block.
    pub followed_block: Option<u64>,
    /// The published generation shows the chain through this block.
    pub indexed_block: Option<u64>,
    /// Live texts.
    pub documents: usize,
    /// Their passages.
    pub passages: usize,
    /// Passages whose vectors are computed.
    pub vectors_done: usize,
    /// Passages that want vectors; 0 without a model.
    pub vectors_total: usize,
    /// Texts that are not what was promised, with the reason.
    pub quarantined: Vec<(ContentHash, String)>,
    /// Texts registered on chain whose bytes have not arrived yet.
    pub pending: Vec<ContentHash>,
    /// The last failure with its next step; `None` once it is overcome.
    pub last_error: Option<String>,
    /// What else the operator should know, e.g. that the index was rebuilt.
    pub note: Option<String>,
    /// The generation last published.
    pub generation: Option<GenerationId>,
}

/// Where the stages write and everybody else watches.
#[derive(Debug, Clone)]
pub struct StatusBoard {
    sender: watch::Sender<IndexStatus>,
}

impl StatusBoard {
    /// An empty board.
    pub fn new() -> Self {
        Self { sender: watch::Sender::new(IndexStatus::default()) }
    }

    /// To watch it.
    pub fn subscribe(&self) -> watch::Receiver<IndexStatus> {
        self.sender.subscribe()
    }

    /// What it says now.
    pub fn snapshot(&self) -> IndexStatus {
        self.sender.borrow().clone()
    }

    /// Changes it; watchers wake only when something differs.
    pub fn update(&self, change: impl FnOnce(&mut IndexStatus)) {
        self.sender.send_if_modified(|status| {
            let before = status.clone();
            change(status);
            *status != before
        });
    }

    /// Says what is being done.
    pub fn phase(&self, phase: Phase) {
        self.update(|status| status.phase = phase);
    }
}

impl Default for StatusBoard {
    fn default() -> Self {
        Self::new()
    }
}
