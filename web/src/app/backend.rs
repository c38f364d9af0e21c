//! Who writes the answers, as the configuration says.

use super::AppError;
use crate::config::{BackendConfig, KeyPlace, ServerConfig};
use footnote_domain::score::ScoreRow;
use footnote_generator::engine::{EngineBackend, EngineSettings};
use footnote_generator::{
    ApiKey, Backend, ExtractiveBackend, OpenAiBackend, OpenAiSettings, TokenLimits, Waits,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Opens the configured backend; a model is loaded and warmed before the service says that it is ready.
/// Adapters packed for computing take at most `adapter_bytes` while nobody uses them.
pub(crate) async fn open(
    config: &BackendConfig,
    adapter_bytes: u64,
) -> Result<Arc<dyn Backend>, AppError> {
    match config {
        BackendConfig::Extractive => Ok(Arc::new(ExtractiveBackend::default())),
        BackendConfig::Mistral { model_dir, tokens_in, tokens_out } => {
            mistral(model_dir, *tokens_in, *tokens_out).await
        }
        BackendConfig::Engine { model_dir, tokens_in, tokens_out } => {
            engine(model_dir, *tokens_in, *tokens_out, adapter_bytes).await
        }
        BackendConfig::OpenAi(server) => openai(server).await,
    }
}

/// Lets the backend score one word, so that a model that cannot is named at the start and not by every
/// answer.
pub(crate) async fn check_scorer(backend: &dyn Backend) -> Result<(), AppError> {
    let Some(scorer) = backend.scorer() else {
        let name = backend.name();
        return Err(AppError::Necessity(format!("the backend `{name}` does not score")));
    };
    let row = ScoreRow { prompt: "One, two, ".into(), continuation: "three.".into() };
    let scored = scorer.log_probs(&[row]).await;
    scored.map(|_| ()).map_err(|error| AppError::Necessity(error.to_string()))
}

async fn openai(config: &ServerConfig) -> Result<Arc<dyn Backend>, AppError> {
    let key = config.key.as_ref().map(|place| match place {
        KeyPlace::Variable(name) => ApiKey::from_variable(name),
        KeyPlace::File(path) => ApiKey::from_file(path),
    });
    let waits = Waits {
        connect: Duration::from_secs(config.connect_seconds),
        first_token: Duration::from_secs(config.first_token_seconds),
        between_tokens: Duration::from_secs(config.token_gap_seconds),
        total: Duration::from_secs(config.total_seconds),
    };
    let settings = OpenAiSettings {
        base_url: config.base_url.clone(),
        model: config.model.clone(),
        key: key.transpose()?,
        limits: TokenLimits { tokens_in: config.tokens_in, tokens_out: config.tokens_out },
        waits,
        tries: config.tries,
    };
    Ok(Arc::new(OpenAiBackend::open(settings).await?))
}

async fn engine(
    model_dir: &Path,
    tokens_in: u64,
    tokens_out: u64,
    adapter_bytes: u64,
) -> Result<Arc<dyn Backend>, AppError> {
    tracing::info!(model = %model_dir.display(), "loading the language model");
    let limits = TokenLimits { tokens_in, tokens_out };
    let adapter_bytes = usize::try_from(adapter_bytes).unwrap_or(usize::MAX);
    let settings =
        EngineSettings { adapter_bytes, ..EngineSettings::new(model_dir.to_owned(), limits) };
    Ok(Arc::new(EngineBackend::open(settings).await?))
}

#[cfg(feature = "mistralrs")]
async fn mistral(
    model_dir: &Path,
    tokens_in: u64,
    tokens_out: u64,
) -> Result<Arc<dyn Backend>, AppError> {
    use footnote_generator::{MistralBackend, MistralSettings};
    tracing::info!(model = %model_dir.display(), "loading the language model");
    let limits = TokenLimits { tokens_in, tokens_out };
    let settings = MistralSettings { model_dir: model_dir.to_owned(), limits };
    Ok(Arc::new(MistralBackend::open(settings).await?))
}

#[cfg(not(feature = "mistralrs"))]
async fn mistral(_: &Path, _: u64, _: u64) -> Result<Arc<dyn Backend>, AppError> {
    unreachable!("the configuration refuses a backend that is not in this program")
}
