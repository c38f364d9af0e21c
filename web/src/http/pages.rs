//! What does a reader see? One file per page: the template's struct and, below it, its handler, which
//! extracts, parses, makes one call and shows the page. Nothing here computes; everything here works
//! without JavaScript.

mod account;
mod answer;
mod api;
mod ask;
mod chart;
mod contributor;
mod datanet;
mod datanets;
mod document;
mod earnings;
mod error;
mod events;
mod excerpt;
mod export;
mod feedback;
mod frame;
mod history;
mod keys;
mod language;
mod markdown;
mod problem;
mod receipt;
mod search;
mod show;
mod sign_in;
mod stats;

pub use error::{PageError, in_the_readers_language, not_found};

use actix_web::web::{self, ServiceConfig};

/// The routes of all pages and their assets.
pub fn configure(routes: &mut ServiceConfig) {
    // A page with a damaged query says so as a page; elsewhere the API's problem details do.
    let page = |path: &str| {
        let queries = web::QueryConfig::default().error_handler(|_, _| PageError::Address.into());
        web::resource(path).app_data(queries)
    };
    routes
        .service(page("/").route(web::get().to(ask::show)))
        .service(page("/ask").route(web::post().to(ask::submit)))
        .service(page("/answers/{id}").route(web::get().to(answer::show)))
        .service(page("/answers/{id}/events").route(web::get().to(events::stream)))
        .service(page("/answers/{id}/export.md").route(web::get().to(export::markdown)))
        .service(page("/answers/{id}/export.json").route(web::get().to(export::json)))
        .service(page("/answers/{id}/feedback").route(web::post().to(feedback::give)))
        .service(page("/answers/{id}/name").route(web::post().to(history::rename)))
        .service(page("/answers/{id}/delete").route(web::post().to(history::delete)))
        .service(page("/answers/{id}/stop").route(web::post().to(history::stop)))
        .service(page("/history").route(web::get().to(history::show)))
        .service(page("/documents/{hash}").route(web::get().to(document::show)))
        .service(page("/receipts/{answer}").route(web::get().to(receipt::show)))
        .service(page("/search").route(web::get().to(search::show)))
        .service(page("/datanets").route(web::get().to(datanets::show)))
        .service(page("/datanets/{slug}").route(web::get().to(datanet::show)))
        .service(page("/earnings").route(web::get().to(earnings::show)))
        .service(page("/earnings/{payee}").route(web::get().to(contributor::show)))
        .service(page("/earnings/{payee}/claim").route(web::post().to(contributor::claim)))
        .service(
            page("/sign-in")
                .route(web::get().to(sign_in::show))
                .route(web::post().to(sign_in::submit)),
        )
        .service(page("/sign-in/sample").route(web::post().to(sign_in::sample)))
        .service(page("/sign-out").route(web::post().to(sign_in::leave)))
        .service(page("/account").route(web::get().to(account::show)))
        .service(page("/account/deposit").route(web::post().to(account::deposit)))
        .service(page("/account/sessions/{id}/end").route(web::post().to(account::end_session)))
        .service(
            page("/account/keys")
                .route(web::get().to(keys::show))
                .route(web::post().to(keys::make)),
        )
        .service(
            page("/account/keys/{id}")
                .route(web::get().to(keys::one))
                .route(web::post().to(keys::change)),
        )
        .service(page("/account/keys/{id}/revoke").route(web::post().to(keys::revoke)))
        .service(page("/api").route(web::get().to(api::show)))
        .service(page("/stats").route(web::get().to(stats::show)))
        .service(page("/language").route(web::post().to(language::choose)))
        .service(page("/assets/{name}").route(web::get().to(crate::http::assets::serve)));
}
