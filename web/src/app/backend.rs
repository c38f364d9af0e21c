//! Who writes the answers, as the configuration says.

use super::AppError;
use crate::config::BackendConfig;
use footnote_generator::{Backend, ExtractiveBackend};
use std::path::Path;
use std::sync::Arc;

/// Opens the configured backend; a model is loaded and warmed before the service says that it is ready.
pub(super) async fn open(config: &BackendConfig) -> Result<Arc<dyn Backend>, AppError> {
    match config {
        BackendConfig::Extractive => Ok(Arc::new(ExtractiveBackend::default())),
        BackendConfig::Mistral { model_dir, tokens_in, tokens_out } => {
            mistral(model_dir, *tokens_in, *tokens_out).await
        }
    }
}

#[cfg(feature = "mistralrs")]
async fn mistral(
    model_dir: &Path,
    tokens_in: u64,
    tokens_out: u64,
) -> Result<Arc<dyn Backend>, AppError> {
    use footnote_generator::{MistralBackend, MistralSettings, TokenLimits};
    tracing::info!(model = %model_dir.display(), "loading the language model");
    let limits = TokenLimits { tokens_in, tokens_out };
    let settings = MistralSettings { model_dir: model_dir.to_owned(), limits };
    Ok(Arc::new(MistralBackend::open(settings).await?))
}

#[cfg(not(feature = "mistralrs"))]
async fn mistral(_: &Path, _: u64, _: u64) -> Result<Arc<dyn Backend>, AppError> {
    unreachable!("the configuration refuses a backend that is not in this program")
}
