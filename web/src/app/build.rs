//! From a configuration to a running service: opens every part, starts what runs beside the
//! requests, and says by name what is missing.

use super::folder::{DataFolder, FolderError, make_private, secret};
use super::{App, DirectoryShelf, UnigramArchive};
use crate::ask::caps::{CapLimits, Caps};
use crate::ask::live::LiveAnswers;
use crate::ask::queue::Queue;
use crate::config::Config;
use footnote_domain::embed::Embed;
use footnote_domain::id::{Address, PayeeId};
use footnote_domain::money::FeePolicy;
use footnote_generator::adapter::store::AdapterMemory;
use footnote_generator::adapter::{AdapterError, AdapterRegistry};
use footnote_indexer::{BlobStore, Indexer, IndexerError, IndexerSettings};
use footnote_ledger::chain::{
    ChainClient, ChainError, Deployment, PrivateKeySigner, dev_signer, signer_address,
};
use footnote_ledger::{Ledger, LedgerError, LedgerSettings, Opening};
use footnote_retriever::{RetrieverError, Shelf};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::watch;

/// A service that could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The language model.
    #[cfg(feature = "mistralrs")]
    #[error(transparent)]
    Model(#[from] footnote_generator::MistralError),
    /// The language model of the engine.
    #[error(transparent)]
    Engine(#[from] footnote_generator::engine::EngineOpenError),
    /// The language model's server.
    #[error(transparent)]
    ModelServer(#[from] footnote_generator::OpenAiError),
    /// The key of the language model's server.
    #[error(transparent)]
    ModelKey(#[from] footnote_generator::ApiKeyError),
    /// The model does not score.
    #[error("configuration key `generation.necessity`: {0}")]
    Necessity(String),
    /// The adapters.
    #[error(transparent)]
    Adapters(#[from] AdapterError),
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The indexer.
    #[error(transparent)]
    Indexer(#[from] IndexerError),
    /// The index or the embedding model.
    #[error(transparent)]
    Retriever(#[from] RetrieverError),
    /// A key file that is no key.
    #[error(
        "{0} holds no usable key; restore it from a backup, or delete it to have a new one made (receipts will name the new signer)"
    )]
    Key(PathBuf),
    /// No fee policy is known.
    #[error("the fee policy was never read and the chain does not answer: {0}")]
    Policy(#[source] ChainError),
    /// A chain that must not be used for development.
    #[error(
        "chain.dev is set, but the deployment is on chain {0}; the development keys are known to everybody and are refused outside chain 31337"
    )]
    DevElsewhere(u64),
    /// The operator's address is missing.
    #[error(
        "configuration key `chain.operator`: name the address that takes the platform's part (only a development chain has one by itself)"
    )]
    NoOperator,
}

/// The development chain's id.
const DEV_CHAIN: u64 = 31_337;

/// Where things lie in the data folder.
pub(crate) struct Places<'a>(pub(crate) &'a Path);

impl Places<'_> {
    pub(crate) fn blobs(&self) -> PathBuf {
        self.0.join("blobs")
    }
    pub(crate) fn unigrams(&self) -> PathBuf {
        self.0.join("unigrams")
    }
    fn generations(&self) -> PathBuf {
        self.0.join("generations")
    }
    fn index(&self) -> PathBuf {
        self.0.join("index")
    }
    fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }
    pub(super) fn policy(&self) -> PathBuf {
        self.keys().join("policy.json")
    }
    pub(crate) fn bundles(&self) -> PathBuf {
        self.0.join("bundles")
    }
    fn database_url(&self, config: &Config) -> String {
        match &config.database_url {
            Some(server) => server.secret().to_owned(),
            None => format!("sqlite://{}", self.0.join("ledger.sqlite").display()),
        }
    }
}

/// A service with what runs beside it; dropping it stops nothing, [`Service::stop`] does.
pub struct Service {
    /// The shared parts.
    pub app: Arc<App>,
    folder: DataFolder,
    shutdown: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Service {
    /// Opens everything. The chain need not answer: what is indexed and stored is served at once.
    pub async fn open(config: Config, listen: &str) -> Result<Self, AppError> {
        let folder = DataFolder::lock(&config.data_dir, listen)?;
        let places = Places(folder.root());
        make_private(&places.keys())?;
        let deployment = Deployment::load(&config.deployment)?;
        if config.dev && deployment.chain_id != DEV_CHAIN {
            return Err(AppError::DevElsewhere(deployment.chain_id));
        }
        let chain = ChainClient::unchecked(&config.rpc_url, deployment)?;
        let operator = operator(&config)?;
        let ledger = Ledger::open(ledger_settings(
            &config,
            &places,
            deployment,
            operator,
            Opening::Service,
        )?)
        .await?;
        let blobs = BlobStore::open(places.blobs())?;
        let (embedder, index_embedder) = embedders(&config)?;
        let indexer = Indexer::new(
            IndexerSettings::new(
                places.generations(),
                places.index(),
                blobs.clone(),
                deployment.chain_id,
                deployment.registry,
                deployment.block,
            ),
            Arc::new(chain.clone()),
            index_embedder,
        )?;
        let shelf = Arc::new(Shelf::open(&places.generations())?);
        let backend = super::backend::open(&config.backend, config.adapters.memory_bytes).await?;
        if config.necessity {
            super::backend::check_scorer(&*backend).await?;
        }
        make_private(&config.adapters.dir)?;
        let adapters =
            AdapterRegistry::open(&config.adapters.dir, config.adapters.adapter_bytes_max)?;
        let adapter_memory = AdapterMemory::new(
            Arc::new(adapters.disk.clone()),
            config.adapters.memory_bytes,
            tokio::runtime::Handle::current(),
        );
        let policy = first_policy(&chain, &ledger, &places.policy()).await?;
        let app = Arc::new(App {
            caps: Caps::new(cap_limits(&config)),
            queue: Queue::new(config.queue),
            shelf: Arc::clone(&shelf),
            ledger,
            blobs,
            unigrams: UnigramArchive::new(places.unigrams()),
            live: LiveAnswers::default(),
            index_status: indexer.status(),
            chain,
            backend,
            adapters: Arc::new(adapters),
            adapter_memory,
            policy: RwLock::new(policy),
            platform: PayeeId::from_address(operator),
            directory: DirectoryShelf::default(),
            secret: secret(&places.keys().join("pseudonym.secret"))?,
            embedder,
            config,
        });
        let (shutdown, stopping) = watch::channel(false);
        let tasks = super::tasks::start(&app, indexer, &stopping);
        Ok(Self { app, folder, shutdown, tasks })
    }

    /// Says where this service can be reached.
    pub fn announce(&mut self, listen: &str) -> std::io::Result<()> {
        self.folder.announce(listen)
    }

    /// Waits for the answers that are being written, stops what runs beside the requests, then the
    /// ledger's writer.
    pub async fn stop(self) {
        self.let_answers_end().await;
        // Nobody listening means that all have stopped already.
        let _ = self.shutdown.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task ended badly");
            }
        }
        self.app.ledger.close().await;
    }
}

impl Service {
    /// Turns away who waits, and lets the others end. Each does within its time limit; what is not
    /// recorded by then is given back by the next start.
    async fn let_answers_end(&self) {
        let App { queue, config, .. } = &*self.app;
        let limit = Duration::from_secs(config.answer_seconds);
        if tokio::time::timeout(limit, queue.close()).await.is_err() {
            tracing::warn!(
                "answers were still being written at the end; nothing is charged for them"
            );
        }
    }
}

/// Who takes the platform's part and funds the promotion.
fn operator(config: &Config) -> Result<Address, AppError> {
    match config.operator {
        Some(operator) => Ok(operator),
        None if config.dev => Ok(signer_address(&dev_signer(0)?)),
        None => Err(AppError::NoOperator),
    }
}

fn cap_limits(config: &Config) -> CapLimits {
    CapLimits { per_ip: config.promotion_per_ip, per_session: config.promotion_per_session }
}

fn ledger_settings(
    config: &Config,
    places: &Places<'_>,
    deployment: Deployment,
    operator: Address,
    opening: Opening,
) -> Result<LedgerSettings, AppError> {
    let signer = receipt_signer(&places.keys().join("receipts.key"))?;
    Ok(settings_signed_by(signer, config, places, deployment, operator, opening))
}

fn settings_signed_by(
    signer: PrivateKeySigner,
    config: &Config,
    places: &Places<'_>,
    deployment: Deployment,
    operator: Address,
    opening: Opening,
) -> LedgerSettings {
    let platform = PayeeId::from_address(operator);
    LedgerSettings {
        database_url: places.database_url(config),
        opening,
        chain_id: deployment.chain_id,
        settlement: deployment.settlement,
        // The development token's; production reads it once the token is configurable.
        token_decimals: 18,
        platform,
        treasury: platform,
        promotion_funder: Some(operator),
        bundles: places.bundles(),
        signer,
    }
}

/// Opens the books beside a running service, for settling, claiming and auditing.
pub(crate) async fn ledger_beside(config: &Config) -> Result<(Ledger, Deployment), AppError> {
    let places = Places(&config.data_dir);
    let deployment = Deployment::load(&config.deployment)?;
    let operator = operator(config)?;
    make_private(&places.keys())?;
    let settings = ledger_settings(config, &places, deployment, operator, Opening::Beside)?;
    Ok((Ledger::open(settings).await?, deployment))
}

/// What the books of this configuration are, for whoever only looks at them. The key that signs is made
/// by the first start, not by a look: until then another stands in its place, and signs nothing.
pub(crate) fn ledger_settings_of(
    config: &Config,
    deployment: Deployment,
) -> Result<LedgerSettings, AppError> {
    let places = Places(&config.data_dir);
    let key = places.keys().join("receipts.key");
    let signer = if key.exists() { receipt_signer(&key)? } else { dev_signer(0)? };
    let (operator, opening) = (operator(config)?, Opening::Beside);
    Ok(settings_signed_by(signer, config, &places, deployment, operator, opening))
}

/// Where texts and token counts lie, for auditing beside a running service.
pub(crate) fn evidence_folders(config: &Config) -> (PathBuf, PathBuf) {
    let places = Places(&config.data_dir);
    (places.blobs(), places.unigrams())
}

/// The key that signs receipts: made once, kept in the data folder.
fn receipt_signer(path: &Path) -> Result<PrivateKeySigner, AppError> {
    let bytes: [u8; 32] = secret(path)?;
    PrivateKeySigner::from_slice(&bytes).map_err(|_| AppError::Key(path.to_owned()))
}

type Embedders = (Option<Arc<dyn Embed>>, Option<Arc<dyn Embed>>);

/// One instance for questions and one for indexing, so that neither waits for the other.
fn embedders(config: &Config) -> Result<Embedders, AppError> {
    if config.embedding.is_none() {
        tracing::warn!("no embedding model is configured: search goes by words and spans alone");
    }
    Ok((super::embedder::open(config)?, super::embedder::open(config)?))
}

/// The policy of the open epoch: from the chain, or as it was last read when the chain is silent.
async fn first_policy(
    chain: &ChainClient,
    ledger: &Ledger,
    kept: &Path,
) -> Result<FeePolicy, AppError> {
    let epoch = ledger.open_epoch().await?;
    match chain.fee_policy_at(epoch).await {
        Ok(policy) => {
            keep_policy(kept, &policy);
            Ok(policy)
        }
        Err(error) => {
            let text = std::fs::read(kept).ok();
            let policy = text.and_then(|text| serde_json::from_slice::<FeePolicy>(&text).ok());
            let policy =
                policy.filter(|policy| policy.check().is_ok()).ok_or(AppError::Policy(error))?;
            tracing::warn!(
                version = policy.version,
                "the chain does not answer; the fee policy is the one last read"
            );
            Ok(policy)
        }
    }
}

pub(super) fn keep_policy(path: &Path, policy: &FeePolicy) {
    let text = footnote_domain::receipt::canonical_bytes(policy);
    let fresh = path.with_extension("new");
    if let Err(error) = std::fs::write(&fresh, text).and_then(|()| std::fs::rename(&fresh, path)) {
        tracing::warn!(%error, path = %path.display(), "the fee policy could not be kept");
    }
}
