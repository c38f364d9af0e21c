//! Where might the answer stand? The question's vector, the best passages, their owners' sentences.

use super::evidence::Asked;
use super::sources::{self, Sources};
use super::{AskError, Job, Question};
use crate::app::App;
use footnote_domain::attribution::units::question_tokens;
use footnote_domain::embed::quantise;
use footnote_domain::id::DatanetId;
use footnote_retriever::{Generation, Query};
use std::sync::Arc;
use std::time::Duration;

/// How many Datanets a question goes to; none named stands for all.
pub(super) fn datanets_searched(generation: &Generation, wanted: &[DatanetId]) -> usize {
    if wanted.is_empty() { generation.datanets().len() } else { wanted.len() }
}

/// How long a question's vector is kept: as long as a question is asked again and again.
const VECTOR_KEPT: Duration = Duration::from_secs(3_600);

/// The question's vector, where the model knows its language and the generation has vectors of the
/// same model. One that was computed lately, here or by another process, is taken from the cache.
pub async fn question_vector(
    app: &Arc<App>,
    generation: &Generation,
    question: &Question,
) -> Result<Option<Vec<f32>>, AskError> {
    let indexed = generation.manifest().embedding.as_ref().map(|model| model.digest);
    let loaded = app.embedding_model().map(|model| model.digest);
    if !generation.has_vectors() || indexed != loaded || !app.knows(question.language()) {
        return Ok(None);
    }
    let key = format!("vector/{}/{}", loaded.unwrap_or_default(), question.text());
    if let Some(vector) = kept(app, &key).await {
        return Ok(Some(vector));
    }
    let (computing, text) = (Arc::clone(app), question.text().to_owned());
    let vector = blocking(move || computing.embed(&text)).await?;
    if let Some(vector) = &vector {
        keep(app, &key, vector).await;
    }
    Ok(vector)
}

/// A cache that is away holds nothing.
async fn kept(app: &App, key: &str) -> Option<Vec<f32>> {
    let bytes = app.shared.cache.get(key).await;
    let bytes = bytes.inspect_err(|error| tracing::warn!(%error, "no vector is cached")).ok()??;
    let (numbers, rest) = bytes.as_chunks::<4>();
    (!numbers.is_empty() && rest.is_empty())
        .then(|| numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

async fn keep(app: &App, key: &str, vector: &[f32]) {
    let bytes = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    if let Err(error) = app.shared.cache.put(key, bytes, VECTOR_KEPT).await {
        tracing::warn!(%error, "a vector was not cached");
    }
}

/// The best passages and their owners' sentences, on a blocking thread.
pub(super) async fn find(
    app: &Arc<App>,
    job: &Job,
) -> Result<(Sources, Asked, Option<Vec<f32>>), AskError> {
    let app = Arc::clone(app);
    let generation = Arc::clone(&job.generation);
    let request = job.request.clone();
    let owners_most = job.terms.constants.owners_most as usize;
    let vector = question_vector(&app, &generation, &request.question).await?;
    blocking(move || {
        let question = &request.question;
        let query = Query {
            text: question.text().to_owned(),
            language: question.language(),
            vector: vector.clone(),
            datanets: request.datanets,
            limit: app.config.passages * 3,
        };
        let hits = generation.search(&query)?;
        let sources = sources::gather(&generation, &hits, app.config.passages, owners_most);
        let asked = Asked {
            tokens: question_tokens(question.text()),
            vector: vector.as_deref().map(quantise),
        };
        Ok((sources, asked, vector))
    })
    .await
}

/// Runs `work` where it may compute for long, inside the caller's span.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AskError> + Send + 'static,
) -> Result<T, AskError> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .unwrap_or_else(|error| Err(AskError::Broken(error.to_string())))
}
