//! Which model turns texts into vectors, as the configuration says.

use super::AppError;
use crate::config::Config;
use footnote_domain::embed::Embed;
use footnote_retriever::FastEmbedder;
use std::sync::Arc;

/// Opens the configured model; `None` where none is configured.
pub(crate) fn open(config: &Config) -> Result<Option<Arc<dyn Embed>>, AppError> {
    let Some(embedding) = &config.embedding else { return Ok(None) };
    let languages = embedding.languages.clone();
    let model = FastEmbedder::open(&embedding.model_dir, &embedding.onnxruntime, languages)?;
    Ok(Some(Arc::new(model)))
}
