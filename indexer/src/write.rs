//! Is what is published what should be, and if not, is it time to write the next generation?
//!
//! State and published generation may disagree by one step after a crash: a small file says what
//! the serving generation contains; when it does not fit, the generation is written again.

use crate::assemble::{Contents, Snapshot};
use crate::atomic_file;
use crate::error::{IndexerError, blocking};
use crate::stage::{Kept, Outcome, Stage, Work};
use crate::status::Phase;
use async_trait::async_trait;
use footnote_domain::embed::EmbeddingModel;
use footnote_domain::id::{ContentHash, DatanetId};
use footnote_retriever::{
    Generation, GenerationId, collect_garbage, current, publish, write_generation,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// While vectors arrive, writing may take at most one part in so many of the time.
const VECTOR_WRITES_SHARE: u32 = 5;

/// Writes and publishes generations.
pub struct Write {
    root: PathBuf,
    record_path: PathBuf,
    model: Option<EmbeddingModel>,
    vectors_interval: Duration,
    kept: usize,
    published: watch::Sender<Option<GenerationId>>,
    record: Option<Record>,
    seen_revision: u64,
    /// The live texts of the last snapshot; unknown after a start.
    live: Option<HashSet<(DatanetId, ContentHash)>>,
    checked: bool,
    last_write: Option<(Instant, Duration)>,
}

/// What the serving generation says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    generation: GenerationId,
    contents: Contents,
}

#[async_trait]
impl Stage for Write {
    fn id(&self) -> &'static str {
        "write"
    }

    async fn execute(&mut self, work: &mut Work) -> Result<Outcome, IndexerError> {
        self.check_serving().await?;
        if self.seen_revision == work.revision {
            self.settle(work);
            return Ok(Outcome::Done);
        }
        let Some(snapshot) = Snapshot::of(work, self.model.as_ref()) else {
            return Ok(Outcome::Done);
        };
        let (snapshot, contents) = blocking("write", move || {
            let contents = snapshot.contents();
            (snapshot, contents)
        })
        .await?;
        let counts = snapshot.counts();
        if !self.serves(contents) {
            if !self.is_time(contents, work) {
                return Ok(Outcome::Waiting);
            }
            work.status.phase(Phase::Writing);
            self.write(snapshot, contents).await?;
        }
        self.seen_revision = work.revision;
        work.status.update(|status| (status.documents, status.passages) = counts);
        self.settle(work);
        Ok(Outcome::Done)
    }

    async fn unwind(&mut self, _work: &mut Work, _kept: Kept) -> Result<(), IndexerError> {
        self.live = None;
        self.last_write = None;
        Ok(())
    }
}

impl Write {
    /// Writes under `root`; keeps its record in `state`.
    pub fn new(
        root: PathBuf,
        state: &Path,
        model: Option<EmbeddingModel>,
        vectors_interval: Duration,
        kept: usize,
    ) -> Self {
        Self {
            root,
            record_path: state.join("published.json"),
            model,
            vectors_interval,
            kept,
            published: watch::Sender::new(None),
            record: None,
            seen_revision: 0,
            live: None,
            checked: false,
            last_write: None,
        }
    }

    /// Tells which generation serves, as soon as it does.
    pub fn subscribe(&self) -> watch::Receiver<Option<GenerationId>> {
        self.published.subscribe()
    }

    /// Once after a start: is the serving generation sound, and the one that the record speaks of?
    async fn check_serving(&mut self) -> Result<(), IndexerError> {
        if self.checked {
            return Ok(());
        }
        let (root, record_path) = (self.root.clone(), self.record_path.clone());
        let record = blocking("write", move || sound_record(&root, &record_path)).await?;
        if let Some(record) = &record {
            self.published.send_replace(Some(record.generation.clone()));
        }
        self.record = record;
        self.checked = true;
        Ok(())
    }

    fn serves(&self, contents: Contents) -> bool {
        self.record.as_ref().is_some_and(|record| record.contents == contents)
    }

    /// New texts wait at most as long as the last write took; an incomplete set of vectors waits
    /// longer, a complete one not at all.
    fn is_time(&self, contents: Contents, work: &Work) -> bool {
        let Some((ended, took)) = self.last_write else { return true };
        let texts_same = self.record.as_ref().is_some_and(|it| it.contents.texts == contents.texts);
        let status = work.status.snapshot();
        let pause = match (texts_same, status.vectors_done == status.vectors_total) {
            (false, _) => took,
            (true, true) => Duration::ZERO,
            (true, false) => self.vectors_interval.max(took * VECTOR_WRITES_SHARE),
        };
        ended.elapsed() >= pause
    }

    async fn write(&mut self, snapshot: Snapshot, contents: Contents) -> Result<(), IndexerError> {
        let started = Instant::now();
        let live = snapshot.live();
        let (root, record_path) = (self.root.clone(), self.record_path.clone());
        let kept = if self.keeps_all_of_before(&live) { self.kept } else { 0 };
        let record = blocking("write", move || {
            let generation = write_generation(&root, snapshot.into_input(), &|_| {})?;
            publish(&root, &generation)?;
            let record = Record { generation, contents };
            let json = serde_json::to_vec(&record).expect("plain data becomes JSON");
            atomic_file::write(&record_path, &json)?;
            collect_garbage(&root, kept)?;
            Ok::<_, IndexerError>(record)
        })
        .await??;
        self.live = Some(live);
        self.last_write = Some((Instant::now(), started.elapsed()));
        tracing::info!(generation = %record.generation, took = ?started.elapsed(), "generation published");
        self.published.send_replace(Some(record.generation.clone()));
        self.record = Some(record);
        Ok(())
    }

    /// Otherwise older generations hold what was taken down or never happened, and must go.
    fn keeps_all_of_before(&self, live: &HashSet<(DatanetId, ContentHash)>) -> bool {
        self.live.as_ref().is_some_and(|before| before.is_subset(live))
    }

    fn settle(&self, work: &Work) {
        let generation = self.record.as_ref().map(|record| record.generation.clone());
        work.status.update(|status| {
            if generation.is_some() {
                status.indexed_block = status.followed_block;
            }
            status.generation = generation;
        });
    }
}

/// The record, when it speaks of the serving generation and that one opens.
fn sound_record(root: &Path, record_path: &Path) -> Option<Record> {
    let record: Record = serde_json::from_slice(&std::fs::read(record_path).ok()?).ok()?;
    if current(root).ok()? != Some(record.generation.clone()) {
        return None;
    }
    match Generation::open(root, &record.generation) {
        Ok(_) => Some(record),
        Err(error) => {
            tracing::error!(%error, "the serving generation is damaged and is written again");
            None
        }
    }
}
