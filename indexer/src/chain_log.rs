//! What has been read from the chain so far, and how does it survive a crash?
//!
//! An append-only file of lines `<digest> <json>`: a header naming the deployment, then stretches of
//! blocks with their events. Each digest covers the one before it. The file is a cache of the chain:
//! from the first line that does not check, it is cut off and read again.

use crate::atomic_file;
use crate::error::IndexerError;
use footnote_domain::chain::{BlockRef, ChainEvent};
use footnote_domain::id::{Address, Digest};
use footnote_domain::sealed_lines::{LineReader, LineWriter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Blocks below the tip of which every one is remembered, so that a reorganisation of at most this
/// depth is undone to the very block; of older ones every thousandth and those with events are kept.
pub const WINDOW_BLOCKS: u64 = 256;
/// Distance of the remembered blocks below the window.
const SPARSE_BLOCKS: u64 = 1_000;
/// Lines after which the file is written anew without the blocks that are no longer remembered.
const LINES_MAX: usize = 2_048;

/// Which deployment a log belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The chain's id.
    pub chain_id: u64,
    /// The registry followed.
    pub registry: Address,
    /// Its first block.
    pub from_block: u64,
}

/// Consecutive blocks read at once: those to remember, ascending, the last of them the new tip, and
/// all events among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Blocks to remember; every block with an event is among them.
    pub blocks: Vec<BlockRef>,
    /// Events in order.
    pub events: Vec<ChainEvent>,
}

/// The events of the registry up to a tip, on disk and in memory.
#[derive(Debug)]
pub struct ChainLog {
    path: PathBuf,
    deployment: Deployment,
    file: File,
    length: u64,
    lines: usize,
    last_digest: Digest,
    blocks: BTreeMap<u64, BlockRef>,
    events: Vec<ChainEvent>,
}

impl ChainLog {
    /// Opens the log at `path`. A log of another deployment or a damaged part is dropped; the note
    /// says so.
    ///
    /// # Errors
    /// [`IndexerError::Disk`] when the file cannot be read or written.
    pub fn open(
        path: PathBuf,
        deployment: Deployment,
    ) -> Result<(Self, Option<String>), IndexerError> {
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(missing) if missing.kind() == ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(IndexerError::disk("read", &path)(source)),
        };
        let mut reader = LineReader::new(&bytes);
        let header: Option<Deployment> = reader.next();
        if header != Some(deployment) {
            let note = started_over_note(&path, &bytes, header);
            return Ok((Self::create(path, deployment, Stretch::default())?, note));
        }
        let mut whole = Stretch::default();
        let mut lines = 1;
        while let Some(stretch) = reader.next::<Stretch>() {
            whole.blocks.extend(stretch.blocks);
            whole.events.extend(stretch.events);
            lines += 1;
        }
        let (length, last_digest) = (reader.checked, reader.last_digest);
        let note = cut_off_note(&path, &bytes, length);
        let file = open_for_writing(&path)?;
        let blocks = remembered(whole.blocks, &whole.events);
        let (length, events) = (length as u64, whole.events);
        Ok((Self { path, deployment, file, length, lines, last_digest, blocks, events }, note))
    }

    fn create(path: PathBuf, deployment: Deployment, whole: Stretch) -> Result<Self, IndexerError> {
        let Stretch { blocks, events } = whole;
        let blocks = remembered(blocks, &events);
        let mut writer = LineWriter::default();
        writer.push(&deployment);
        if !blocks.is_empty() {
            let blocks = blocks.values().copied().collect();
            writer.push(&Stretch { blocks, events: events.clone() });
        }
        atomic_file::write(&path, &writer.bytes)?;
        let file = open_for_writing(&path)?;
        let (length, last_digest) = (writer.bytes.len() as u64, writer.last_digest);
        Ok(Self { path, deployment, file, length, lines: 2, last_digest, blocks, events })
    }

    /// The newest block read.
    pub fn tip(&self) -> Option<BlockRef> {
        self.blocks.last_key_value().map(|(_, block)| *block)
    }

    /// The remembered blocks, ascending.
    pub fn blocks(&self) -> impl DoubleEndedIterator<Item = &BlockRef> {
        self.blocks.values()
    }

    /// A remembered block by number.
    pub fn block(&self, number: u64) -> Option<BlockRef> {
        self.blocks.get(&number).copied()
    }

    /// All events in order.
    pub fn events(&self) -> &[ChainEvent] {
        &self.events
    }

    /// Adds what was read next, durably before it counts.
    ///
    /// # Errors
    /// [`IndexerError::Disk`]; the log is then as before.
    pub fn append(&mut self, stretch: Stretch) -> Result<(), IndexerError> {
        assert!(
            stretch.blocks.first().map(|first| first.number) > self.tip().map(|tip| tip.number),
            "a stretch begins above the tip"
        );
        let mut writer = LineWriter { last_digest: self.last_digest, ..LineWriter::default() };
        writer.push(&stretch);
        self.write_behind(&writer.bytes).map_err(IndexerError::disk("append to", &self.path))?;
        self.length += writer.bytes.len() as u64;
        self.last_digest = writer.last_digest;
        self.lines += 1;
        self.blocks.extend(stretch.blocks.into_iter().map(|block| (block.number, block)));
        self.events.extend(stretch.events);
        if self.lines > LINES_MAX { self.rewrite(None) } else { Ok(()) }
    }

    fn write_behind(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        // An append that failed half-way may have left bytes behind the last good line.
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()
    }

    /// Forgets every block and event above `kept`; `None` forgets all.
    ///
    /// # Errors
    /// [`IndexerError::Disk`]; the log is then as before.
    pub fn truncate(&mut self, kept: Option<u64>) -> Result<(), IndexerError> {
        self.rewrite(Some(kept))
    }

    fn rewrite(&mut self, cut: Option<Option<u64>>) -> Result<(), IndexerError> {
        let stays = |number: u64| cut.is_none_or(|kept| Some(number) <= kept);
        let blocks = self.blocks.values().copied().filter(|block| stays(block.number)).collect();
        let events =
            self.events.iter().filter(|event| stays(event.block_number)).cloned().collect();
        *self = Self::create(self.path.clone(), self.deployment, Stretch { blocks, events })?;
        Ok(())
    }
}

fn open_for_writing(path: &Path) -> Result<File, IndexerError> {
    OpenOptions::new().write(true).open(path).map_err(IndexerError::disk("open", path))
}

/// What the user should know of bytes at the end that do not check.
fn cut_off_note(path: &Path, bytes: &[u8], checked: usize) -> Option<String> {
    (checked < bytes.len()).then(|| {
        format!(
            "{} was damaged or cut off after byte {checked}; what followed is read from the chain again",
            path.display()
        )
    })
}

/// What the user should know of a file that does not count at all.
fn started_over_note(path: &Path, bytes: &[u8], header: Option<Deployment>) -> Option<String> {
    let path = path.display();
    match header {
        Some(_) => Some(format!(
            "{path} belonged to another deployment; the index is rebuilt from this one"
        )),
        None if bytes.is_empty() => None,
        None => Some(format!("{path} was damaged; the index is rebuilt from the chain")),
    }
}

/// Which blocks to remember: all in the window, those with events, and a sparse rest.
fn remembered(blocks: Vec<BlockRef>, events: &[ChainEvent]) -> BTreeMap<u64, BlockRef> {
    let Some(tip) = blocks.last().map(|block| block.number) else { return BTreeMap::new() };
    let mut kept = BTreeMap::new();
    let mut last_sparse = None;
    for block in blocks {
        let number = block.number;
        let in_window = number + WINDOW_BLOCKS >= tip;
        let has_event = events.binary_search_by_key(&number, |event| event.block_number).is_ok();
        let is_far = last_sparse.is_none_or(|last| number >= last + SPARSE_BLOCKS);
        if is_far {
            last_sparse = Some(number);
        }
        if in_window || has_event || is_far {
            kept.insert(number, block);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::chain::RegistryEvent;
    use footnote_domain::id::BlockHash;

    const HERE: Deployment = Deployment { chain_id: 1, registry: Address([1; 20]), from_block: 0 };

    fn block(number: u64) -> BlockRef {
        let hash = |n: u64| BlockHash(Digest::of(&[&n.to_be_bytes()]).0);
        BlockRef { number, hash: hash(number), parent: hash(number + 1_000_000), timestamp: number }
    }

    fn event(number: u64) -> ChainEvent {
        ChainEvent {
            block_number: number,
            block_hash: block(number).hash,
            log_index: 0,
            event: RegistryEvent::Committed {
                commitment: Digest::of(&[&number.to_be_bytes()]),
                sender: Address([2; 20]),
            },
        }
    }

    fn stretch(number: u64) -> Stretch {
        Stretch { blocks: vec![block(number)], events: vec![event(number)] }
    }

    #[test]
    fn cut_off_anywhere_a_prefix_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chain.log");
        let (mut log, _) = ChainLog::open(path.clone(), HERE).expect("open");
        for number in 1..=4 {
            log.append(stretch(number)).expect("append");
        }
        let whole = std::fs::read(&path).expect("read");
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).expect("cut");
            let (log, note) = ChainLog::open(path.clone(), HERE).expect("open");
            let wanted: Vec<ChainEvent> = (1..=log.events().len() as u64).map(event).collect();
            assert_eq!(log.events(), wanted, "cut at {length}");
            assert_eq!(log.tip().map_or(0, |tip| tip.number), wanted.len() as u64);
            let at_line_end = whole[..length].last().is_none_or(|byte| *byte == b'\n');
            assert_eq!(note.is_none(), at_line_end, "cut at {length}: {note:?}");
        }
    }

    #[test]
    fn a_changed_byte_is_noticed_and_another_deployment_starts_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chain.log");
        let (mut log, _) = ChainLog::open(path.clone(), HERE).expect("open");
        log.append(stretch(1)).expect("append");
        log.append(stretch(2)).expect("append");
        let mut bytes = std::fs::read(&path).expect("read");
        let last = bytes.len() - 10;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).expect("damage");
        let (log, note) = ChainLog::open(path.clone(), HERE).expect("open");
        assert_eq!(log.events(), [event(1)]);
        assert!(note.expect("a note").contains("chain.log"));
        let there = Deployment { registry: Address([9; 20]), ..HERE };
        let (log, note) = ChainLog::open(path, there).expect("open");
        assert!(log.events().is_empty() && log.tip().is_none());
        assert!(note.expect("a note").contains("another deployment"));
    }

    #[test]
    fn long_and_truncated_logs_reopen_equal() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chain.log");
        let (mut log, _) = ChainLog::open(path.clone(), HERE).expect("open");
        for ten in 0..210 {
            let events = if ten % 70 == 69 { vec![event(ten * 10 + 10)] } else { vec![] };
            let blocks = (ten * 10 + 1..=ten * 10 + 10).map(block).collect();
            log.append(Stretch { blocks, events }).expect("append");
        }
        drop(log);
        let (mut log, _) = ChainLog::open(path.clone(), HERE).expect("open");
        assert!(log.blocks().count() < 300, "old empty blocks are forgotten");
        assert_eq!(log.events().len(), 3);
        assert!(log.block(700).is_some() && log.block(2_000).is_some());
        log.truncate(Some(1_400)).expect("truncate");
        assert_eq!(log.tip(), Some(block(1_400)));
        let (reopened, note) = ChainLog::open(path, HERE).expect("open");
        assert_eq!((reopened.tip(), note), (log.tip(), None));
        assert_eq!(reopened.events(), log.events());
        log.truncate(None).expect("truncate");
        assert!(log.tip().is_none() && log.events().is_empty());
    }
}
