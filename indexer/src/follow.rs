//! What happened on the chain since the last look, and is the past still the same?
//!
//! History is read by ranges. The last [`WINDOW_BLOCKS`] blocks are read one by one and by hash,
//! because a lagging node answers an empty list for a number that it does not have yet.

use crate::adapters::RegisteredAdapters;
use crate::chain_log::{Stretch, WINDOW_BLOCKS};
use crate::corpus::Corpus;
use crate::error::IndexerError;
use crate::stage::{Kept, Outcome, Stage, Work};
use crate::status::Phase;
use async_trait::async_trait;
use footnote_domain::chain::{BlockRef, ChainEvent, EventSource, Finality, SourceError};
use std::sync::Arc;

/// Blocks of the tip that are stored at once.
const TIP_STRETCH_BLOCKS: usize = 64;

/// Reads the registry's events up to the safe head.
pub struct Follow {
    source: Arc<dyn EventSource>,
    chain_id: u64,
    from_block: u64,
    range_blocks: u64,
}

#[async_trait]
impl Stage for Follow {
    fn id(&self) -> &'static str {
        "follow"
    }

    async fn execute(&mut self, work: &mut Work) -> Result<Outcome, IndexerError> {
        self.check_chain().await?;
        let head = self.safe_head(work).await?;
        if let Some(kept) = self.divergence(work).await? {
            return Ok(Outcome::Reorganised(kept));
        }
        if self.next_block(work) < head.number {
            work.status.phase(Phase::Following);
        }
        let outcome = match self.read_history(work, head).await? {
            Outcome::Done => self.read_tip(work, head).await?,
            unsettled => unsettled,
        };
        if outcome == Outcome::Done {
            work.tell_adapters();
        }
        Ok(outcome)
    }

    async fn unwind(&mut self, work: &mut Work, kept: Kept) -> Result<(), IndexerError> {
        work.log.truncate(kept)?;
        work.corpus = Corpus::of(work.log.events());
        work.adapters = RegisteredAdapters::of(work.log.events());
        work.changed();
        work.status.update(|status| status.followed_block = kept);
        Ok(())
    }
}

impl Follow {
    /// Follows `source`, which must serve `chain_id`, from the registry's first block.
    pub fn new(
        source: Arc<dyn EventSource>,
        chain_id: u64,
        from_block: u64,
        range_blocks: u64,
    ) -> Self {
        Self { source, chain_id, from_block, range_blocks: range_blocks.max(1) }
    }

    async fn check_chain(&self) -> Result<(), IndexerError> {
        let found = self.source.chain_id().await?;
        if found == self.chain_id {
            Ok(())
        } else {
            Err(IndexerError::WrongChain { expected: self.chain_id, found })
        }
    }

    async fn safe_head(&self, work: &Work) -> Result<BlockRef, IndexerError> {
        let latest = self.source.head(Finality::Latest).await?;
        let safe = self.source.head(Finality::Safe).await?;
        work.status.update(|status| {
            status.chain_head = Some(latest.number);
            status.safe_head = Some(safe.number);
        });
        Ok(safe)
    }

    fn next_block(&self, work: &Work) -> u64 {
        work.log.tip().map_or(self.from_block, |tip| tip.number + 1)
    }

    /// `Some` when the chain no longer holds our tip: the newest remembered block that it does hold.
    /// A chain that became shorter than the log is such a case too.
    async fn divergence(&self, work: &Work) -> Result<Option<Kept>, IndexerError> {
        let Some(tip) = work.log.tip() else { return Ok(None) };
        if self.holds(&tip).await? {
            return Ok(None);
        }
        let remembered: Vec<BlockRef> = work.log.blocks().copied().collect();
        // A block commits to all before it, so those that are still held come first.
        let (mut low, mut high) = (0, remembered.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.holds(&remembered[middle]).await? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let kept = low.checked_sub(1).map(|at| remembered[at].number);
        work.status.update(|status| status.note = rebuild_note(tip, kept));
        Ok(Some(kept))
    }

    async fn holds(&self, block: &BlockRef) -> Result<bool, SourceError> {
        Ok(self.source.block(block.number).await?.is_some_and(|found| found.hash == block.hash))
    }

    /// Everything but the last window, by ranges.
    async fn read_history(&self, work: &mut Work, head: BlockRef) -> Result<Outcome, IndexerError> {
        loop {
            let from = self.next_block(work);
            let to = (from + self.range_blocks - 1).min(head.number.saturating_sub(WINDOW_BLOCKS));
            if to < from {
                return Ok(Outcome::Done);
            }
            match self.read_range(work.log.tip(), from, to).await? {
                Some(stretch) => keep(work, stretch)?,
                None => return Ok(Outcome::Unsettled),
            }
        }
    }

    /// The blocks `from..=to`; `None` when the chain moved meanwhile.
    async fn read_range(
        &self,
        anchor: Option<BlockRef>,
        from: u64,
        to: u64,
    ) -> Result<Option<Stretch>, IndexerError> {
        let Some(end) = self.source.block(to).await? else { return Ok(None) };
        let events = self.source.events(from, to).await?;
        check_order(&events, from, to)?;
        let Some(first) = self.source.block(from).await? else { return Ok(None) };
        let Some(mut blocks) = self.blocks_of(&events).await? else { return Ok(None) };
        if anchor.is_none() && blocks.first() != Some(&first) {
            blocks.insert(0, first);
        }
        if blocks.last() != Some(&end) {
            blocks.push(end);
        }
        let anchored = match anchor {
            Some(anchor) => first.parent == anchor.hash || self.holds(&anchor).await?,
            None => true,
        };
        let settled = anchored && self.holds(&end).await?;
        Ok(settled.then_some(Stretch { blocks, events }))
    }

    /// The blocks that hold the events; `None` when one of them is no longer on the chain.
    async fn blocks_of(
        &self,
        events: &[ChainEvent],
    ) -> Result<Option<Vec<BlockRef>>, IndexerError> {
        let mut blocks: Vec<BlockRef> = Vec::new();
        for event in events {
            if blocks.last().is_some_and(|last| last.hash == event.block_hash) {
                continue;
            }
            match self.source.block(event.block_number).await? {
                Some(block) if block.hash == event.block_hash => blocks.push(block),
                _ => return Ok(None),
            }
        }
        Ok(Some(blocks))
    }

    /// The last window, block by block.
    async fn read_tip(&self, work: &mut Work, head: BlockRef) -> Result<Outcome, IndexerError> {
        while self.next_block(work) <= head.number {
            let from = self.next_block(work);
            let to = head.number.min(from + TIP_STRETCH_BLOCKS as u64 - 1);
            match self.read_blocks(work.log.tip(), from, to).await? {
                Some(stretch) => keep(work, stretch)?,
                None => return Ok(Outcome::Unsettled),
            }
        }
        Ok(Outcome::Done)
    }

    async fn read_blocks(
        &self,
        anchor: Option<BlockRef>,
        from: u64,
        to: u64,
    ) -> Result<Option<Stretch>, IndexerError> {
        let mut stretch = Stretch::default();
        let mut before = anchor;
        for number in from..=to {
            let Some(block) = self.source.block(number).await? else { return Ok(None) };
            if before.is_some_and(|before| before.hash != block.parent) {
                return Ok(None);
            }
            match self.source.events_of(block.hash).await {
                Ok(events) => {
                    check_order(&events, number, number)?;
                    stretch.events.extend(events);
                }
                Err(SourceError::Vanished(_)) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
            stretch.blocks.push(block);
            before = Some(block);
        }
        Ok(Some(stretch))
    }
}

fn keep(work: &mut Work, stretch: Stretch) -> Result<(), IndexerError> {
    let new_events = work.log.events().len();
    work.log.append(stretch)?;
    for event in &work.log.events()[new_events..] {
        work.corpus.apply(event);
        work.adapters.apply(event);
    }
    if work.log.events().len() > new_events {
        work.changed();
    }
    let tip = work.log.tip().map(|tip| tip.number);
    work.status.update(|status| status.followed_block = tip);
    Ok(())
}

/// Events must come from the blocks asked for, in ascending order.
fn check_order(events: &[ChainEvent], from: u64, to: u64) -> Result<(), SourceError> {
    let place = |event: &ChainEvent| (event.block_number, event.log_index);
    let ascending = events.windows(2).all(|pair| place(&pair[0]) < place(&pair[1]));
    let inside = events.iter().all(|event| (from..=to).contains(&event.block_number));
    if ascending && inside {
        return Ok(());
    }
    Err(SourceError::Malformed(format!("events of blocks {from} to {to} out of place or order")))
}

fn rebuild_note(tip: BlockRef, kept: Kept) -> Option<String> {
    let deep = kept.is_none_or(|kept| kept + WINDOW_BLOCKS < tip.number);
    let from = kept.map_or("its first block".to_owned(), |kept| format!("block {}", kept + 1));
    deep.then(|| {
        format!(
            "the chain no longer holds block {} and changed deeper than {WINDOW_BLOCKS} blocks; \
             the index is being rebuilt from {from}",
            tip.number
        )
    })
}
