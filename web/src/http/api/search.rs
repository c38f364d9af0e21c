//! `POST /v1/search`: passages without an answer. Free of charge.

use crate::app::App;
use crate::ask::present::search_results;
use crate::ask::{AskError, Question, question_vector};
use crate::http::error::{ApiError, json};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use footnote_retriever::Query;
use serde::Deserialize;
use serde_json::json;

/// Most hits in one answer.
const LIMIT_MOST: usize = 50;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchRequest {
    /// What is sought.
    query: String,
    /// Short names of the Datanets; all when empty.
    #[serde(default)]
    datanets: Vec<String>,
    /// Hits wanted, 1 to 50.
    #[serde(default = "ten")]
    limit: usize,
}

fn ten() -> usize {
    10
}

/// Hybrid search with every part of every score.
pub(super) async fn search(
    app: Data<App>,
    body: Json<SearchRequest>,
) -> Result<HttpResponse, ApiError> {
    let SearchRequest { query, datanets, limit } = body.into_inner();
    if !(1..=LIMIT_MOST).contains(&limit) {
        let detail = format!("`limit` is {limit}; give 1 to {LIMIT_MOST}");
        return Err(ApiError::bad_request("invalid_limit", detail));
    }
    let question = Question::parse(&query, app.config.question_chars).map_err(AskError::from)?;
    let datanets = app.datanet_ids(&datanets)?;
    let generation = app.shelf.current().ok_or(AskError::NotReady)?;
    let vector = question_vector(&app.into_inner(), &generation, &question).await?;
    let found = actix_web::web::block(move || {
        let query = Query {
            text: question.text().to_owned(),
            language: question.language(),
            vector,
            datanets,
            limit,
        };
        Ok::<_, AskError>(search_results(&generation, (1..).zip(&generation.search(&query)?)))
    });
    let results = found.await.map_err(|error| AskError::Broken(error.to_string()))??;
    Ok(json(&json!({"object": "list", "data": results})))
}
