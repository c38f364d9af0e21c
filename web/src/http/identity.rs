//! Who is behind this request? A browser that signed in shows its session, a program its key; the
//! answer is found once, before any handler, and handlers read it with [`super::caller::of`].

use super::error::ApiError;
use super::place::Place;
use super::rate;
use crate::account::SESSION_SECONDS;
use crate::account::token::{KeyText, SessionToken};
use crate::app::App;
use crate::ask::{Payer, now};
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use footnote_domain::id::{Address, Digest};
use footnote_domain::money::Nano;
use footnote_ledger::{Account, ApiKey, KeyKind, KeyUse};

/// Name of the cookie of a signed-in browser.
const COOKIE: &str = "fn_account";
/// Uses are noted to the minute: nobody needs to know more, and writes cost.
const NOTE_SECONDS: u64 = 60;
/// What a client that cannot do without a key sends to ask as a guest.
const GUEST: &str = "guest";
/// By which a page tells one visitor from another.
const VISITOR: &str = "x-footnote-visitor";
const VISITOR_CHARS_MOST: usize = 64;

/// A browser that signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SignedIn {
    /// Who.
    pub(super) address: Address,
    /// Its session.
    pub(super) session: Digest,
    /// What the account can spend.
    pub(super) available: Nano,
}

/// A program that showed a key.
#[derive(Debug, Clone)]
pub(super) struct ByKey(pub(super) ApiKey);

/// Finds out who calls, and refuses keys that open nothing.
pub(super) async fn known<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    if let Some(app) = request.app_data::<Data<App>>().cloned() {
        let found = if request.path().starts_with("/assets/") {
            Ok(())
        } else {
            identify(&app, request.request()).await
        };
        if let Err(error) = found {
            // Whoever tries keys must not try many.
            let refused = rate::refusal(request.request());
            let refused = refused.unwrap_or_else(|| error.error_response());
            return Ok(request.into_response(refused).map_into_right_body());
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

async fn identify(app: &App, request: &HttpRequest) -> Result<(), ApiError> {
    if let Some(bearer) = bearer(request)? {
        return by_key(app, request, &bearer).await;
    }
    let Some(token) = session_token(request) else { return Ok(()) };
    let Some(session) = app.ledger.session(token.id(), now()).await? else { return Ok(()) };
    if now() >= session.seen_at + NOTE_SECONDS {
        note(app.ledger.note_seen(session.id, now()).await);
    }
    let balance = app.ledger.balance(Account::Payer(session.address)).await?;
    let (address, available) = (session.address, balance.available);
    request.extensions_mut().insert(SignedIn { address, session: session.id, available });
    Ok(())
}

/// A note that could not be kept stops nobody.
fn note(kept: Result<(), footnote_ledger::LedgerError>) {
    if let Err(error) = kept {
        tracing::warn!(%error, "a use could not be noted");
    }
}

fn bearer(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    if !request.path().starts_with("/v1/") {
        return Ok(None);
    }
    let Some(header) = request.headers().get(AUTHORIZATION) else { return Ok(None) };
    let header = header.to_str().unwrap_or_default();
    match header.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => {
            let key = key.trim();
            Ok((key != GUEST).then(|| key.to_owned()))
        }
        _ => Err(unknown_key("the Authorization header is not of the form `Bearer sk_…`")),
    }
}

fn unknown_key(detail: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "invalid_api_key", detail)
}

async fn by_key(app: &App, request: &HttpRequest, bearer: &str) -> Result<(), ApiError> {
    let hash = KeyText::parse(bearer).map(|key| key.hash());
    let key = match hash {
        Some(hash) => app.ledger.key_of_hash(hash).await?,
        None => None,
    };
    let key = key.filter(|key| key.revoked_at.is_none()).ok_or_else(|| {
        unknown_key(
            "this key opens nothing: it was revoked, or copied in part; leave the header out (or send `Bearer guest`) to ask as a guest",
        )
    })?;
    match key.kind {
        KeyKind::Secret => refuse_page(request)?,
        KeyKind::Public => admit_page(app, request, &key)?,
    }
    if key.used_at.is_none_or(|used| now() >= used + NOTE_SECONDS) {
        note(app.ledger.note_key_used(key.id, now()).await);
    }
    request.extensions_mut().insert(ByKey(key));
    Ok(())
}

/// A secret key in a page is a secret told to everybody.
fn refuse_page(request: &HttpRequest) -> Result<(), ApiError> {
    if request.headers().contains_key(ORIGIN) {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "secret_key_in_browser",
            "a secret key must never be sent by a web page: revoke it, and use a public key (pk_…) there",
        ));
    }
    Ok(())
}

/// A public key is for the pages of its sites, and for asking.
fn admit_page(app: &App, request: &HttpRequest, key: &ApiKey) -> Result<(), ApiError> {
    let forbid = |code, detail: String| Err(ApiError::new(StatusCode::FORBIDDEN, code, detail));
    if !super::cors::is_for_pages(request.path()) {
        return forbid("public_key", "a public key (pk_…) asks and nothing else".to_owned());
    }
    let origin = request.headers().get(ORIGIN).map(|origin| origin.to_str().unwrap_or("?"));
    let ours = Place::of(&app.config, request).map(|place| place.origin());
    let allowed = match origin {
        // Pages of our own (a preview, the framed chat) read without naming their origin.
        None => {
            let site = request.headers().get("sec-fetch-site");
            site.is_some_and(|site| site.as_bytes() == b"same-origin")
        }
        Some(origin) => {
            ours.as_deref() == Some(origin) || key.terms.origins.iter().any(|one| one == origin)
        }
    };
    if allowed {
        return Ok(());
    }
    let origin = origin.unwrap_or("a program").chars().take(120).collect::<String>();
    forbid(
        "origin_not_allowed",
        format!("this key is not for {origin}; its owner adds the site on the page of the key"),
    )
}

/// Who pays for what this request asks.
pub(super) fn payer(secret: &[u8; 32], ip: &str, request: &HttpRequest) -> Payer {
    let extensions = request.extensions();
    if let Some(ByKey(key)) = extensions.get::<ByKey>() {
        let used = match key.kind {
            KeyKind::Secret => KeyUse { key: key.id, ip: None, visitor: None },
            KeyKind::Public => KeyUse {
                key: key.id,
                ip: Some(hidden(secret, "ip", ip)),
                visitor: visitor(request).map(|visitor| hidden(secret, "visitor", &visitor)),
            },
        };
        return Payer::Key { owner: key.owner, used };
    }
    extensions.get::<SignedIn>().map_or(Payer::Guest, |known| Payer::Account(known.address))
}

/// What tells two visitors apart today and nobody tomorrow.
fn hidden(secret: &[u8; 32], what: &str, value: &str) -> Digest {
    let day = (now() / 86_400).to_be_bytes();
    Digest::of(&[b"footnote visitor", secret, &day, what.as_bytes(), value.as_bytes()])
}

fn visitor(request: &HttpRequest) -> Option<String> {
    let given = request.headers().get(VISITOR)?.to_str().ok()?;
    (1..=VISITOR_CHARS_MOST).contains(&given.len()).then(|| given.to_owned())
}

/// The browser that signed in, if this is one.
pub(super) fn signed_in(request: &HttpRequest) -> Option<SignedIn> {
    request.extensions().get::<SignedIn>().copied()
}

/// Who may see and change what an account owns: a signed-in browser, or a secret key.
pub(super) fn owner(request: &HttpRequest) -> Result<Address, ApiError> {
    let extensions = request.extensions();
    match extensions.get::<ByKey>() {
        Some(ByKey(key)) if key.kind == KeyKind::Secret => return Ok(key.owner),
        _ => {}
    }
    extensions
        .get::<SignedIn>()
        .map(|known| known.address)
        .ok_or_else(|| unknown_key("send a secret key of the account (Authorization: Bearer sk_…)"))
}

/// What the browser holds.
pub(super) fn session_token(request: &HttpRequest) -> Option<SessionToken> {
    SessionToken::parse(request.cookie(COOKIE)?.value())
}

/// Gives the browser its session.
pub(super) fn give(request: &HttpRequest, response: &mut HttpResponse, token: &SessionToken) {
    let seconds = i64::try_from(SESSION_SECONDS).unwrap_or(i64::MAX);
    set(request, response, token.text(), seconds);
}

/// Takes the session out of the browser.
pub(super) fn take(request: &HttpRequest, response: &mut HttpResponse) {
    set(request, response, "", 0);
}

fn set(request: &HttpRequest, response: &mut HttpResponse, value: &str, seconds: i64) {
    let cookie = Cookie::build(COOKIE, value.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(request.connection_info().scheme() == "https")
        .max_age(actix_web::cookie::time::Duration::seconds(seconds))
        .finish();
    if let Err(error) = response.add_cookie(&cookie) {
        tracing::error!(%error, "set the account's cookie");
    }
}
