//! A text that the model is reading or writing: how far it is, what it needs next, and to whom what
//! comes of it goes.

use super::blocks::{BlockPool, PrefixKey, key_after, key_of_mix, keys};
use super::cache::BLOCK_TOKENS;
use super::decoder::{Outcome, Row, Wanted};
use super::lora::Mix;
use super::sample::{Chosen, Sampler, Sampling};
use tokio::sync::{mpsc, oneshot};

/// What shall be written.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The prompt; at least one token.
    pub tokens: Vec<u32>,
    /// The adapters that write; kept alive as long as the answer.
    pub mix: Mix,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Tokens to write, at most; at least one.
    pub tokens_most: usize,
}

/// One step of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said {
    /// The next token.
    Token(Chosen),
    /// The end of the answer.
    End(Ended),
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The model said so.
    ByModel,
    /// It reached the length that was allowed.
    ByLength,
}

/// A given text of which is asked how likely it is.
#[derive(Debug, Clone)]
pub struct Given {
    /// Prompt and continuation.
    pub tokens: Vec<u32>,
    /// Where the continuation begins; at least 1.
    pub from: usize,
    /// The adapters that read.
    pub mix: Mix,
}

/// A text on its way through the model.
pub(super) struct Sequence {
    tokens: Vec<u32>,
    mix: Mix,
    goal: Goal,
    /// Tokens whose keys and values are in the cache.
    read: usize,
    blocks: Vec<u32>,
    /// Blocks that were sealed or shared, and the key of the last one.
    sealed: (usize, PrefixKey),
}

enum Goal {
    Answer { sampler: Box<Sampler>, left: usize, ends: Vec<u32>, to: mpsc::Sender<Said> },
    Score { from: usize, found: Vec<f32>, to: Option<oneshot::Sender<Vec<f32>>> },
}

impl Sequence {
    pub(super) fn answer(asked: Asked, ends: &[u32], to: mpsc::Sender<Said>) -> Self {
        let sampler = Box::new(Sampler::new(asked.sampling));
        let goal = Goal::Answer { sampler, left: asked.tokens_most, ends: ends.to_vec(), to };
        Self::new(asked.tokens, asked.mix, goal)
    }

    pub(super) fn score(given: Given, to: oneshot::Sender<Vec<f32>>) -> Self {
        let goal = Goal::Score { from: given.from, found: Vec::new(), to: Some(to) };
        Self::new(given.tokens, given.mix, goal)
    }

    fn new(tokens: Vec<u32>, mix: Mix, goal: Goal) -> Self {
        let sealed = (0, key_of_mix(&mix));
        Self { tokens, mix, goal, read: 0, blocks: Vec::new(), sealed }
    }

    /// Takes all blocks that it may ever need, so that it never waits for one halfway. False, and
    /// nothing taken, where there are too few now.
    pub(super) fn settle(&mut self, pool: &mut BlockPool) -> bool {
        let (longest, computed) = match &self.goal {
            // The last token that is written is never read.
            Goal::Answer { left, .. } => (self.tokens.len() + left - 1, self.tokens.len() - 1),
            Goal::Score { from, .. } => (self.tokens.len() - 1, from - 1),
        };
        // What is shared ends before the first token about which something is asked.
        let known: Vec<PrefixKey> = keys(self.sealed.1, &self.tokens[..computed]).collect();
        let Some((blocks, shared)) = pool.take(&known, blocks_of(longest)) else { return false };
        self.blocks = blocks;
        self.read = shared * BLOCK_TOKENS;
        if let Some(key) = shared.checked_sub(1).map(|last| known[last]) {
            self.sealed = (shared, key);
        }
        true
    }

    /// Tokens that could be read in the next step.
    pub(super) fn unread(&self) -> usize {
        match &self.goal {
            Goal::Answer { .. } => self.tokens.len() - self.read,
            Goal::Score { .. } => self.tokens.len() - 1 - self.read,
        }
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_forgotten(&self) -> bool {
        match &self.goal {
            Goal::Answer { to, .. } => to.is_closed(),
            Goal::Score { to, .. } => to.as_ref().is_none_or(oneshot::Sender::is_closed),
        }
    }

    /// The row of the next step, which reads `count` tokens.
    pub(super) fn row(&self, count: usize) -> Row {
        let end = self.read + count;
        let wanted = match &self.goal {
            Goal::Answer { .. } if end == self.tokens.len() => Wanted::Logits,
            Goal::Answer { .. } => Wanted::Nothing,
            Goal::Score { from, .. } if end < *from => Wanted::Nothing,
            Goal::Score { from, .. } => {
                let first = (self.read + 1).max(*from);
                Wanted::LogProbabilities(self.tokens[first..=end].to_vec())
            }
        };
        Row {
            tokens: self.tokens[self.read..end].to_vec(),
            position: self.read,
            blocks: self.blocks.clone(),
            mix: self.mix.clone(),
            wanted,
        }
    }

    /// Takes what a step said after `count` tokens. True where it is at its end.
    pub(super) fn take(&mut self, count: usize, outcome: Outcome, pool: &mut BlockPool) -> bool {
        self.read += count;
        self.seal(pool);
        match (&mut self.goal, outcome) {
            (_, Outcome::Nothing) => false,
            (Goal::Answer { sampler, left, ends, to }, Outcome::Logits(logits)) => {
                let chosen = sampler.choose(&logits);
                if ends.contains(&chosen.token) {
                    say(to, Said::End(Ended::ByModel));
                    return true;
                }
                say(to, Said::Token(chosen));
                self.tokens.push(chosen.token);
                *left -= 1;
                if *left == 0 {
                    say(to, Said::End(Ended::ByLength));
                }
                *left == 0
            }
            (Goal::Score { found, to, .. }, Outcome::LogProbabilities(more)) => {
                found.extend(more);
                let done = self.read + 1 == self.tokens.len();
                if done && let Some(to) = to.take() {
                    // Nobody listening any more is no fault.
                    let _ = to.send(std::mem::take(found));
                }
                done
            }
            _ => unreachable!("a step says what is wanted"),
        }
    }

    /// Lets others share the blocks that are full now.
    fn seal(&mut self, pool: &mut BlockPool) {
        let (sealed, key) = &mut self.sealed;
        while (*sealed + 1) * BLOCK_TOKENS <= self.read {
            let block = *sealed * BLOCK_TOKENS..(*sealed + 1) * BLOCK_TOKENS;
            *key = key_after(*key, &self.tokens[block]);
            pool.seal(self.blocks[*sealed], *key);
            *sealed += 1;
        }
    }

    /// Its blocks go back to the pool.
    pub(super) fn leave(self, pool: &mut BlockPool) {
        pool.give_back(&self.blocks);
    }
}

/// Blocks that hold so many tokens.
pub(super) fn blocks_of(tokens: usize) -> usize {
    tokens.div_ceil(BLOCK_TOKENS)
}

fn say(to: &mpsc::Sender<Said>, said: Said) {
    // The channel has room for a whole answer, and nobody listening any more is no fault.
    let _ = to.try_send(said);
}
