//! Which texts still lack vectors, and who computes them? Worker threads beside the other stages, so
//! that new texts are searchable by words while older ones are still being embedded.
//!
//! A text's vectors are all or nothing. The queue holds handles to texts that are in memory anyway;
//! it is set anew in every round, so it never outgrows the corpus.

use crate::assemble::standing;
use crate::cut::Cut;
use crate::desk::{Desk, Job, Worker};
use crate::error::{IndexerError, blocking};
use crate::stage::{CutKey, Kept, Outcome, Stage, Work};
use crate::vectors::VectorCache;
use async_trait::async_trait;
use footnote_domain::corpus::Standing;
use footnote_domain::embed::{Embed, EmbeddingModel};
use footnote_retriever::DocumentVectors;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Pause before a text that could not be embedded is tried again.
const RETRY: Duration = Duration::from_secs(60);

/// Hands texts to the workers and takes their vectors.
pub struct EmbedTexts {
    model: EmbeddingModel,
    cache: VectorCache,
    desk: Arc<Desk>,
    failed: HashMap<CutKey, Instant>,
    looked_up: HashSet<CutKey>,
    forgotten: HashSet<CutKey>,
    workers: Vec<JoinHandle<()>>,
}

#[async_trait]
impl Stage for EmbedTexts {
    fn id(&self) -> &'static str {
        "embed"
    }

    async fn execute(&mut self, work: &mut Work) -> Result<Outcome, IndexerError> {
        self.take_finished(work);
        self.forget_withdrawn(work)?;
        let wanted = self.wanted(work);
        self.load_cached(work, &wanted).await?;
        self.tell(work, &wanted);
        let is_missing = |(key, _): &Job| !work.vectors.contains_key(key) && !self.is_resting(key);
        let missing: VecDeque<Job> = wanted.into_iter().filter(is_missing).collect();
        let outcome = if missing.is_empty() { Outcome::Done } else { Outcome::Waiting };
        self.desk.want(missing);
        Ok(outcome)
    }

    async fn unwind(&mut self, work: &mut Work, _kept: Kept) -> Result<(), IndexerError> {
        let keys: HashSet<CutKey> = work.cut_keys().collect();
        work.vectors.retain(|key, _| keys.contains(key));
        self.desk.want(VecDeque::new());
        self.looked_up.clear();
        self.forgotten.clear();
        Ok(())
    }
}

impl EmbedTexts {
    /// Starts `workers` threads on `model`, with a cache in `folder`.
    ///
    /// # Errors
    /// [`IndexerError::Disk`] when the system grants no thread.
    pub fn start(
        model: Arc<dyn Embed>,
        folder: PathBuf,
        workers: usize,
    ) -> Result<Self, IndexerError> {
        let cache = VectorCache::new(folder.clone(), model.model());
        let desk = Arc::new(Desk::default());
        let mut stage = Self {
            model: model.model().clone(),
            cache: cache.clone(),
            desk: Arc::clone(&desk),
            failed: HashMap::new(),
            looked_up: HashSet::new(),
            forgotten: HashSet::new(),
            workers: Vec::new(),
        };
        for number in 0..workers.max(1) {
            let worker =
                Worker { model: Arc::clone(&model), cache: cache.clone(), desk: Arc::clone(&desk) };
            let thread = std::thread::Builder::new().name(format!("embed-{number}"));
            let handle = thread
                .spawn(move || worker.run())
                .map_err(IndexerError::disk("start a worker thread for", &folder))?;
            stage.workers.push(handle);
        }
        Ok(stage)
    }

    /// Resolves when the workers have run out of texts.
    pub fn drained(&self) -> impl Future<Output = ()> + use<> {
        let desk = Arc::clone(&self.desk);
        async move { desk.drained.notified().await }
    }

    fn take_finished(&mut self, work: &mut Work) {
        for (key, result) in self.desk.take_finished() {
            match result {
                Ok(vectors) => {
                    self.failed.remove(&key);
                    work.vectors.insert(key, Arc::new(vectors));
                    work.changed();
                }
                Err(reason) => {
                    tracing::warn!(text = %key.0, reason, "text not embedded");
                    self.failed.insert(key, Instant::now());
                    let note = format!(
                        "{} text(s) could not be embedded ({reason}); they are found by words only \
                         and tried again every minute",
                        self.failed.len()
                    );
                    work.status.update(|status| status.note = Some(note));
                }
            }
        }
    }

    /// What a withdrawn text left in the cache goes too.
    fn forget_withdrawn(&mut self, work: &mut Work) -> Result<(), IndexerError> {
        let texts = work.corpus.texts().iter();
        let withdrawn = texts.filter(|text| work.corpus.is_withdrawn(text));
        let keys: Vec<CutKey> = withdrawn
            .map(|text| (text.content_hash, text.description.title.clone()))
            .filter(|key| !self.forgotten.contains(key))
            .collect();
        for key in keys {
            self.cache.forget(&key)?;
            work.vectors.remove(&key);
            self.forgotten.insert(key);
        }
        Ok(())
    }

    /// Live texts in a language that the model knows, oldest first.
    fn wanted(&self, work: &Work) -> Vec<Job> {
        let mut wanted = Vec::new();
        for position in 0..work.corpus.texts().len() {
            let Some(cut) = work.cut(position) else { continue };
            if self.model.knows(cut.language) && standing(work, position) == Standing::Live {
                let title = work.corpus.texts()[position].description.title.clone();
                wanted.push(((cut.content_hash, title), Arc::clone(cut)));
            }
        }
        wanted
    }

    /// Takes what is cached at once, so that a restart never publishes fewer vectors than before.
    async fn load_cached(&mut self, work: &mut Work, wanted: &[Job]) -> Result<(), IndexerError> {
        let new = |key: &CutKey| !work.vectors.contains_key(key) && !self.looked_up.contains(key);
        let jobs: Vec<Job> = wanted.iter().filter(|(key, _)| new(key)).cloned().collect();
        if jobs.is_empty() {
            return Ok(());
        }
        self.looked_up.extend(jobs.iter().map(|(key, _)| key.clone()));
        let cache = self.cache.clone();
        let load = move || {
            let load = |(key, cut): Job| Some((cached(&cache, &key, &cut)?, key));
            jobs.into_iter().filter_map(load).collect::<Vec<_>>()
        };
        for (vectors, key) in blocking("embed", load).await? {
            work.vectors.insert(key, Arc::new(vectors));
            work.changed();
        }
        Ok(())
    }

    fn is_resting(&self, key: &CutKey) -> bool {
        self.failed.get(key).is_some_and(|since| since.elapsed() < RETRY)
    }

    fn tell(&self, work: &Work, wanted: &[Job]) {
        let passages = |jobs: &mut dyn Iterator<Item = &Job>| -> usize {
            jobs.map(|(_, cut)| cut.passages.len()).sum()
        };
        let total = passages(&mut wanted.iter());
        let done = passages(&mut wanted.iter().filter(|(key, _)| work.vectors.contains_key(key)));
        work.status.update(|status| {
            status.vectors_done = done;
            status.vectors_total = total;
        });
    }
}

impl Drop for EmbedTexts {
    fn drop(&mut self) {
        self.desk.close();
        for worker in self.workers.drain(..) {
            // It ends after the text it is at; a panic was already turned into a failed text.
            let _ = worker.join();
        }
    }
}

/// The stored vectors of a text, when there is one for each passage and sentence.
fn cached(cache: &VectorCache, key: &CutKey, cut: &Cut) -> Option<DocumentVectors> {
    let counts = (cut.passages.len(), cut.sentences.len());
    cache.load(key).filter(|it| (it.passages.len(), it.sentences.len()) == counts)
}
