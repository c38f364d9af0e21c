//! Who computes vectors, and how do the threads that do meet the stage that wants them?

use crate::cut::Cut;
use crate::stage::CutKey;
use crate::vectors::VectorCache;
use footnote_domain::embed::{Embed, EmbedError, quantise};
use footnote_retriever::DocumentVectors;
use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A text to embed.
pub(crate) type Job = (CutKey, Arc<Cut>);
/// A text whose vectors were computed, or why not.
pub(crate) type Finished = (CutKey, Result<DocumentVectors, String>);

/// Where the stage and its workers meet.
#[derive(Default)]
pub(crate) struct Desk {
    state: Mutex<DeskState>,
    work_came: Condvar,
    pub(crate) drained: Notify,
}

#[derive(Default)]
struct DeskState {
    queue: VecDeque<Job>,
    running: HashSet<CutKey>,
    finished: Vec<Finished>,
    closed: bool,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, DeskState> {
        // No panic can happen while it is held; even then the lists stay lists.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the queue, but for what is being worked on or waits to be taken.
    pub(crate) fn want(&self, jobs: VecDeque<Job>) {
        let mut state = self.lock();
        let mut seen = state.running.clone();
        seen.extend(state.finished.iter().map(|(key, _)| key.clone()));
        state.queue = jobs.into_iter().filter(|(key, _)| seen.insert(key.clone())).collect();
        self.work_came.notify_all();
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.queue.pop_front() {
                state.running.insert(job.0.clone());
                return Some(job);
            }
            state = self.work_came.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn finish(&self, key: CutKey, result: Result<DocumentVectors, String>) {
        let mut state = self.lock();
        state.running.remove(&key);
        state.finished.push((key, result));
        if state.queue.is_empty() && state.running.is_empty() {
            self.drained.notify_one();
        }
    }

    pub(crate) fn take_finished(&self) -> Vec<Finished> {
        std::mem::take(&mut self.lock().finished)
    }

    fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.work_came.notify_all();
    }
}

/// One thread's share: takes a text, computes its vectors one by one, caches and hands them in.
pub(crate) struct Worker {
    pub(crate) model: Arc<dyn Embed>,
    pub(crate) cache: VectorCache,
    pub(crate) desk: Arc<Desk>,
}

impl Worker {
    /// Works until the desk closes.
    pub(crate) fn run(self) {
        while let Some((key, cut)) = self.desk.next() {
            let attempt = catch_unwind(AssertUnwindSafe(|| self.vectors(&key, &cut)));
            match attempt {
                Ok(Ok(Some(vectors))) => self.desk.finish(key, Ok(vectors)),
                Ok(Ok(None)) => return,
                Ok(Err(error)) => self.desk.finish(key, Err(error.to_string())),
                Err(_) => self.desk.finish(key, Err("the model panicked".to_owned())),
            }
        }
    }

    /// Computed and cached; `None` when the service ends meanwhile.
    fn vectors(&self, key: &CutKey, cut: &Cut) -> Result<Option<DocumentVectors>, EmbedError> {
        let vectors = self.compute(cut)?;
        if let Some(vectors) = &vectors
            && let Err(error) = self.cache.store(key, vectors)
        {
            // They are right all the same; the next start computes them again.
            tracing::warn!(%error, "vectors not cached");
        }
        Ok(vectors)
    }

    fn compute(&self, cut: &Cut) -> Result<Option<DocumentVectors>, EmbedError> {
        let mut vectors = DocumentVectors { passages: Vec::new(), sentences: Vec::new() };
        for passage in &cut.passages {
            if self.desk.is_closed() {
                return Ok(None);
            }
            vectors.passages.push(self.embed(&cut.passage_input(passage))?);
        }
        let mut known: HashMap<&str, Vec<i8>> = HashMap::new();
        for number in 0..cut.sentences.len() {
            if self.desk.is_closed() {
                return Ok(None);
            }
            let sentence = cut.sentence(number);
            if !known.contains_key(sentence) {
                known.insert(sentence, quantise(&self.embed(sentence)?));
            }
            vectors.sentences.push(known[sentence].clone());
        }
        Ok(Some(vectors))
    }

    fn embed(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let vector = self.model.embed(&[text])?.into_iter().next();
        vector.ok_or_else(|| EmbedError("it returned no vector".to_owned()))
    }
}
