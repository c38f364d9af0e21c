//! Is the service alive, and can it answer?

use crate::app::App;
use crate::http::error::json;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

/// `GET /healthz`: 200 while the process lives; says which parts are on.
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

/// `GET /readyz`: 200 once questions can be answered, 503 with progress until then.
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

/// `GET /v1/status`: how far the index is.
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
