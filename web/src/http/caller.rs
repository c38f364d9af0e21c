//! Who is calling? Guests are known by their peer address and, in a browser, by a session cookie
//! that says nothing but "the same browser".

use crate::ask::Caller;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};

/// Name of the session cookie.
const SESSION: &str = "fn_session";

/// The caller of a request. Proxy headers are not trusted: anyone can write them.
pub fn of(request: &HttpRequest) -> Caller {
    let ip = request.peer_addr().map_or_else(|| "unknown".to_owned(), |peer| peer.ip().to_string());
    Caller { ip, session: session(request) }
}

/// The session, when the browser has one of our making.
pub fn session(request: &HttpRequest) -> Option<String> {
    let value = request.cookie(SESSION)?.value().to_owned();
    (value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(value)
}

/// A fresh session cookie.
pub fn new_session() -> (String, Cookie<'static>) {
    let id = hex::encode(rand::random::<[u8; 16]>());
    let cookie = Cookie::build(SESSION, id.clone())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(actix_web::cookie::time::Duration::days(90))
        .finish();
    (id, cookie)
}
