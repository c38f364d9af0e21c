//! Which language does this reader read? The one chosen on a page before, kept in a cookie; else the
//! first of the browser's list that there is; else the default.

use super::{Words, by_code, default};
use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header, Preference, Quality};
use std::cmp::Reverse;

/// Name of the cookie that keeps the choice.
pub const COOKIE: &str = "fn_language";

/// The language of the pages of a request.
pub fn of(request: &HttpRequest) -> &'static Words {
    let chosen = request.cookie(COOKIE).and_then(|cookie| by_code(cookie.value()));
    chosen.or_else(|| accepted(request)).unwrap_or_else(default)
}

/// `es-MX` is content with `es`; a header that cannot be read asks for nothing.
fn accepted(request: &HttpRequest) -> Option<&'static Words> {
    let mut wanted = AcceptLanguage::parse(request).ok()?.0;
    wanted.retain(|one| one.quality > Quality::ZERO);
    wanted.sort_by_key(|one| Reverse(one.quality));
    wanted.iter().find_map(|one| match &one.item {
        Preference::Specific(tag) => by_code(tag.primary_language()),
        Preference::Any => Some(default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::cookie::Cookie;
    use actix_web::test::TestRequest;

    fn check(header: Option<&str>, cookie: Option<&str>, wanted: &str) {
        let mut request = TestRequest::get();
        if let Some(header) = header {
            request = request.insert_header(("accept-language", header));
        }
        if let Some(cookie) = cookie {
            request = request.cookie(Cookie::new(COOKIE, cookie.to_owned()));
        }
        assert_eq!(of(&request.to_http_request()).code(), wanted, "{header:?} {cookie:?}");
    }

    #[test]
    fn the_choice_counts_then_the_browser_then_english() {
        check(None, None, "en");
        check(Some("es-MX,es;q=0.9,en;q=0.5"), None, "es");
        check(Some("de,fr;q=0.9,zh-CN;q=0.8,en;q=0.7"), None, "zh");
        check(Some("en;q=0.3, es;q=0.8"), None, "es");
        check(Some("es;q=0, en"), None, "en");
        check(Some("de, *;q=0.1"), None, "en");
        check(Some("ja"), None, "en");
        check(Some("es"), Some("zh"), "zh");
        check(Some("es"), Some("../../etc"), "es");
        check(Some(";;;,,="), None, "en");
    }
}
