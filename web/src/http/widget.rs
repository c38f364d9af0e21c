//! The chat for other sites: the script that they name, and a page that they can frame instead.

use super::assets;
use super::error::ApiError;
use crate::account::token::KeyText;
use crate::app::App;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use footnote_ledger::{ApiKey, KeyKind};
use serde::Deserialize;

/// Seconds that a browser may keep the loader: a new build is seen within the hour.
const LOADER_CACHE: &str = "public, max-age=3600";

/// `GET /widget.js`.
pub(super) async fn loader(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header(("Cache-Control", LOADER_CACHE))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"));
    assets::text(&request, assets::LOADER, &mut response)
}

/// The framed chat.
#[derive(Template)]
#[template(path = "embed.html")]
struct EmbedPage {
    key: String,
    datanets: String,
    lang: String,
    style: &'static str,
}

/// What `GET /embed` carries.
#[derive(Debug, Deserialize)]
pub(super) struct Framed {
    key: String,
    #[serde(default)]
    datanets: String,
    #[serde(default)]
    lang: String,
}

/// `GET /embed?key=pk_…`: the chat alone, for an `iframe` on the key's sites and nowhere else.
pub(super) async fn embed(app: Data<App>, framed: Query<Framed>) -> Result<HttpResponse, ApiError> {
    let key = known(&app, &framed.key).await?;
    let sites = key.terms.origins.join(" ");
    let policy = format!(
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self' {sites}"
    );
    let page = EmbedPage {
        key: framed.key.clone(),
        datanets: framed.datanets.chars().take(400).collect(),
        lang: framed.lang.chars().take(20).collect(),
        style: assets::href(assets::STYLE),
    };
    let html = page.render().map_err(|error| {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", error.to_string())
    })?;
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .content_type(ContentType::html())
        .body(html))
}

async fn known(app: &App, text: &str) -> Result<ApiKey, ApiError> {
    let hash = KeyText::parse(text).map(|key| key.hash());
    let key = match hash {
        Some(hash) => app.ledger.key_of_hash(hash).await?,
        None => None,
    };
    let usable = |key: &ApiKey| key.kind == KeyKind::Public && key.revoked_at.is_none();
    key.filter(usable).ok_or_else(|| {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "invalid_api_key",
            "this is no public key that opens anything; its owner finds out more on the page of keys",
        )
    })
}
