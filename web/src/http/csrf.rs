//! Does a form come from a page of ours? A random value is kept in a cookie that other sites' requests
//! do not carry (SameSite=Strict) and that scripts cannot read (HttpOnly), and must come back in the
//! form's hidden field: the double submit.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use rand::RngCore;
use sha2::{Digest, Sha256};

/// Name of the cookie.
pub const COOKIE: &str = "fn_csrf";

/// Bytes of randomness in a token.
const TOKEN_BYTES: usize = 32;

/// A form whose token is missing or another browser's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this form was opened in another browser or too long ago; reload the page and send it again"
)]
pub struct CsrfError;

/// A token made while this request was answered; [`keep`] sends it along.
#[derive(Clone)]
struct Fresh(String);

/// The token for the forms of this page: the browser's own, or a new one, which [`keep`] must send
/// with the response.
pub fn token(request: &HttpRequest) -> String {
    if let Some(token) = from_cookie(request) {
        return token;
    }
    if let Some(Fresh(token)) = request.extensions().get::<Fresh>() {
        return token.clone();
    }
    let mut bytes = [0u8; TOKEN_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    let token = hex::encode(bytes);
    request.extensions_mut().insert(Fresh(token.clone()));
    token
}

/// Sends a new token to the browser, if one was made for this request.
pub fn keep(request: &HttpRequest, response: &mut HttpResponse) {
    let Some(Fresh(token)) = request.extensions().get::<Fresh>().cloned() else { return };
    let secure = request.connection_info().scheme() == "https";
    let cookie = Cookie::build(COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .finish();
    if let Err(error) = response.add_cookie(&cookie) {
        tracing::error!(%error, "set the form token's cookie");
    }
}

/// That `given`, out of a form, is this browser's token, and that the form was not sent by another
/// site.
pub fn verify(request: &HttpRequest, given: &str) -> Result<(), CsrfError> {
    let site = request.headers().get("Sec-Fetch-Site").map(|site| site.as_bytes());
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        return Err(CsrfError);
    }
    let kept = from_cookie(request).ok_or(CsrfError)?;
    if equal_in_constant_time(kept.as_bytes(), given.as_bytes()) { Ok(()) } else { Err(CsrfError) }
}

fn from_cookie(request: &HttpRequest) -> Option<String> {
    let value = request.cookie(COOKIE)?.value().to_owned();
    let whole = value.len() == 2 * TOKEN_BYTES && value.bytes().all(|b| b.is_ascii_hexdigit());
    whole.then_some(value)
}

/// Both are hashed first, so that neither length nor first difference shows in the time it takes.
fn equal_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.iter().zip(&b).fold(0u8, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn with_cookie(token: &str) -> TestRequest {
        TestRequest::post().cookie(Cookie::new(COOKIE, token.to_owned()))
    }

    #[test]
    fn a_new_browser_gets_one_token_and_its_forms_pass() {
        let first = TestRequest::get().to_http_request();
        let token = token(&first);
        assert_eq!(token, super::token(&first));
        let mut response = HttpResponse::Ok().finish();
        keep(&first, &mut response);
        let cookie = response.cookies().next().expect("a cookie").into_owned();
        assert_eq!(cookie.value(), token);
        assert_eq!(cookie.same_site(), Some(SameSite::Strict));
        assert_eq!(cookie.http_only(), Some(true));
        assert_eq!(verify(&with_cookie(&token).to_http_request(), &token), Ok(()));
    }

    #[test]
    fn forged_forms_are_refused() {
        let (mine, other) = ("ab".repeat(32), "cd".repeat(32));
        let request = with_cookie(&mine).to_http_request();
        assert_eq!(verify(&request, &other), Err(CsrfError));
        assert_eq!(verify(&request, ""), Err(CsrfError));
        assert_eq!(verify(&TestRequest::post().to_http_request(), &mine), Err(CsrfError));
        assert_eq!(verify(&with_cookie("").to_http_request(), ""), Err(CsrfError));
        let cross = with_cookie(&mine).insert_header(("Sec-Fetch-Site", "cross-site"));
        assert_eq!(verify(&cross.to_http_request(), &mine), Err(CsrfError));
        let same = with_cookie(&mine).insert_header(("Sec-Fetch-Site", "same-origin"));
        assert_eq!(verify(&same.to_http_request(), &mine), Ok(()));
    }
}
