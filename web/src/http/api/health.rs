//! Is the service alive, and can it answer?

use crate::app::App;
use crate::http::error::json;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

/// Whether the process lives, and which parts of it are on.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "service",
    responses((status = 200, description = "it lives", body = Object))
)]
pub(super) async fn healthz(app: Data<App>) -> HttpResponse {
    let status = app.index_status.borrow().clone();
    json(&json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "search_by_meaning": if app.embedding_active() { "on" } else { "off: no embedding model is configured" },
        "backend": app.backend.name(),
        "chain_error": status.last_error,
        "index_fault": app.shelf.fault(),
    }))
}

/// Whether questions can be answered.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    responses(
        (status = 200, description = "they can", body = Object),
        (status = 503, description = "not yet; says how far the index is", body = Object),
    )
)]
pub(super) async fn readyz(app: Data<App>) -> HttpResponse {
    let status = app.index_status.borrow().clone();
    if app.is_ready() {
        return json(&json!({"status": "ready", "documents": status.documents}));
    }
    HttpResponse::ServiceUnavailable().insert_header(("retry-after", "1")).json(json!({
        "status": "not ready",
        "next": "wait for the first texts to be indexed, or import some with `footnote import`",
        "index": status,
    }))
}

/// How far the index is.
#[utoipa::path(
    get,
    path = "/v1/status",
    tag = "service",
    responses((status = 200, description = "blocks, texts, passages, vectors, faults", body = Object))
)]
pub(super) async fn status(app: Data<App>) -> HttpResponse {
    let mut status = json!(*app.index_status.borrow());
    // What is published is served a moment later, once its files are checked and open.
    status["serving"] = json!(app.shelf.current().map(|open| open.id().to_string()));
    let adapters = app.adapter_memory.usage();
    status["adapters"] = json!({
        "memory_bytes_most": adapters.budget,
        "memory_bytes": adapters.bytes,
        "ready": adapters.ready,
    });
    json(&status)
}
