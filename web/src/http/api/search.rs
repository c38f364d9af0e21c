//! `POST /v1/search`: passages without an answer. Free of charge.

use crate::app::App;
use crate::http::error::{ApiError, json};
use crate::search::{self, SearchError, SearchForm};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use serde_json::json;

/// Hybrid search with every part of every score.
pub(super) async fn search(
    app: Data<App>,
    body: Json<SearchForm>,
) -> Result<HttpResponse, ApiError> {
    let page = search::search(&app, body.into_inner()).await?;
    Ok(json(&json!({
        "object": "list",
        "data": page.hits,
        "total": page.total,
        "phrases": page.phrases,
        "partial": page.partial,
        "by_meaning": page.by_meaning,
    })))
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Invalid { code, detail } => Self::bad_request(code, detail),
            SearchError::Ask(error) => error.into(),
        }
    }
}
