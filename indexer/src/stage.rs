//! What is a stage, and what do the stages share?

use crate::adapters::RegisteredAdapters;
use crate::chain_log::ChainLog;
use crate::corpus::Corpus;
use crate::cut::Cut;
use crate::error::IndexerError;
use crate::fetch::Blob;
use crate::status::StatusBoard;
use async_trait::async_trait;
use footnote_domain::corpus::DatanetProfile;
use footnote_domain::id::{ContentHash, Digest};
use footnote_retriever::DocumentVectors;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::watch;

/// The last block that stays after a reorganisation; `None` when nothing does.
pub type Kept = Option<u64>;

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything that could be done is done.
    Done,
    /// There is more to do soon: it was put off, or others work on it.
    Waiting,
    /// The chain has left the path that was followed; the stages must unwind.
    Reorganised(Kept),
    /// The chain moved while it was read; begin again.
    Unsettled,
}

/// A step from events to a published generation. Every stage can be run again at any time, and can
/// go back: after `unwind(kept)` its part equals that of a fresh start which saw the chain up to
/// `kept` only.
#[async_trait]
pub trait Stage: Send {
    /// Its name, for logs and errors.
    fn id(&self) -> &'static str;

    /// Brings its part of `work` up to date.
    async fn execute(&mut self, work: &mut Work) -> Result<Outcome, IndexerError>;

    /// Forgets what rests on blocks after `kept`. Stages unwind in their order, the log first, so
    /// that the later ones keep what the shortened corpus still refers to.
    async fn unwind(&mut self, work: &mut Work, kept: Kept) -> Result<(), IndexerError>;
}

/// What the stages hand on to one another.
#[derive(Debug)]
pub struct Work {
    /// The events read so far.
    pub log: ChainLog,
    /// Their fold.
    pub corpus: Corpus,
    /// Their fold where adapters are concerned.
    pub adapters: RegisteredAdapters,
    /// Tells the adapters as of the safe head, once it was reached.
    pub adapters_told: watch::Sender<Option<Arc<RegisteredAdapters>>>,
    /// Texts by hash, or why there is none.
    pub texts: HashMap<ContentHash, Blob>,
    /// Readable manifests by hash.
    pub profiles: HashMap<Digest, DatanetProfile>,
    /// Texts cut into sentences and passages, by [`CutKey`].
    pub cuts: HashMap<CutKey, Arc<Cut>>,
    /// Vectors of cut texts, complete ones only.
    pub vectors: HashMap<CutKey, Arc<DocumentVectors>>,
    /// Grows with every change, so that the last stage knows whether to look.
    pub revision: u64,
    /// What is told to the outside.
    pub status: StatusBoard,
}

/// A text under a title: passages leave room for the title.
pub type CutKey = (ContentHash, String);

impl Work {
    /// Starts from a log.
    pub fn new(log: ChainLog, status: StatusBoard) -> Self {
        let corpus = Corpus::of(log.events());
        let adapters = RegisteredAdapters::of(log.events());
        Self {
            log,
            corpus,
            adapters,
            adapters_told: watch::Sender::new(None),
            texts: HashMap::new(),
            profiles: HashMap::new(),
            cuts: HashMap::new(),
            vectors: HashMap::new(),
            revision: 1,
            status,
        }
    }

    /// Tells the adapters to who watches them, when they are others than those told last.
    pub fn tell_adapters(&self) {
        self.adapters_told.send_if_modified(|told| {
            let news = told.as_deref() != Some(&self.adapters);
            if news {
                *told = Some(Arc::new(self.adapters.clone()));
            }
            news
        });
    }

    /// Notes that something changed.
    pub fn changed(&mut self) {
        self.revision += 1;
    }

    /// The key under which each registered text is cut.
    pub fn cut_keys(&self) -> impl Iterator<Item = CutKey> {
        self.corpus.texts().iter().map(|text| (text.content_hash, text.description.title.clone()))
    }

    /// The cut of the text at a position of the corpus, once there is one.
    pub fn cut(&self, position: usize) -> Option<&Arc<Cut>> {
        let text = &self.corpus.texts()[position];
        self.cuts.get(&(text.content_hash, text.description.title.clone()))
    }
}
