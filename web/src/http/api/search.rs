//! `POST /v1/search`: passages without an answer. Free of charge.

use crate::app::App;
use crate::http::error::{ApiError, Problem, json};
use crate::search::{self, SearchError, SearchForm, SearchHit};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;

/// Passages that were found.
#[derive(Debug, Serialize, ToSchema)]
struct SearchResults {
    /// `list`.
    object: &'static str,
    /// The passages, best first.
    data: Vec<SearchHit>,
    /// Hits on all pages.
    total: usize,
    /// What was sought word for word.
    phrases: Vec<String>,
    /// Whether a phrase is so common that not all of its places were looked at.
    partial: bool,
    /// Whether meaning took part in the ranking.
    by_meaning: bool,
}

/// Passages for some words, with every part of every score. Free of charge.
#[utoipa::path(
    post,
    path = "/v1/search",
    tag = "read",
    request_body = SearchForm,
    responses(
        (status = 200, description = "the passages, best first", body = SearchResults),
        (status = 400, description = "what is wrong with the request", body = Problem),
        (status = 404, description = "there is no such Datanet", body = Problem),
        (status = 503, description = "the index is still being built", body = Problem),
    )
)]
pub(super) async fn search(
    app: Data<App>,
    body: Json<SearchForm>,
) -> Result<HttpResponse, ApiError> {
    let page = search::search(&app, body.into_inner()).await?;
    Ok(json(&SearchResults {
        object: "list",
        data: page.hits,
        total: page.total,
        phrases: page.phrases,
        partial: page.partial,
        by_meaning: page.by_meaning,
    }))
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Invalid { code, detail } => Self::bad_request(code, detail),
            SearchError::Ask(error) => error.into(),
        }
    }
}
