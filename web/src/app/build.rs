//! From a configuration to a running service: opens every part, starts what runs beside the
//! requests, and says by name what is missing.

use super::folder::{DataFolder, FolderError, make_private, secret};
use super::{App, DirectoryShelf};
use crate::ask::caps::{CapLimits, Caps};
use crate::ask::live::LiveAnswers;
use crate::config::Config;
use crate::shared::{Redis, Shared, SharedError};
use footnote_domain::embed::Embed;
use footnote_domain::id::{Address, PayeeId};
use footnote_domain::money::FeePolicy;
use footnote_indexer::{BlobStore, Indexer, IndexerError, IndexerSettings};
use footnote_ledger::chain::{
    ChainClient, ChainError, Deployment, PrivateKeySigner, dev_signer, signer_address,
};
use footnote_ledger::{Ledger, LedgerError, LedgerSettings, Opening};
use footnote_retriever::{RetrieverError, Shelf};
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

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
    /// The language model's server.
    #[error(transparent)]
    ModelServer(#[from] footnote_generator::OpenAiError),
    /// The key of the language model's server.
    #[error(transparent)]
    ModelKey(#[from] footnote_generator::ApiKeyError),
    /// What processes share.
    #[error(transparent)]
    Shared(#[from] SharedError),
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
    Key(std::path::PathBuf),
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
    pub(crate) fn blobs(&self) -> std::path::PathBuf {
        self.0.join("blobs")
    }
    fn generations(&self) -> std::path::PathBuf {
        self.0.join("generations")
    }
    fn index(&self) -> std::path::PathBuf {
        self.0.join("index")
    }
    fn keys(&self) -> std::path::PathBuf {
        self.0.join("keys")
    }
    pub(super) fn policy(&self) -> std::path::PathBuf {
        self.keys().join("policy.json")
    }
    pub(crate) fn bundles(&self) -> std::path::PathBuf {
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
        let policy = first_policy(&chain, &ledger, &places.policy()).await?;
        let live = LiveAnswers::default();
        let shared = shared(&config, &deployment, &live).await?;
        let app = Arc::new(App {
            caps: Caps::new(cap_limits(&config), Arc::clone(&shared.allowances)),
            places: Arc::new(Semaphore::new(config.answers_at_once)),
            shelf: Arc::clone(&shelf),
            ledger,
            blobs,
            live,
            shared,
            index_status: indexer.status(),
            chain,
            backend: super::backend::open(&config.backend).await?,
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
    /// Takes every place, so that none is left to an answer. Each ends within its time limit; what
    /// is not recorded by then is given back by the next start.
    async fn let_answers_end(&self) {
        let App { places, config, .. } = &*self.app;
        let all = u32::try_from(config.answers_at_once).unwrap_or(u32::MAX);
        let limit = Duration::from_secs(config.answer_seconds);
        if tokio::time::timeout(limit, places.acquire_many(all)).await.is_err() {
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

/// What processes share: a server that is configured must answer at the start.
pub(crate) async fn shared(
    config: &Config,
    deployment: &Deployment,
    live: &LiveAnswers,
) -> Result<Shared, AppError> {
    let Some(url) = &config.redis_url else { return Ok(Shared::in_process(live.clone())) };
    let prefix = format!("footnote/{}/{}/", deployment.chain_id, deployment.settlement);
    let shared = Shared::on_redis(Redis::new(url.secret(), &prefix)?);
    shared.check().await?;
    Ok(shared)
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
    let platform = PayeeId::from_address(operator);
    let signer = receipt_signer(&places.keys().join("receipts.key"))?;
    Ok(settings_with(config, places, deployment, platform, opening, signer))
}

fn settings_with(
    config: &Config,
    places: &Places<'_>,
    deployment: Deployment,
    platform: PayeeId,
    opening: Opening,
    signer: PrivateKeySigner,
) -> LedgerSettings {
    LedgerSettings {
        database_url: places.database_url(config),
        opening,
        chain_id: deployment.chain_id,
        settlement: deployment.settlement,
        // The development token's; production reads it once the token is configurable.
        token_decimals: 18,
        platform,
        treasury: platform,
        promotion_funder: platform.address(),
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
/// by the first start, not by a look: until then another stands in its place.
pub(crate) fn ledger_settings_of(
    config: &Config,
    deployment: Deployment,
) -> Result<LedgerSettings, AppError> {
    let places = Places(&config.data_dir);
    let platform = PayeeId::from_address(operator(config)?);
    let key = places.keys().join("receipts.key");
    let signer = if key.exists() { receipt_signer(&key)? } else { dev_signer(0)? };
    Ok(settings_with(config, &places, deployment, platform, Opening::Beside, signer))
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
