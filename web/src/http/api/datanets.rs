//! `GET /v1/datanets`: the Datanets that can be asked.

use crate::app::{App, DatanetView};
use crate::http::error::json;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

/// All Datanets that can be asked.
#[utoipa::path(
    get,
    path = "/v1/datanets",
    tag = "read",
    responses((status = 200, description = "all of them, in the order of their creation", body = DatanetList))
)]
pub(super) async fn datanets(app: Data<App>) -> HttpResponse {
    json(&DatanetList { object: "list", data: app.datanets() })
}

/// A list of Datanets.
#[derive(Debug, Serialize, ToSchema)]
struct DatanetList {
    /// `list`.
    object: &'static str,
    /// The Datanets.
    data: Vec<DatanetView>,
}
