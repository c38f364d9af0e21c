//! What does an indexer need to know before it starts?

use crate::blob::BlobStore;
use footnote_domain::id::Address;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that an operator may decide about indexing.
#[derive(Debug, Clone)]
pub struct IndexerSettings {
    /// Folder of the published generations.
    pub generations: PathBuf,
    /// Folder of the indexer's own state: the event log and the cached vectors.
    pub state: PathBuf,
    /// Where the texts lie.
    pub blobs: BlobStore,
    /// The chain that the deployment names.
    pub chain_id: u64,
    /// The registry whose events are followed; another one means another index.
    pub registry: Address,
    /// The registry's first block.
    pub from_block: u64,
    /// Longest text that is indexed, in bytes.
    pub text_bytes_max: u64,
    /// Pause between two looks at the chain.
    pub poll_interval: Duration,
    /// Longest pause after repeated failures.
    pub retry_interval_max: Duration,
    /// Blocks asked for at once while history is read.
    pub history_range_blocks: u64,
    /// Threads that compute vectors.
    pub embed_workers: usize,
    /// Shortest time between two generations that differ in vectors only.
    pub vectors_interval: Duration,
    /// Generations kept on disk, the current one included.
    pub generations_kept: usize,
}

impl IndexerSettings {
    /// The defaults around the folders and the deployment: 8 MiB a text, a look at the chain twice
    /// a second, two workers, vectors published every 20 s, three generations kept.
    pub fn new(
        generations: PathBuf,
        state: PathBuf,
        blobs: BlobStore,
        chain_id: u64,
        registry: Address,
        from_block: u64,
    ) -> Self {
        Self {
            generations,
            state,
            blobs,
            chain_id,
            registry,
            from_block,
            text_bytes_max: 8 * 1024 * 1024,
            poll_interval: Duration::from_millis(500),
            retry_interval_max: Duration::from_secs(15),
            history_range_blocks: 2_000,
            embed_workers: 2,
            vectors_interval: Duration::from_secs(20),
            generations_kept: 3,
        }
    }
}
