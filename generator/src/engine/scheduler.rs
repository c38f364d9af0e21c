//! Who is in the next step? Requests join and leave between steps: a batch is never waited for.
//!
//! One thread owns the device. Every running answer gets its one token in every step; what is left of
//! the step's room goes to prompts, in the order of their coming, so that a long prompt slows the
//! answers of others a little and never stops them.

use super::blocks::BlockPool;
use super::decoder::{Device, Row};
use super::sequence::{Asked, Given, Said, Sequence};
use super::{EngineError, ModelConfig};
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use tokio::sync::{mpsc, oneshot};

/// Texts that may wait for a place; more wait at the door, in `ask` and `score`.
const WAITING_MOST: usize = 256;
/// Texts in one step.
const TOGETHER_MOST: usize = 128;
/// Tokens in one step: what a prompt may delay the answers of others.
const STEP_TOKENS_MOST: usize = 256;

/// A running model. Clones are the same one; it ends with the last of them.
#[derive(Debug, Clone)]
pub struct Engine {
    jobs: mpsc::Sender<Sequence>,
    config: ModelConfig,
    blocks: usize,
}

impl Engine {
    /// Starts the thread that owns the device.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(device: impl Device + 'static) -> Result<Self, EngineError> {
        let (jobs, waiting) = mpsc::channel(WAITING_MOST);
        let (config, blocks) = (device.config().clone(), device.blocks());
        let driver = Driver {
            pool: BlockPool::new(blocks),
            device: Box::new(device),
            waiting,
            next: None,
            together: Vec::new(),
        };
        thread::Builder::new()
            .name("engine".into())
            .spawn(move || driver.run())
            .map_err(|error| EngineError::Thread(error.to_string()))?;
        Ok(Self { jobs, config, blocks })
    }

    /// The model's measures.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Tokens of prompt and answer together, at most.
    pub fn context(&self) -> usize {
        self.config.context.min(self.blocks * super::cache::BLOCK_TOKENS)
    }

    /// Begins an answer; waits where too many wait already. Dropping the receiver ends it.
    ///
    /// # Errors
    /// When it can never be written, or the engine has stopped.
    pub async fn ask(&self, asked: Asked) -> Result<mpsc::Receiver<Said>, EngineError> {
        if asked.tokens.is_empty() || asked.tokens_most == 0 {
            return Err(EngineError::Empty);
        }
        self.check(&asked.tokens, asked.tokens_most)?;
        let (to, said) = mpsc::channel(asked.tokens_most + 1);
        self.put(Sequence::answer(asked, &self.config.ends, to)).await?;
        Ok(said)
    }

    /// How likely each token of the given continuations is: natural logarithms, text by text. All
    /// texts are read together.
    ///
    /// # Errors
    /// When one can never be read, or the engine has stopped.
    pub async fn score(&self, given: Vec<Given>) -> Result<Vec<Vec<f32>>, EngineError> {
        for one in &given {
            if one.from == 0 || one.from > one.tokens.len() {
                return Err(EngineError::Empty);
            }
            self.check(&one.tokens, 0)?;
        }
        let mut all = Vec::with_capacity(given.len());
        for one in given {
            if one.from == one.tokens.len() {
                all.push(None);
                continue;
            }
            let (to, found) = oneshot::channel();
            self.put(Sequence::score(one, to)).await?;
            all.push(Some(found));
        }
        let mut scores = Vec::with_capacity(all.len());
        for found in all {
            scores.push(match found {
                Some(found) => found.await.map_err(|_| EngineError::Stopped)?,
                None => Vec::new(),
            });
        }
        Ok(scores)
    }

    fn check(&self, tokens: &[u32], more: usize) -> Result<(), EngineError> {
        let (length, most) = (tokens.len() + more, self.context());
        if length > most {
            return Err(EngineError::TooLong { length, most });
        }
        let known = |token: &&u32| **token as usize >= self.config.vocabulary;
        match tokens.iter().find(known) {
            Some(token) => Err(EngineError::Token(*token)),
            None => Ok(()),
        }
    }

    async fn put(&self, sequence: Sequence) -> Result<(), EngineError> {
        self.jobs.send(sequence).await.map_err(|_| EngineError::Stopped)
    }
}

/// What the thread of the device does.
struct Driver {
    device: Box<dyn Device>,
    pool: BlockPool,
    waiting: mpsc::Receiver<Sequence>,
    /// The first of those who wait, where there are too few blocks for it.
    next: Option<Sequence>,
    together: Vec<Sequence>,
}

impl Driver {
    fn run(mut self) {
        while self.admit() {
            self.forget();
            if !self.together.is_empty() {
                self.step();
            }
        }
    }

    /// Takes in who waits, as long as there is room, in their order. Sleeps while nobody is here;
    /// false once nobody can come any more.
    fn admit(&mut self) -> bool {
        while self.together.len() < TOGETHER_MOST {
            let next = self.next.take().or_else(|| self.waiting.try_recv().ok());
            let next = match next {
                None if self.together.is_empty() => match self.waiting.blocking_recv() {
                    Some(next) => next,
                    None => return false,
                },
                None => break,
                Some(next) => next,
            };
            let mut next = next;
            if next.is_forgotten() {
                continue;
            }
            if !next.settle(&mut self.pool) {
                self.next = Some(next);
                break;
            }
            self.together.push(next);
        }
        true
    }

    /// Lets those go whom nobody waits for.
    fn forget(&mut self) {
        for gone in self.together.extract_if(.., |one| one.is_forgotten()) {
            gone.leave(&mut self.pool);
        }
    }

    fn step(&mut self) {
        let counts = shares(self.together.iter().map(Sequence::unread));
        let chosen = || (0..counts.len()).filter(|at| counts[*at] > 0);
        let rows: Vec<Row> = chosen().map(|at| self.together[at].row(counts[at])).collect();
        let device = &mut self.device;
        // Whatever a step leaves half written lies in blocks that nobody shares yet.
        let stepped = panic::catch_unwind(AssertUnwindSafe(|| device.step(&rows)));
        let Ok(outcomes) = stepped else {
            tracing::error!(
                texts = rows.len(),
                "a step of the model failed; its texts are given up"
            );
            self.together.drain(..).for_each(|gone| gone.leave(&mut self.pool));
            return;
        };
        let mut done = vec![false; counts.len()];
        for (at, outcome) in chosen().zip(outcomes) {
            done[at] = self.together[at].take(counts[at], outcome, &mut self.pool);
        }
        let mut done = done.into_iter();
        for gone in self.together.extract_if(.., |_| done.next().unwrap_or(false)) {
            gone.leave(&mut self.pool);
        }
    }
}

/// How many tokens each text may read in a step, given how many it could: one for each first, the rest
/// in their order.
fn shares(unread: impl Iterator<Item = usize>) -> Vec<usize> {
    let unread: Vec<usize> = unread.collect();
    let mut room = STEP_TOKENS_MOST.saturating_sub(unread.len());
    unread
        .into_iter()
        .map(|unread| {
            let more = unread.saturating_sub(1).min(room);
            room -= more;
            unread.min(1 + more)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_moves_on_and_the_first_prompt_gets_the_rest() {
        assert_eq!(shares([1, 1, 40].into_iter()), [1, 1, 40]);
        assert_eq!(shares([1, 900, 1, 900].into_iter()), [1, 253, 1, 1]);
        assert_eq!(shares([0, 3].into_iter()), [0, 3]);
        let many = shares(std::iter::repeat_n(2, TOGETHER_MOST));
        assert_eq!(many.iter().sum::<usize>(), STEP_TOKENS_MOST);
    }
}
