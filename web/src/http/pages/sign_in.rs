//! Who are you? A message to sign with a wallet, here or elsewhere; on a development chain, a click.

use super::frame::{self, Frame, Place, page};
use super::{PageError, problem};
use crate::account::sign_in::{self, Door};
use crate::account::token::SessionToken;
use crate::app::{App, Browser, SignInFailed};
use crate::ask::now;
use crate::http::place::Place as Here;
use crate::http::{csrf, identity, words};
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::id::Address;
use serde::Deserialize;

/// Longest name of a browser that is kept, in characters.
const AGENT_CHARS_MOST: usize = 160;

/// The sign-in page.
#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    /// Whether this service knows under which address it is known.
    open: bool,
    address: String,
    /// To be signed, once the address is known.
    message: Option<String>,
    problem: Option<String>,
    samples: Vec<&'static str>,
}

/// What `GET /sign-in` may carry: who wants in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Who {
    #[serde(default)]
    address: String,
}

/// `GET /sign-in`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    who: web::Query<Who>,
) -> HttpResponse {
    shown(&request, &app, &who.address, None, StatusCode::OK)
}

fn shown(
    request: &HttpRequest,
    app: &App,
    address: &str,
    problem: Option<String>,
    status: StatusCode,
) -> HttpResponse {
    let given = address.trim().to_lowercase();
    let parsed = given.parse::<Address>().ok();
    let words = words::of(request);
    let is_damaged = parsed.is_none() && !given.is_empty();
    let problem =
        problem.or_else(|| is_damaged.then(|| words.say("sign-in-no-address").to_string()));
    let place = Here::of(&app.config, request);
    let known = place.as_ref().zip(parsed);
    let message = known.map(|(place, address)| proposal(request, app, place, address));
    let template = SignInPage {
        frame: Frame::new(request, app, Place::Elsewhere, words.say("sign-in")),
        open: place.is_some(),
        address: given.chars().take(60).collect(),
        message,
        problem,
        samples: app.sample_contributors().into_iter().map(|(name, _)| name).collect(),
    };
    page(request, status, &template)
}

/// The message of this page for an address.
fn proposal(request: &HttpRequest, app: &App, place: &Here, address: Address) -> String {
    let (uri, browser) = (format!("{}/sign-in", place.origin()), csrf::token(request));
    sign_in::message(&door(app, place, &uri, &browser), address, now())
}

fn door<'a>(app: &'a App, place: &'a Here, uri: &'a str, browser: &'a str) -> Door<'a> {
    Door {
        domain: &place.authority,
        uri,
        chain_id: app.ledger.settings().chain_id,
        secret: &app.secret,
        browser,
    }
}

/// A signed message.
#[derive(Debug, Deserialize)]
pub(super) struct Signed {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    signature: String,
}

/// `POST /sign-in`.
pub(super) async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<Signed>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let Some(place) = Here::of(&app.config, &request) else {
        return Ok(shown(&request, &app, "", None, StatusCode::SERVICE_UNAVAILABLE));
    };
    let (uri, own) = (format!("{}/sign-in", place.origin()), csrf::token(&request));
    let door = door(&app, &place, &uri, &own);
    let browser = browser(&request);
    match app.sign_in(&door, &form.message, &form.signature, browser).await {
        Ok(token) => Ok(let_in(&request, &token)),
        Err(SignInFailed::Refused(error)) => {
            let problem = Some(problem::of_sign_in(words::of(&request), &error));
            Ok(shown(&request, &app, "", problem, StatusCode::FORBIDDEN))
        }
        Err(error) => Err(PageError::unavailable("Signing in", error)),
    }
}

fn browser(request: &HttpRequest) -> Browser {
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    Browser {
        agent: agent.unwrap_or_default().chars().take(AGENT_CHARS_MOST).collect(),
        session: identity::session_token(request).map(|token| token.id()),
    }
}

fn let_in(request: &HttpRequest, token: &SessionToken) -> HttpResponse {
    let mut response =
        frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, "/account")).finish();
    identity::give(request, &mut response, token);
    response
}

/// A sample contributor.
#[derive(Debug, Deserialize)]
pub(super) struct Sample {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    name: String,
}

/// `POST /sign-in/sample`: on a development chain, to whoever sits at this machine.
pub(super) async fn sample(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<Sample>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    if !request.peer_addr().is_some_and(|peer| peer.ip().is_loopback()) {
        return Err(PageError::NotFound { what: "page" });
    }
    let entered = app.sign_in_as_sample(&form.name, browser(&request)).await;
    match entered.map_err(|error| PageError::unavailable("Signing in", error))? {
        Some(token) => Ok(let_in(&request, &token)),
        None => Err(PageError::NotFound { what: "contributor" }),
    }
}

/// A form that only says that it is ours.
#[derive(Debug, Deserialize)]
pub(super) struct Plain {
    /// The browser's token.
    #[serde(default)]
    pub(super) csrf: String,
}

/// `POST /sign-out`.
pub(super) async fn leave(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<Plain>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    if let Some(known) = identity::signed_in(&request) {
        let ended = app.ledger.end_session(known.session, known.address).await;
        ended.map_err(|error| PageError::unavailable("Signing out", error))?;
    }
    let mut response = frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, "/")).finish();
    identity::take(&request, &mut response);
    Ok(response)
}
