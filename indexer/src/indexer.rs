//! How do the stages work together? A loop of rounds: follow, and unwind where the chain turned;
//! fetch, chunk, embed, write. A failure is told, waited out and tried again; what serves stays.

use crate::adapters::RegisteredAdapters;
use crate::assemble::Snapshot;
use crate::chain_log::{ChainLog, Deployment};
use crate::chunk::Chunk;
use crate::corpus::Corpus;
use crate::embed::EmbedTexts;
use crate::error::IndexerError;
use crate::fetch::Fetch;
use crate::follow::Follow;
use crate::settings::IndexerSettings;
use crate::stage::{Kept, Outcome, Stage, Work};
use crate::status::{IndexStatus, Phase, StatusBoard};
use crate::write::Write;
use footnote_domain::chain::EventSource;
use footnote_domain::embed::{Embed, EmbeddingModel};
use footnote_retriever::{GenerationId, GenerationInput};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Looks at a chain that moves while it is read, before the other stages get their turn.
const FOLLOW_ATTEMPTS: usize = 4;

/// Keeps the published generation equal to what the chain says.
pub struct Indexer {
    follow: Follow,
    fetch: Fetch,
    chunk: Chunk,
    embed: Option<EmbedTexts>,
    write: Write,
    work: Work,
    model: Option<EmbeddingModel>,
    poll_interval: Duration,
    retry_interval_max: Duration,
    /// Held as long as this indexer lives, so that no second one writes beside it.
    _lock: File,
}

impl Indexer {
    /// Opens the state, of this deployment or anew. Without a model, search goes by words and spans.
    ///
    /// # Errors
    /// [`IndexerError::StateInUse`] beside another indexer, [`IndexerError::Disk`].
    pub fn new(
        settings: IndexerSettings,
        source: Arc<dyn EventSource>,
        embed: Option<Arc<dyn Embed>>,
    ) -> Result<Self, IndexerError> {
        let state = settings.state.as_path();
        let lock = lock_state(state)?;
        let deployment = Deployment {
            chain_id: settings.chain_id,
            registry: settings.registry,
            from_block: settings.from_block,
        };
        let (log, note) = ChainLog::open(state.join("chain.log"), deployment)?;
        let model = embed.as_ref().map(|embed| embed.model().clone());
        let start_workers =
            |embed| EmbedTexts::start(embed, state.join("vectors"), settings.embed_workers);
        let status = StatusBoard::new();
        let tip = log.tip().map(|tip| tip.number);
        status.update(|status| (status.note, status.followed_block) = (note, tip));
        Ok(Self {
            follow: Follow::new(
                source,
                settings.chain_id,
                settings.from_block,
                settings.history_range_blocks,
            ),
            fetch: Fetch::new(settings.blobs, settings.text_bytes_max),
            chunk: Chunk,
            embed: embed.map(start_workers).transpose()?,
            write: Write::new(
                settings.generations,
                state,
                model.clone(),
                settings.vectors_interval,
                settings.generations_kept,
            ),
            work: Work::new(log, status),
            model,
            poll_interval: settings.poll_interval,
            retry_interval_max: settings.retry_interval_max,
            _lock: lock,
        })
    }

    /// Watches how far the index is.
    pub fn status(&self) -> watch::Receiver<IndexStatus> {
        self.work.status.subscribe()
    }

    /// Watches which generation serves; `None` until the first is known.
    pub fn published(&self) -> watch::Receiver<Option<GenerationId>> {
        self.write.subscribe()
    }

    /// Watches the registered adapters as of the safe head; `None` until it was reached.
    pub fn adapters(&self) -> watch::Receiver<Option<Arc<RegisteredAdapters>>> {
        self.work.adapters_told.subscribe()
    }

    /// What the events read so far say.
    pub fn corpus(&self) -> &Corpus {
        &self.work.corpus
    }

    /// What a generation written now would hold; `None` before the first block was read.
    pub fn generation_input(&self) -> Option<GenerationInput> {
        Snapshot::of(&self.work, self.model.as_ref()).map(Snapshot::into_input)
    }

    /// Runs until `shutdown` turns true or its sender is gone. Never fails: errors stand in the
    /// status, with the next step, and are tried again with growing pauses.
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        let mut pause = self.poll_interval;
        while !*shutdown.borrow() {
            let round = tokio::select! {
                round = self.round() => round,
                _ = shutdown.wait_for(|stop| *stop) => return,
            };
            pause = match round {
                Ok(_) => self.poll_interval,
                Err(_) => (pause * 2).min(self.retry_interval_max),
            };
            let drained = self.drained();
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = drained => {}
                stopped = shutdown.wait_for(|stop| *stop) => { let _ = stopped; return }
            }
        }
    }

    /// One round of all stages. `true` when everything known is published.
    ///
    /// # Errors
    /// The first failure; the stages that do not need the failed one have run all the same.
    pub async fn round(&mut self) -> Result<bool, IndexerError> {
        let gathered = self.gather().await;
        let written = self.write.execute(&mut self.work).await;
        let result = gathered.and_then(|gathered| Ok((gathered, written?)));
        self.tell(&result);
        result.map(|outcomes| outcomes == (Outcome::Done, Outcome::Done))
    }

    /// All stages but the last: reads the chain and prepares what a generation needs.
    ///
    /// # Errors
    /// Those of the chain come last, so that texts already registered go on being prepared.
    pub async fn gather(&mut self) -> Result<Outcome, IndexerError> {
        let followed = self.follow_chain().await;
        self.fetch.execute(&mut self.work).await?;
        self.chunk.execute(&mut self.work).await?;
        let embedded = match &mut self.embed {
            Some(embed) => embed.execute(&mut self.work).await?,
            None => Outcome::Done,
        };
        followed?;
        Ok(embedded)
    }

    async fn follow_chain(&mut self) -> Result<(), IndexerError> {
        for _ in 0..FOLLOW_ATTEMPTS {
            match self.follow.execute(&mut self.work).await? {
                Outcome::Reorganised(kept) => self.unwind(kept).await?,
                Outcome::Unsettled => tokio::task::yield_now().await,
                Outcome::Done | Outcome::Waiting => break,
            }
        }
        Ok(())
    }

    async fn unwind(&mut self, kept: Kept) -> Result<(), IndexerError> {
        tracing::warn!(?kept, "the chain was reorganised, unwinding");
        let Self { follow, fetch, chunk, embed, write, work, .. } = self;
        let mut stages: Vec<&mut dyn Stage> = vec![follow, fetch, chunk];
        stages.extend(embed.as_mut().map(|embed| embed as &mut dyn Stage));
        stages.push(write);
        for stage in stages {
            stage.unwind(work, kept).await?;
        }
        Ok(())
    }

    fn drained(&self) -> impl Future<Output = ()> + use<> {
        let drained = self.embed.as_ref().map(EmbedTexts::drained);
        async move {
            match drained {
                Some(drained) => drained.await,
                None => std::future::pending().await,
            }
        }
    }

    /// Puts the end of a round on the status board; a failure is logged when it is new.
    fn tell(&self, result: &Result<(Outcome, Outcome), IndexerError>) {
        self.work.status.update(|status| match result {
            Ok(outcomes) => {
                status.last_error = None;
                status.phase = match outcomes {
                    (Outcome::Done, Outcome::Done) => Phase::Ready,
                    (Outcome::Done, _) => Phase::Writing,
                    _ => Phase::Embedding,
                };
            }
            Err(error) => {
                let message = error.to_string();
                if status.last_error.as_ref() != Some(&message) {
                    tracing::error!(error = message, "indexing is held up");
                }
                status.last_error = Some(message);
                status.phase = Phase::Retrying;
            }
        });
    }
}

fn lock_state(state: &Path) -> Result<File, IndexerError> {
    std::fs::create_dir_all(state).map_err(IndexerError::disk("create", state))?;
    let path = state.join("LOCK");
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(IndexerError::disk("open", &path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(IndexerError::StateInUse { path: state.to_owned() }),
        Err(TryLockError::Error(source)) => Err(IndexerError::disk("lock", &path)(source)),
    }
}
