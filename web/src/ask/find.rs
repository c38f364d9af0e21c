//! Where might the answer stand? The question's vector, the best passages, their owners' sentences.

use super::evidence::Asked;
use super::sources::{self, Sources};
use super::{AskError, Job, Question};
use crate::app::App;
use footnote_domain::attribution::units::question_tokens;
use footnote_domain::embed::quantise;
use footnote_domain::id::DatanetId;
use footnote_retriever::{Filter, Generation, SearchRequest};
use std::sync::Arc;

/// How many Datanets a question goes to; none named stands for all.
pub(super) fn datanets_searched(generation: &Generation, wanted: &[DatanetId]) -> usize {
    if wanted.is_empty() { generation.datanets().len() } else { wanted.len() }
}

/// The question's vector, where the model knows its language and the generation has vectors of the
/// same model. Computes for about a millisecond.
pub fn question_vector(
    app: &App,
    generation: &Generation,
    question: &Question,
) -> Result<Option<Vec<f32>>, AskError> {
    let indexed = generation.manifest().embedding.as_ref().map(|model| model.digest);
    let loaded = app.embedding_model().map(|model| model.digest);
    if !generation.has_vectors() || indexed != loaded || !app.knows(question.language()) {
        return Ok(None);
    }
    app.embed(question.meant())
}

/// The best passages and their owners' sentences, on a blocking thread.
pub(super) async fn find(
    app: &Arc<App>,
    job: &Job,
    question: &Question,
) -> Result<(Sources, Asked, Option<Vec<f32>>), AskError> {
    let app = Arc::clone(app);
    let generation = Arc::clone(&job.generation);
    let (question, datanets) = (question.clone(), job.request.datanets.clone());
    let owners_most = job.terms.constants.owners_most as usize;
    blocking(move || {
        let vector = question_vector(&app, &generation, &question)?;
        let query = SearchRequest {
            vector: vector.clone(),
            filter: Filter::of_datanets(&datanets),
            limit: app.config.passages * 3,
            ..SearchRequest::new(question.meant(), question.language())
        };
        let hits = generation.search(&query)?.hits;
        let sources = sources::gather(&generation, &hits, app.config.passages, owners_most);
        let asked = Asked {
            tokens: question_tokens(question.meant()),
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
