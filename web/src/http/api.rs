//! The JSON API.

mod answers;
mod chat;
mod chat_stream;
mod datanets;
mod earnings;
mod health;
mod llms;
pub mod openapi;
mod receipts;
mod search;
mod stats;

use actix_web::Route;
use actix_web::web::{self, ServiceConfig};

/// Routes of the API. Resources, not routes: a resource tells a wrong method from a wrong address.
pub fn configure(service: &mut ServiceConfig) {
    let at = |path: &str, route: Route| web::resource(path).route(route);
    service
        .service(at("/openapi.json", web::get().to(openapi::serve)))
        .service(at("/llms.txt", web::get().to(llms::llms)))
        .service(at("/metrics", web::get().to(super::metrics::scrape)))
        .service(at("/healthz", web::get().to(health::healthz)))
        .service(at("/readyz", web::get().to(health::readyz)))
        .service(
            web::scope("/v1")
                .service(at("/stats", web::get().to(stats::stats)))
                .service(at("/status", web::get().to(health::status)))
                .service(at("/chat/completions", web::post().to(chat::complete)))
                .service(at("/models", web::get().to(chat::models)))
                .service(at("/search", web::post().to(search::search)))
                .service(at("/answers/{id}", web::get().to(answers::answer)))
                .service(at("/receipts/{id}", web::get().to(receipts::receipt)))
                .service(at("/datanets", web::get().to(datanets::datanets)))
                .service(at("/earnings", web::get().to(earnings::all)))
                .service(at("/earnings/{payee}", web::get().to(earnings::one)))
                .default_service(web::to(not_found)),
        );
}

async fn not_found(
    request: actix_web::HttpRequest,
) -> Result<actix_web::HttpResponse, super::error::ApiError> {
    let path = request.path().chars().take(120).collect::<String>();
    Err(super::error::ApiError::not_found("unknown_path", format!("there is nothing at {path}")))
}
