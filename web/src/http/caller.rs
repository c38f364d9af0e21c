//! Who is calling? Guests are known by their peer address and, in a browser, by a session cookie
//! that says nothing but "the same browser".

use super::identity;
use crate::app::App;
use crate::ask::Caller;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use std::net::IpAddr;

/// Name of the session cookie.
const SESSION: &str = "fn_session";

/// The caller of a request, and who pays for it.
pub fn of(app: &App, request: &HttpRequest) -> Caller {
    let ip = ip(&app.config.trusted_proxies, request);
    let payer = identity::payer(&app.secret, &ip, request);
    Caller { ip, session: session(request), payer }
}

/// The address that a request came from. What a proxy says of whom it speaks for counts only where the
/// operator trusts that proxy: anyone can write the header.
pub(super) fn ip(trusted_proxies: &[IpAddr], request: &HttpRequest) -> String {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let ip = peer.map(|peer| origin(trusted_proxies, peer, request));
    ip.map_or_else(|| "unknown".to_owned(), |ip| ip.to_string())
}

/// The last address in the chain of proxies that no trusted one stands behind. Each proxy adds at the
/// right whom it was called by.
fn origin(trusted: &[IpAddr], peer: IpAddr, request: &HttpRequest) -> IpAddr {
    let headers = request.headers().get_all("x-forwarded-for").filter_map(|one| one.to_str().ok());
    let named: Vec<&str> = headers.flat_map(|header| header.split(',')).map(str::trim).collect();
    let mut origin = peer;
    for named in named.into_iter().rev() {
        if !trusted.contains(&origin) {
            break;
        }
        let Ok(before) = named.parse() else { break };
        origin = before;
    }
    origin
}

/// The session, when the browser has one of our making.
pub fn session(request: &HttpRequest) -> Option<String> {
    let value = request.cookie(SESSION)?.value().to_owned();
    (value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(value)
}

/// Gives a browser that has none its session, with the page that holds the form: the form sent twice
/// comes from one session both times.
pub fn keep(request: &HttpRequest, response: &mut HttpResponse) {
    if session(request).is_some() {
        return;
    }
    let cookie = Cookie::build(SESSION, hex::encode(rand::random::<[u8; 16]>()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(request.connection_info().scheme() == "https")
        .max_age(actix_web::cookie::time::Duration::days(90))
        .finish();
    if let Err(error) = response.add_cookie(&cookie) {
        tracing::error!(%error, "set the session's cookie");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn check(peer: &str, forwarded: &[&str], wanted: &str) {
        let trusted = ["10.0.0.1", "10.0.0.2"].map(|ip| ip.parse().expect("an address"));
        let mut request =
            TestRequest::get().peer_addr(format!("{peer}:1").parse().expect("a peer"));
        for header in forwarded {
            request = request.append_header(("x-forwarded-for", *header));
        }
        assert_eq!(ip(&trusted, &request.to_http_request()), wanted, "{forwarded:?}");
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_calls() {
        check("203.0.113.9", &["198.51.100.7"], "203.0.113.9");
        check("10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["1.2.3.4, 198.51.100.7", "10.0.0.2"], "198.51.100.7");
        check("10.0.0.1", &["nonsense"], "10.0.0.1");
        check("10.0.0.1", &[], "10.0.0.1");
    }
}
