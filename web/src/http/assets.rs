//! How do styles, scripts, fonts and marks reach a browser? Out of the binary, under names that carry
//! the hash of their bytes, so that a copy may be kept for ever and a new build is seen at once.

use actix_web::http::header::{ACCEPT_ENCODING, CacheControl, CacheDirective, ContentEncoding};
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, VARY};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Embedded;

/// The one style sheet is these, in this order: every page needs most of it, and one request is
/// cheaper than eight.
const SHEETS: [&str; 13] = [
    "css/tokens.css",
    "css/fonts.css",
    "css/base.css",
    "css/ask.css",
    "css/answer.css",
    "css/document.css",
    "css/books.css",
    "css/account.css",
    "css/search.css",
    "css/history.css",
    "css/stats.css",
    "css/api.css",
    "css/print.css",
];

/// The modules of the widget, those that others import first.
const MODULES: [&str; 7] = [
    "widget/dom.js",
    "widget/memory.js",
    "widget/strings.js",
    "widget/stream.js",
    "widget/style.js",
    "widget/chat.js",
    LOADER,
];

/// The script that other sites name, for [`text`].
pub(super) const LOADER: &str = "widget/loader.js";

/// The style sheet's name for [`href`].
pub const STYLE: &str = "footnote.css";

struct Asset {
    href: String,
    media_type: &'static str,
    body: Bytes,
    gzip: Option<Bytes>,
}

struct Assets {
    by_name: HashMap<String, Asset>,
    names: HashMap<String, String>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::build);

/// The address of an asset, such as `fonts/inter-latin.woff2`, with the hash in its name.
///
/// # Panics
/// When no such asset is embedded: a misspelt name in a template, found by the first test that
/// renders it.
pub fn href(name: &str) -> &'static str {
    let asset = ASSETS.by_name.get(name);
    &asset.unwrap_or_else(|| panic!("`{name}` lies in web/assets")).href
}

/// The bytes of an asset, plain or compressed as the request allows, under an address that stays.
pub(super) fn text(
    request: &HttpRequest,
    name: &str,
    response: &mut HttpResponseBuilder,
) -> HttpResponse {
    let asset = &ASSETS.by_name[name];
    response.insert_header((CONTENT_TYPE, asset.media_type));
    body(request, asset, response)
}

/// `GET /assets/{name}`: the bytes, compressed where the browser takes that, cacheable for ever.
pub async fn serve(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    let known = ASSETS.names.get(name.as_str()).and_then(|name| ASSETS.by_name.get(name));
    let Some(asset) = known else { return HttpResponse::NotFound().finish() };
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, asset.media_type));
    response.insert_header(("X-Content-Type-Options", "nosniff"));
    response.insert_header(CacheControl(vec![
        CacheDirective::Public,
        CacheDirective::MaxAge(31_536_000),
        CacheDirective::Extension("immutable".to_owned(), None),
    ]));
    if known_as_module(asset) {
        // Modules are fetched by pages of other sites, without anybody's cookies.
        response.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    }
    body(&request, asset, &mut response)
}

fn known_as_module(asset: &Asset) -> bool {
    MODULES.iter().any(|name| ASSETS.by_name[*name].href == asset.href)
}

fn body(request: &HttpRequest, asset: &Asset, response: &mut HttpResponseBuilder) -> HttpResponse {
    match &asset.gzip {
        Some(gzip) if takes_gzip(request) => response
            .insert_header(ContentEncoding::Gzip)
            .insert_header((VARY, "Accept-Encoding"))
            .body(gzip.clone()),
        Some(_) => response.insert_header((VARY, "Accept-Encoding")).body(asset.body.clone()),
        None => response.insert_header(ContentEncoding::Identity).body(asset.body.clone()),
    }
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let header = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    header.unwrap_or_default().split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("gzip") && parts.all(|weight| !matches!(weight, "q=0" | "q=0.0"))
    })
}

impl Assets {
    fn build() -> Self {
        let mut assets = Self { by_name: HashMap::new(), names: HashMap::new() };
        let later = |name: &str| name.starts_with("css/") || name.starts_with("widget/");
        for name in Embedded::iter().filter(|name| !later(name)) {
            assets.add(&name, embedded(&name));
        }
        for name in MODULES {
            let module = String::from_utf8_lossy(&embedded(name)).into_owned();
            let module = assets.with_hashed_modules(module);
            assets.add(name, Bytes::from(module));
        }
        // The style sheet comes last: it names the fonts by their hashed addresses.
        let sheets: Vec<u8> = SHEETS.iter().flat_map(|name| embedded(name).to_vec()).collect();
        let style = String::from_utf8_lossy(&sheets).into_owned();
        let style = assets.with_hashed_addresses(style);
        assets.add(STYLE, Bytes::from(style));
        assets
    }

    fn add(&mut self, name: &str, body: Bytes) {
        let hash = hex::encode(&Sha256::digest(&body)[..8]);
        let file = name.rsplit('/').next().unwrap_or(name);
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, "bin"));
        let hashed = format!("{stem}.{hash}.{ending}");
        let asset = Asset {
            href: format!("/assets/{hashed}"),
            media_type: media_type(ending),
            gzip: (ending != "woff2").then(|| compress(&body)),
            body,
        };
        self.names.insert(hashed, name.to_owned());
        self.by_name.insert(name.to_owned(), asset);
    }

    /// Modules name each other, and the loader the chat, by their hashed addresses.
    fn with_hashed_modules(&self, module: String) -> String {
        self.by_name.iter().filter(|(name, _)| name.starts_with("widget/")).fold(
            module,
            |module, (name, asset)| {
                let file = name.trim_start_matches("widget/");
                let module = module.replace(&format!("'./{file}'"), &format!("'{}'", asset.href));
                let chat = if file == "chat.js" { asset.href.as_str() } else { "/* module */" };
                module.replace("/* module */", chat)
            },
        )
    }

    fn with_hashed_addresses(&self, style: String) -> String {
        self.by_name.iter().fold(style, |style, (name, asset)| {
            style.replace(&format!("url(\"../{name}\")"), &format!("url(\"{}\")", asset.href))
        })
    }
}

fn embedded(name: &str) -> Bytes {
    let file = Embedded::get(name).unwrap_or_else(|| panic!("`{name}` lies in web/assets"));
    match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

fn media_type(ending: &str) -> &'static str {
    match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn compress(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("writing to memory cannot fail");
    Bytes::from(encoder.finish().expect("writing to memory cannot fail"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};

    #[actix_web::test]
    async fn assets_are_served_by_their_hash_only_and_kept_for_ever() {
        let app = actix_web::App::new().route("/assets/{name}", web::get().to(serve));
        let app = init_service(app).await;
        let found = call_service(&app, TestRequest::get().uri(href(STYLE)).to_request()).await;
        assert_eq!(found.status(), 200);
        let cache = found.headers().get("cache-control").expect("a policy").to_str();
        assert_eq!(cache.expect("text"), "public, max-age=31536000, immutable");
        assert_eq!(
            found.headers().get("content-type").expect("a header"),
            "text/css; charset=utf-8"
        );
        assert_eq!(read_body(found).await, ASSETS.by_name[STYLE].body);
        let plain = TestRequest::get().uri("/assets/footnote.css").to_request();
        assert_eq!(call_service(&app, plain).await.status(), 404);
    }

    #[actix_web::test]
    async fn text_is_compressed_for_those_who_take_it() {
        let app = actix_web::App::new().route("/assets/{name}", web::get().to(serve));
        let app = init_service(app).await;
        let ask = |coding: &'static str| {
            TestRequest::get().uri(href(STYLE)).insert_header((ACCEPT_ENCODING, coding))
        };
        let found = call_service(&app, ask("br, gzip;q=0.8").to_request()).await;
        assert_eq!(found.headers().get("content-encoding").expect("a header"), "gzip");
        let refused = call_service(&app, ask("gzip;q=0").to_request()).await;
        assert!(refused.headers().get("content-encoding").is_none());
    }

    #[test]
    fn every_address_in_the_style_sheet_is_an_asset() {
        let style = String::from_utf8(ASSETS.by_name[STYLE].body.to_vec()).expect("text");
        for address in style.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let hashed = address.strip_prefix("/assets/").expect("rewritten");
            assert!(ASSETS.names.contains_key(hashed), "{address}");
        }
    }

    #[test]
    fn the_scripts_of_the_answer_page_fit_in_20_kilobytes() {
        let scripts = ["js/ask.js", "js/answer.js"];
        let bytes: usize = scripts.iter().map(|name| ASSETS.by_name[*name].body.len()).sum();
        assert!(bytes < 20_000, "{bytes}");
    }

    #[test]
    fn the_widget_fits_in_30_kilobytes_and_its_loader_in_3() {
        let gzip = |name: &str| ASSETS.by_name[name].gzip.as_ref().expect("is text").len();
        assert!(gzip(LOADER) <= 3_000, "{}", gzip(LOADER));
        let all: usize = MODULES.iter().map(|name| gzip(name)).sum();
        assert!(all <= 30_000, "{all}");
    }

    #[test]
    fn the_widget_asks_nothing_of_a_pages_policy() {
        for name in MODULES {
            let module = String::from_utf8(ASSETS.by_name[name].body.to_vec()).expect("text");
            // What a strict policy refuses: markup parsed from text, styles and scripts in place.
            for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("]
            {
                assert!(!module.contains(sink), "{name}: {sink}");
            }
            for style in [".style.", "setAttribute('style'", "cssText", "createElement('style'"] {
                assert!(!module.contains(style), "{name}: {style}");
            }
            // Every module is fetched from the one host that the site allows.
            assert!(!module.contains("from './") && !module.contains("/* module */"), "{name}");
            for import in module.split(" from '").skip(1) {
                assert!(import.starts_with("/assets/"), "{name}: {import:.40}");
            }
        }
    }
}
