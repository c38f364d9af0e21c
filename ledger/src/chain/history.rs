//! What happened on the chain, and in which block? The indexer's view of the registry.
//!
//! History is read by ranges of blocks, in pieces that shrink when a node finds them too large; the
//! tip is read by block hash, because a node that lags answers a range with nothing.

use super::address::to_chain;
use super::client::ChainClient;
use super::decode::{TOPICS, chain_event};
use super::error::ChainError;
use alloy::eips::BlockNumberOrTag;
use alloy::primitives::B256;
use alloy::providers::Provider;
use alloy::rpc::types::{Block, Filter, Log};
use async_trait::async_trait;
use footnote_domain::chain::{BlockRef, ChainEvent, EventSource, Finality, SourceError};
use footnote_domain::id::BlockHash;

/// Blocks asked for at once; most hosted nodes allow at least so many.
const RANGE: u64 = 2_000;

impl ChainClient {
    /// The logs that `filter` selects in blocks `from..=to`, in order.
    pub(super) async fn logs(
        &self,
        filter: &Filter,
        from: u64,
        to: u64,
    ) -> Result<Vec<Log>, ChainError> {
        let mut logs = Vec::new();
        let (mut next, mut range) = (from, RANGE);
        while next <= to {
            let last = to.min(next.saturating_add(range - 1));
            let piece = filter.clone().from_block(next).to_block(last);
            match self.rpc.get("reading events", || self.rpc.provider.get_logs(&piece)).await {
                Ok(found) => {
                    logs.extend(found);
                    next = last + 1;
                }
                // Nodes limit the answer's size in words of their own; a block alone always fits.
                Err(ChainError::Refused { .. }) if last > next => range = (last - next).div_ceil(2),
                Err(error) => return Err(error),
            }
        }
        logs.sort_by_key(|log| (log.block_number, log.log_index));
        Ok(logs)
    }

    /// Fails unless the node has the block, since a lagging one would answer with no events.
    pub(super) async fn require_block(&self, number: u64) -> Result<(), ChainError> {
        if self.block_at(number.into()).await?.is_some() {
            return Ok(());
        }
        let reason = format!("it has no block {number} yet");
        Err(ChainError::Unreachable { url: self.rpc.url.clone(), reason })
    }

    async fn block_at(&self, tag: BlockNumberOrTag) -> Result<Option<BlockRef>, ChainError> {
        let provider = &self.rpc.provider;
        let block = self.rpc.get("reading a block", || provider.get_block_by_number(tag)).await?;
        Ok(block.as_ref().map(block_ref))
    }

    /// Whether a block is known and on the chain that the node follows.
    async fn is_canonical(&self, hash: B256) -> Result<bool, ChainError> {
        let provider = &self.rpc.provider;
        let block = self.rpc.get("reading a block", || provider.get_block_by_hash(hash)).await?;
        let Some(number) = block.map(|block| block.header.number) else {
            return Ok(false);
        };
        let here = self.block_at(number.into()).await?;
        Ok(here.is_some_and(|here| here.hash.0 == hash.0))
    }

    fn registry_filter(&self) -> Filter {
        Filter::new().address(to_chain(self.deployment.registry)).event_signature(TOPICS.to_vec())
    }

    fn decode_all(&self, logs: &[Log]) -> Result<Vec<ChainEvent>, ChainError> {
        logs.iter().map(|log| chain_event(log).map_err(|what| self.rpc.malformed(what))).collect()
    }
}

fn block_ref(block: &Block) -> BlockRef {
    BlockRef {
        number: block.header.number,
        hash: BlockHash(block.header.hash.0),
        parent: BlockHash(block.header.parent_hash.0),
        timestamp: block.header.timestamp,
    }
}

#[async_trait]
impl EventSource for ChainClient {
    async fn chain_id(&self) -> Result<u64, SourceError> {
        let provider = &self.rpc.provider;
        Ok(self.rpc.get("reading the chain id", || provider.get_chain_id()).await?)
    }

    async fn head(&self, finality: Finality) -> Result<BlockRef, SourceError> {
        let tag = match finality {
            Finality::Latest => BlockNumberOrTag::Latest,
            Finality::Safe => BlockNumberOrTag::Safe,
            Finality::Finalized => BlockNumberOrTag::Finalized,
        };
        let head = self.block_at(tag).await?;
        head.ok_or_else(|| SourceError::Malformed(format!("there is no {finality:?} block")))
    }

    async fn block(&self, number: u64) -> Result<Option<BlockRef>, SourceError> {
        Ok(self.block_at(number.into()).await?)
    }

    async fn events(&self, from: u64, to: u64) -> Result<Vec<ChainEvent>, SourceError> {
        if from > to {
            return Ok(Vec::new());
        }
        self.require_block(to).await?;
        let logs = self.logs(&self.registry_filter(), from, to).await?;
        Ok(self.decode_all(&logs)?)
    }

    async fn events_of(&self, block: BlockHash) -> Result<Vec<ChainEvent>, SourceError> {
        let hash = B256::from(block.0);
        let filter = self.registry_filter().at_block_hash(hash);
        let answer = self.rpc.get("reading events", || self.rpc.provider.get_logs(&filter)).await;
        // Looked up after the logs: if the block still stands now, it stood when they were read.
        if !self.is_canonical(hash).await? {
            return Err(SourceError::Vanished(block));
        }
        let mut logs = answer?;
        logs.sort_by_key(|log| log.log_index);
        if let Some(stray) = logs.iter().find(|log| log.block_hash != Some(hash)) {
            let found = stray.block_hash;
            return Err(self.rpc.malformed(format!("a log of {found:?} for block {block}")).into());
        }
        Ok(self.decode_all(&logs)?)
    }
}
