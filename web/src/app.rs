//! What does every handler share? The open parts of one running service, built once from a
//! configuration for the server, the command line and the tests alike.

mod account;
mod adapters;
pub(crate) mod backend;
mod build;
mod claim;
pub(crate) mod dev_keys;
mod directory;
pub(crate) mod embedder;
mod folder;
mod tasks;
mod unigram_archive;
mod views;

pub use account::{Browser, SignInFailed};
pub(crate) use adapters::mirror as mirror_adapters;
pub use build::{AppError, Service};
pub(crate) use build::{evidence_folders, ledger_beside, ledger_settings_of};
pub use claim::ClaimError;
pub(crate) use claim::claim;
pub(crate) use folder::make_private;
pub use folder::{DataFolder, FolderError, Running};
pub use unigram_archive::UnigramArchive;
pub use views::{DatanetView, DocumentView, PayeeView};

pub(crate) use directory::DirectoryShelf;

use crate::ask::caps::Caps;
use crate::ask::live::LiveAnswers;
use crate::ask::queue::Queue;
use crate::ask::{AskError, tariff, usage_most};
use crate::config::Config;
use footnote_domain::corpus::Datanet;
use footnote_domain::embed::{Embed, EmbeddingModel};
use footnote_domain::id::{DatanetId, PayeeId};
use footnote_domain::money::{FeePolicy, Nano};
use footnote_domain::score::Score;
use footnote_domain::text::Language;
use footnote_generator::adapter::AdapterRegistry;
use footnote_generator::adapter::store::AdapterMemory;
use footnote_generator::{Backend, Expert};
use footnote_indexer::{BlobStore, IndexStatus};
use footnote_ledger::Ledger;
use footnote_ledger::chain::ChainClient;
use footnote_retriever::Shelf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// Symbol of the payment token.
pub const CURRENCY: &str = "OPEN";

/// A running service.
pub struct App {
    /// The configuration it was built from.
    pub config: Config,
    /// The open generation.
    pub shelf: Arc<Shelf>,
    /// The books.
    pub ledger: Ledger,
    /// The texts as contributed.
    pub blobs: BlobStore,
    /// The token counts that receipts name.
    pub unigrams: UnigramArchive,
    /// Answers being written.
    pub live: LiveAnswers,
    /// How far the index is.
    pub index_status: watch::Receiver<IndexStatus>,
    /// The chain.
    pub chain: ChainClient,
    /// Who writes answers.
    pub backend: Arc<dyn Backend>,
    /// Adapters and what they are called.
    pub adapters: Arc<AdapterRegistry>,
    /// Those of them that are in memory.
    pub adapter_memory: AdapterMemory,
    /// What guests may spend.
    pub caps: Caps,
    /// Places for answers written at once, and the line before them.
    pub queue: Queue,
    /// The fee policy in force.
    pub policy: RwLock<FeePolicy>,
    /// Who takes the platform's part.
    pub platform: PayeeId,
    pub(crate) directory: DirectoryShelf,
    pub(crate) secret: [u8; 32],
    pub(crate) embedder: Option<Arc<dyn Embed>>,
}

impl App {
    /// What an answer costs at most; this much is reserved before any work.
    pub fn price_at_most(&self) -> Nano {
        let capabilities = self.backend.capabilities();
        let price = tariff(&capabilities).price(usage_most(&capabilities));
        price.expect("the limits of the configuration keep it an amount")
    }

    /// Whether an answer is priced by the tokens of a model, and so may cost less than the most.
    pub fn priced_by_tokens(&self) -> bool {
        self.backend.capabilities().limits.is_some()
    }

    /// Who judges what a sentence needed, where the configuration asks for it: what wrote, with its
    /// adapters.
    pub(crate) fn scorer(&self, adapters: &[Expert]) -> Option<Arc<dyn Score>> {
        self.config.necessity.then(|| self.backend.scorer_with(adapters.to_vec())).flatten()
    }

    /// The fee policy in force.
    pub fn fee_policy(&self) -> FeePolicy {
        self.policy.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Symbol of the payment token.
    pub fn currency(&self) -> &'static str {
        CURRENCY
    }

    /// Whether search goes by meaning too.
    pub fn embedding_active(&self) -> bool {
        self.embedder.is_some()
    }

    /// Whether the embedding model knows a language.
    pub fn knows(&self, language: Language) -> bool {
        self.embedder.as_ref().is_some_and(|embedder| embedder.model().knows(language))
    }

    /// Whether questions can be answered: a generation with at least one text is open.
    pub fn is_ready(&self) -> bool {
        self.shelf.current().is_some_and(|generation| generation.manifest().counts.live > 0)
    }

    /// The Datanet of a short name, or of an id as the registry has it.
    pub fn datanet_by_slug(&self, slug: &str) -> Result<DatanetId, AskError> {
        let generation = self.shelf.current().ok_or(AskError::NotReady)?;
        let id = slug.parse::<DatanetId>().ok();
        let named = |datanet: &&Datanet| datanet.slug == slug || Some(datanet.id) == id;
        let mut found = generation.datanets().iter().filter(named);
        match (found.next(), found.next()) {
            (None, _) => Err(AskError::UnknownDatanet(slug.to_owned())),
            (Some(one), None) => Ok(one.id),
            // Short names are unique per owner only; guessing would let a stranger stand in.
            (Some(one), Some(other)) => {
                Err(AskError::AmbiguousDatanet(slug.to_owned(), one.id, other.id))
            }
        }
    }

    /// Short names (or ids) to ids; an unknown one is an error, never silently everything.
    pub fn datanet_ids(&self, names: &[String]) -> Result<Vec<DatanetId>, AskError> {
        names.iter().map(|name| self.datanet_by_slug(name)).collect()
    }

    /// One vector of `text`, or none without a model. Computes for about a millisecond.
    pub(crate) fn embed(&self, text: &str) -> Result<Option<Vec<f32>>, AskError> {
        let Some(embedder) = &self.embedder else { return Ok(None) };
        let mut vectors =
            embedder.embed(&[text]).map_err(|error| AskError::Broken(error.to_string()))?;
        Ok(vectors.pop())
    }

    /// The model that computes vectors, when one is loaded.
    pub(crate) fn embedding_model(&self) -> Option<&EmbeddingModel> {
        self.embedder.as_ref().map(|embedder| embedder.model())
    }
}
