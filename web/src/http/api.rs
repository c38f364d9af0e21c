//! The JSON API.

mod answers;
mod chat;
mod chat_stream;
mod datanets;
mod earnings;
mod health;
mod receipts;
mod search;

use actix_web::web::{self, ServiceConfig};

/// Routes of the API.
pub fn configure(service: &mut ServiceConfig) {
    service
        .route("/healthz", web::get().to(health::healthz))
        .route("/readyz", web::get().to(health::readyz))
        .service(
            web::scope("/v1")
                .route("/status", web::get().to(health::status))
                .route("/chat/completions", web::post().to(chat::complete))
                .route("/models", web::get().to(chat::models))
                .route("/search", web::post().to(search::search))
                .route("/answers/{id}", web::get().to(answers::answer))
                .route("/receipts/{id}", web::get().to(receipts::receipt))
                .route("/datanets", web::get().to(datanets::datanets))
                .route("/earnings", web::get().to(earnings::all))
                .route("/earnings/{payee}", web::get().to(earnings::one))
                .default_service(web::to(not_found)),
        );
}

async fn not_found(
    request: actix_web::HttpRequest,
) -> Result<actix_web::HttpResponse, super::error::ApiError> {
    let path = request.path().chars().take(120).collect::<String>();
    Err(super::error::ApiError::not_found("unknown_path", format!("there is nothing at {path}")))
}
