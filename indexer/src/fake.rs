//! A chain and an embedding model that live in memory, for tests here and in other crates. The chain
//! keeps the promises of [`EventSource`]; it can be reorganised, cut short and made unreachable.

use async_trait::async_trait;
use footnote_domain::chain::{
    BlockRef, ChainEvent, EventSource, Finality, RegistryEvent, SourceError,
};
use footnote_domain::embed::{Embed, EmbedError, EmbeddingModel};
use footnote_domain::id::{BlockHash, Digest, keccak256};
use footnote_domain::text::{Language, tokens};
use std::sync::{Mutex, MutexGuard, PoisonError};

const URL: &str = "memory://fake-chain";

/// A chain in memory, from a genesis block on.
#[derive(Debug)]
pub struct FakeChain {
    state: Mutex<State>,
}

#[derive(Debug, Clone)]
struct State {
    chain_id: u64,
    blocks: Vec<(BlockRef, Vec<ChainEvent>)>,
    /// Tells blocks of one fork from those of another at the same height.
    fork: u64,
    safe_depth: u64,
    /// Calls answered before the node goes away; `None` for a node that stays.
    calls_left: Option<u64>,
}

impl FakeChain {
    /// A chain with its genesis block only, every block safe at once.
    pub fn new(chain_id: u64) -> Self {
        let state =
            State { chain_id, blocks: Vec::new(), fork: 0, safe_depth: 0, calls_left: None };
        let chain = Self { state: Mutex::new(state) };
        chain.mine(Vec::new());
        chain
    }

    /// Adds a block with these events.
    pub fn mine(&self, events: Vec<RegistryEvent>) -> BlockRef {
        self.lock().mine(events)
    }

    /// Adds empty blocks.
    pub fn mine_empty(&self, count: u64) {
        for _ in 0..count {
            self.mine(Vec::new());
        }
    }

    /// Drops the newest `depth` blocks, never genesis; what is mined next has other hashes. The chain
    /// stays shorter until then, as after a crash of the node.
    pub fn reorganise(&self, depth: usize) {
        let mut state = self.lock();
        let kept = state.blocks.len().saturating_sub(depth).max(1);
        state.blocks.truncate(kept);
        state.fork += 1;
    }

    /// Replaces every block, genesis too: a chain started over.
    pub fn start_over(&self) {
        let mut state = self.lock();
        state.blocks.clear();
        state.fork += 1;
        state.mine(Vec::new());
    }

    /// From now on the safe head is `depth` blocks below the newest.
    pub fn set_safe_depth(&self, depth: u64) {
        self.lock().safe_depth = depth;
    }

    /// The node answers `calls` more calls, then none; `None` brings it back.
    pub fn fail_after(&self, calls: Option<u64>) {
        self.lock().calls_left = calls;
    }

    /// The node now serves another chain id.
    pub fn set_chain_id(&self, chain_id: u64) {
        self.lock().chain_id = chain_id;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer<T>(&self, read: impl FnOnce(&State) -> T) -> Result<T, SourceError> {
        let mut state = self.lock();
        match &mut state.calls_left {
            Some(0) => {
                let reason = "connection refused".to_owned();
                return Err(SourceError::Unreachable { url: URL.to_owned(), reason });
            }
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(read(&state))
    }
}

impl State {
    fn mine(&mut self, events: Vec<RegistryEvent>) -> BlockRef {
        let number = self.blocks.len() as u64;
        let parent = self.blocks.last().map_or(BlockHash::default(), |(block, _)| block.hash);
        let body = serde_json::to_vec(&events).expect("events become JSON");
        let seed = [number.to_be_bytes(), self.fork.to_be_bytes()].concat();
        let hash = BlockHash(keccak256(&[&parent.0, &seed, &body]));
        let block = BlockRef { number, hash, parent, timestamp: 1_700_000_000 + number };
        let place = |(at, event)| ChainEvent {
            block_number: number,
            block_hash: hash,
            log_index: at as u64,
            event,
        };
        self.blocks.push((block, events.into_iter().enumerate().map(place).collect()));
        block
    }

    fn head(&self, finality: Finality) -> BlockRef {
        let newest = self.blocks.len() - 1;
        let depth = match finality {
            Finality::Latest => 0,
            Finality::Safe | Finality::Finalized => self.safe_depth as usize,
        };
        self.blocks[newest.saturating_sub(depth)].0
    }
}

#[async_trait]
impl EventSource for FakeChain {
    async fn chain_id(&self) -> Result<u64, SourceError> {
        self.answer(|state| state.chain_id)
    }

    async fn head(&self, finality: Finality) -> Result<BlockRef, SourceError> {
        self.answer(|state| state.head(finality))
    }

    async fn block(&self, number: u64) -> Result<Option<BlockRef>, SourceError> {
        self.answer(|state| state.blocks.get(number as usize).map(|(block, _)| *block))
    }

    async fn events(&self, from: u64, to: u64) -> Result<Vec<ChainEvent>, SourceError> {
        self.answer(|state| {
            let inside =
                state.blocks.iter().filter(|(block, _)| (from..=to).contains(&block.number));
            inside.flat_map(|(_, events)| events.clone()).collect()
        })
    }

    async fn events_of(&self, hash: BlockHash) -> Result<Vec<ChainEvent>, SourceError> {
        let found = self.answer(|state| {
            let block = state.blocks.iter().find(|(block, _)| block.hash == hash);
            block.map(|(_, events)| events.clone())
        })?;
        found.ok_or(SourceError::Vanished(hash))
    }
}

/// A model whose vectors are the hashed tokens of a text: the same bits every time, and near for
/// texts that share words.
#[derive(Debug)]
pub struct FakeEmbed {
    model: EmbeddingModel,
}

impl FakeEmbed {
    /// A model of so many dimensions that knows all languages.
    pub fn new(dimensions: usize) -> Self {
        let languages =
            vec![Language::English, Language::Spanish, Language::Chinese, Language::Other];
        let digest = Digest::of(&[b"fake", &dimensions.to_be_bytes()]);
        Self { model: EmbeddingModel { id: "fake".to_owned(), digest, dimensions, languages } }
    }

    fn vector(&self, text: &str) -> Vec<f32> {
        let mut vector = vec![0f32; self.model.dimensions];
        // A constant part keeps the vector of a text without tokens from being zero.
        vector[0] = 0.1;
        for token in tokens(text) {
            let hash = keccak256(&[token.as_bytes()]);
            let at = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) as usize;
            vector[at % self.model.dimensions] += if hash[4] & 1 == 0 { 1.0 } else { -1.0 };
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter().map(|x| x / length).collect()
    }
}

impl Embed for FakeEmbed {
    fn model(&self) -> &EmbeddingModel {
        &self.model
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }
}
