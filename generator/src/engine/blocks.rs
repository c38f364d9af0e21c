//! Who has which block of the cache, and which blocks can be shared? A full block is known by
//! everything that decided what is in it: the adapters with their weights, and all tokens up to its end.
//! A sequence that begins alike takes it as it is; after a swap of adapters no key is the same, so a
//! stale one is never found.

use super::cache::BLOCK_TOKENS;
use super::lora::Mix;
use footnote_domain::id::Digest;
use std::collections::{BTreeMap, HashMap};

/// Says what is in a full block: a hash over adapters, weights, and every token up to its end.
pub(super) type PrefixKey = Digest;

/// The key of no token at all: the adapters alone.
pub(super) fn key_of_mix(mix: &Mix) -> PrefixKey {
    let mut bytes = b"footnote prefix".to_vec();
    for (adapter, weight) in mix.parts() {
        bytes.extend(adapter.digest().0);
        bytes.extend(weight.to_bits().to_be_bytes());
    }
    Digest::of(&[&bytes])
}

/// The keys of every full block of a text.
pub(super) fn keys(mix: PrefixKey, tokens: &[u32]) -> impl Iterator<Item = PrefixKey> {
    tokens.as_chunks::<BLOCK_TOKENS>().0.iter().scan(mix, |key, block| {
        *key = key_after(*key, block);
        Some(*key)
    })
}

/// The key of a block that follows one with the key `before`.
pub(super) fn key_after(before: PrefixKey, block: &[u32]) -> PrefixKey {
    let bytes: Vec<u8> = block.iter().flat_map(|token| token.to_be_bytes()).collect();
    Digest::of(&[&before.0, &bytes])
}

/// All blocks of a device's cache.
#[derive(Debug)]
pub(super) struct BlockPool {
    free: Vec<u32>,
    blocks: Vec<State>,
    by_key: HashMap<PrefixKey, u32>,
    /// Blocks that nobody uses and that are kept for those who might, the oldest first.
    idle: BTreeMap<u64, u32>,
    clock: u64,
}

#[derive(Debug, Clone, Default)]
struct State {
    users: usize,
    key: Option<PrefixKey>,
    /// When its last user left.
    left: u64,
}

impl BlockPool {
    pub(super) fn new(blocks: usize) -> Self {
        Self {
            free: (0..blocks as u32).rev().collect(),
            blocks: vec![State::default(); blocks],
            by_key: HashMap::new(),
            idle: BTreeMap::new(),
            clock: 0,
        }
    }

    /// Takes what a sequence needs: shared blocks as far as the keys are known, then `count` in all.
    /// The number of shared ones comes with them; `None`, and nothing taken, where there are too few.
    pub(super) fn take(&mut self, keys: &[PrefixKey], count: usize) -> Option<(Vec<u32>, usize)> {
        let known = keys.iter().map_while(|key| self.by_key.get(key).copied());
        let shared: Vec<u32> = known.take(count).collect();
        for block in &shared {
            self.use_again(*block);
        }
        let missing = count - shared.len();
        if missing > self.free.len() + self.idle.len() {
            self.give_back(&shared);
            return None;
        }
        let known = shared.len();
        let mut taken = shared;
        taken.extend((0..missing).map(|_| self.fresh()));
        Some((taken, known))
    }

    /// A block is full now, and stays as it is.
    pub(super) fn seal(&mut self, block: u32, key: PrefixKey) {
        let state = &mut self.blocks[block as usize];
        // Two sequences may have filled blocks alike at the same time: the first one is shared.
        if state.key.is_none() && !self.by_key.contains_key(&key) {
            state.key = Some(key);
            self.by_key.insert(key, block);
        }
    }

    /// A sequence has ended.
    pub(super) fn give_back(&mut self, blocks: &[u32]) {
        // The end of a text is of use to fewer than its beginning: it goes first.
        for block in blocks.iter().rev() {
            let state = &mut self.blocks[*block as usize];
            state.users -= 1;
            if state.users > 0 {
                continue;
            }
            if state.key.is_some() {
                self.clock += 1;
                state.left = self.clock;
                self.idle.insert(self.clock, *block);
            } else {
                self.free.push(*block);
            }
        }
    }

    fn use_again(&mut self, block: u32) {
        let state = &mut self.blocks[block as usize];
        if state.users == 0 {
            self.idle.remove(&state.left);
        }
        state.users += 1;
    }

    /// A block that nobody uses; the caller knows that there is one.
    fn fresh(&mut self) -> u32 {
        let block = self.free.pop().unwrap_or_else(|| {
            let (_, block) = self.idle.pop_first().expect("counted before");
            block
        });
        let state = &mut self.blocks[block as usize];
        if let Some(key) = state.key.take() {
            self.by_key.remove(&key);
        }
        state.users = 1;
        block
    }

    /// Blocks that could be taken.
    #[cfg(test)]
    pub(super) fn available(&self) -> usize {
        self.free.len() + self.idle.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(text: u32, tokens: usize) -> Vec<PrefixKey> {
        let tokens: Vec<u32> = (0..tokens as u32).map(|at| text + at / 32).collect();
        keys(key_of_mix(&Mix::default()), &tokens).collect()
    }

    fn fill(pool: &mut BlockPool, blocks: &[u32], keys: &[PrefixKey]) {
        for (block, key) in blocks.iter().zip(keys) {
            pool.seal(*block, *key);
        }
    }

    #[test]
    fn texts_that_begin_alike_share_their_full_blocks() {
        let mut pool = BlockPool::new(8);
        let keys = keys_of(1, 50);
        assert_eq!(keys.len(), 3, "the fourth is not full");
        let (first, shared) = pool.take(&keys, 4).expect("room");
        assert_eq!(shared, 0);
        fill(&mut pool, &first, &keys);
        let (second, shared) = pool.take(&keys, 4).expect("room");
        assert_eq!((shared, &second[..3]), (3, &first[..3]));
        assert_ne!(second[3], first[3]);
        assert_eq!(pool.available(), 3);
        pool.give_back(&first);
        pool.give_back(&second);
        assert_eq!(pool.available(), 8);
        // The first two blocks of the other text are the same, the third is not.
        let mut other = keys.clone();
        other[2] = keys_of(9, 16)[0];
        assert_eq!(pool.take(&other, 3).expect("room").1, 2);
    }

    #[test]
    fn what_nobody_uses_makes_room_from_its_end_and_what_is_used_never() {
        let mut pool = BlockPool::new(4);
        let keys = keys_of(1, 64);
        let (blocks, _) = pool.take(&keys, 4).expect("room");
        fill(&mut pool, &blocks, &keys);
        assert!(pool.take(&[], 1).is_none(), "all are used");
        pool.give_back(&blocks);
        let (taken, _) = pool.take(&[], 2).expect("room");
        assert_eq!(taken, [blocks[3], blocks[2]]);
        assert!(pool.take(&keys, 4).is_none(), "two are used by another");
        let (again, shared) = pool.take(&keys, 2).expect("room");
        assert_eq!((again, shared), (blocks[..2].to_vec(), 2));
    }

    #[test]
    fn a_key_tells_tokens_order_and_length_apart() {
        let mix = key_of_mix(&Mix::default());
        let of = |tokens: &[u32]| keys(mix, tokens).last();
        let tokens: Vec<u32> = (0..32).collect();
        let mut swapped = tokens.clone();
        swapped.swap(0, 1);
        assert_ne!(of(&tokens), of(&swapped));
        assert_ne!(of(&tokens[16..]), of(&tokens), "the same last block after another first one");
        assert_eq!(of(&tokens[..31]), of(&tokens[..16]));
    }
}
