//! The JSON API.

mod account;
mod answers;
mod chat;
mod chat_stream;
mod datanets;
mod earnings;
mod evidence;
mod explanations;
mod health;
mod keys;
mod llms;
mod mcp;
pub mod openapi;
mod receipts;
mod search;
mod statement;
mod stats;
mod widget;

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
                .service(at("/mcp", web::post().to(mcp::call)))
                .service(at("/answers/{id}", web::get().to(answers::answer)))
                .service(at("/answers/{id}/evidence", web::get().to(evidence::evidence)))
                .service(at("/receipts/{id}", web::get().to(receipts::receipt)))
                .service(at("/receipts/{id}/explanations", web::get().to(explanations::list)))
                .service(at("/datanets", web::get().to(datanets::datanets)))
                .service(at("/earnings", web::get().to(earnings::all)))
                .service(at("/earnings/{payee}", web::get().to(earnings::one)))
                .service(at("/earnings/{payee}/statement.csv", web::get().to(statement::csv)))
                .service(at("/earnings/{payee}/statement.json", web::get().to(statement::json)))
                .service(at("/account", web::get().to(account::account)))
                .service(at("/account/movements", web::get().to(account::movements)))
                .service(
                    web::resource("/keys")
                        .route(web::get().to(keys::list))
                        .route(web::post().to(keys::make)),
                )
                .service(
                    web::resource("/keys/{id}")
                        .route(web::put().to(keys::change))
                        .route(web::delete().to(keys::revoke)),
                )
                .service(at("/widget/questions", web::get().to(widget::questions)))
                .service(at("/widget/answers", web::post().to(widget::ask)))
                .service(at("/widget/answers/{id}", web::delete().to(widget::erase)))
                .service(at("/widget/answers/{id}/events", web::get().to(widget::events)))
                .service(at("/widget/answers/{id}/feedback", web::post().to(widget::feedback)))
                .default_service(web::to(not_found)),
        );
}

async fn not_found(
    request: actix_web::HttpRequest,
) -> Result<actix_web::HttpResponse, super::error::ApiError> {
    let path = request.path().chars().take(120).collect::<String>();
    Err(super::error::ApiError::not_found("unknown_path", format!("there is nothing at {path}")))
}
