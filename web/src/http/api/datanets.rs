//! `GET /v1/datanets`: the Datanets that can be asked.

use crate::app::App;
use crate::http::error::json;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

/// All Datanets.
pub(super) async fn datanets(app: Data<App>) -> HttpResponse {
    json(&json!({"object": "list", "data": app.datanets()}))
}
