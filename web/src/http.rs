//! The one place that knows HTTP: server, pages, API, errors.

pub mod api;
pub mod assets;
pub mod caller;
mod cors;
pub mod csrf;
pub mod error;
pub mod figures;
mod identity;
mod methods;
pub mod metrics;
mod observe;
pub mod pages;
mod place;
pub mod rate;
mod security;
mod widget;
pub mod words;

use crate::app::App;
use actix_web::dev::Server;
use actix_web::middleware::{Compress, NormalizePath, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App as Actix, HttpServer};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

/// Longest JSON or form body, in bytes; a question is far shorter.
const BODY_BYTES_MOST: usize = 256 * 1024;
/// A client that takes longer to send its head is cut off.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long running requests may take to finish at shutdown.
const SHUTDOWN_SECONDS: u64 = 10;

/// All routes; the same for the server and for tests.
pub fn configure(service: &mut web::ServiceConfig) {
    service
        .app_data(error::json_config(BODY_BYTES_MOST))
        .app_data(error::form_config(BODY_BYTES_MOST))
        .app_data(error::query_config())
        .app_data(error::path_config())
        .service(web::resource("/widget.js").route(web::get().to(widget::loader)))
        .service(web::resource("/embed").route(web::get().to(widget::embed)))
        .configure(api::configure)
        .configure(pages::configure);
}

/// Serves `app` on `listener` until the server's handle is stopped.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(app: Arc<App>, listener: TcpListener) -> std::io::Result<Server> {
    let rates = Data::new(rate::Rates::new(app.config.requests_per_minute));
    let data = Data::from(app);
    let metrics = Data::new(metrics::Metrics::default());
    let figures = Data::new(figures::Figures::default());
    let server = HttpServer::new(move || {
        Actix::new()
            .app_data(data.clone())
            .wrap(from_fn(identity::known))
            .wrap(from_fn(cors::share))
            .app_data(metrics.clone())
            .app_data(figures.clone())
            .app_data(rates.clone())
            .wrap(from_fn(rate::limited))
            .wrap(from_fn(methods::explained))
            .wrap(from_fn(pages::in_the_readers_language))
            .wrap(Compress::default())
            .wrap(from_fn(security::headers))
            .wrap(NormalizePath::trim())
            .wrap(from_fn(observe::observed))
            .configure(configure)
            .default_service(web::to(pages::not_found))
    });
    let server = server
        .client_request_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}
