//! Which keys does an account have, what may each spend, and what has it cost?

use super::account::to_sign_in;
use super::frame::{self, Frame, Place, page};
use super::sign_in::Plain;
use super::{PageError, problem, show};
use crate::account::terms::{self, WrittenTerms};
use crate::account::token::KeyText;
use crate::app::App;
use crate::ask::now;
use crate::http::place::Place as Address;
use crate::http::words::{self, Words};
use crate::http::{csrf, identity};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::id::KeyId;
use footnote_domain::money::Nano;
use footnote_ledger::{ApiKey, KeyKind, KeyUsage, LedgerError};
use serde::Deserialize;

/// The page of all keys.
#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    frame: Frame,
    keys: Vec<KeyRow>,
    form: TermsForm,
    problem: Option<String>,
    /// A key that was just made, shown this once.
    made: Option<Made>,
}

/// A key in the list.
struct KeyRow {
    key: ApiKey,
    today: Nano,
    all: Nano,
    answers: u64,
}

/// A new key, with what to do with it.
struct Made {
    text: String,
    public: bool,
    origin: String,
}

/// The page of one key.
#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage {
    frame: Frame,
    key: ApiKey,
    form: TermsForm,
    problem: Option<String>,
    usage: Vec<UsageRow>,
    origin: String,
}

/// One day of a key.
struct UsageRow {
    usage: KeyUsage,
    date: String,
    /// Part of the dearest day, as a length.
    width: String,
}

/// The form of a key's terms, as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct TermsForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    origins: String,
    #[serde(default)]
    per_day: String,
    #[serde(default)]
    per_ip: String,
    #[serde(default)]
    per_visitor: String,
    #[serde(default)]
    over_limit: String,
}

impl TermsForm {
    /// What a new public key begins with: about eighty quick answers a day, ten for a visitor.
    fn proposed() -> Self {
        Self {
            kind: "public".into(),
            per_day: "1".into(),
            per_ip: "0.24".into(),
            per_visitor: "0.12".into(),
            ..Self::default()
        }
    }

    fn of(key: &ApiKey) -> Self {
        let cap = |cap: Option<Nano>| cap.map(Nano::in_tokens).unwrap_or_default();
        let terms = &key.terms;
        Self {
            csrf: String::new(),
            kind: key.kind.name().to_owned(),
            name: terms.name.clone(),
            origins: terms.origins.join("\n"),
            per_day: cap(terms.caps.per_day),
            per_ip: cap(terms.caps.per_ip),
            per_visitor: cap(terms.caps.per_visitor),
            over_limit: terms.over_limit.clone(),
        }
    }

    fn kind(&self) -> KeyKind {
        if self.kind == "secret" { KeyKind::Secret } else { KeyKind::Public }
    }

    fn written(&self) -> WrittenTerms {
        WrittenTerms {
            name: self.name.clone(),
            origins: self.origins.clone(),
            per_day: self.per_day.clone(),
            per_ip: self.per_ip.clone(),
            per_visitor: self.per_visitor.clone(),
            over_limit: self.over_limit.clone(),
        }
    }
}

/// `GET /account/keys`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, PageError> {
    listed(&request, &app, TermsForm::proposed(), None, None).await
}

async fn listed(
    request: &HttpRequest,
    app: &App,
    form: TermsForm,
    problem: Option<String>,
    made: Option<Made>,
) -> Result<HttpResponse, PageError> {
    let Some(known) = identity::signed_in(request) else { return Ok(to_sign_in()) };
    let mut keys = Vec::new();
    for key in app.ledger.keys_of(known.address).await.map_err(unavailable)? {
        let usage = app.ledger.key_usage(key.id).await.map_err(unavailable)?;
        keys.push(key_row(key, &usage));
    }
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let frame = Frame::new(request, app, Place::Elsewhere, words::of(request).say("keys-title"));
    Ok(page(request, status, &KeysPage { frame, keys, form, problem, made }))
}

fn unavailable(error: LedgerError) -> PageError {
    PageError::unavailable("The ledger", error)
}

fn key_row(key: ApiKey, usage: &[KeyUsage]) -> KeyRow {
    let today = now() / 86_400;
    let sum = |days: &mut dyn Iterator<Item = &KeyUsage>| {
        Nano::new(days.map(|day| day.charged.wide()).sum()).unwrap_or_default()
    };
    KeyRow {
        today: sum(&mut usage.iter().filter(|day| day.day == today)),
        all: sum(&mut usage.iter()),
        answers: usage.iter().map(|day| day.charged_answers).sum(),
        key,
    }
}

/// `POST /account/keys`: makes a key and shows it, once.
pub(super) async fn make(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<TermsForm>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let Some(known) = identity::signed_in(&request) else { return Ok(to_sign_in()) };
    let form = form.into_inner();
    let terms = match terms::parse(form.kind(), &form.written()) {
        Ok(terms) => terms,
        Err(error) => {
            let problem = Some(problem::of_terms(words::of(&request), &error));
            return listed(&request, &app, form, problem, None).await;
        }
    };
    match app.make_key(known.address, form.kind(), terms).await {
        Ok((_, text)) => {
            let made = Some(made(&request, &app, &text));
            listed(&request, &app, TermsForm::proposed(), None, made).await
        }
        Err(LedgerError::TooManyKeys(most)) => {
            let said = words::of(&request).counted("problem-too-many-keys", most);
            let problem = Some(said.to_string());
            listed(&request, &app, form, problem, None).await
        }
        Err(error) => Err(unavailable(error)),
    }
}

fn made(request: &HttpRequest, app: &App, text: &KeyText) -> Made {
    Made {
        text: text.text().to_owned(),
        public: text.kind() == KeyKind::Public,
        origin: origin(request, app),
    }
}

/// Where the widget is loaded from.
fn origin(request: &HttpRequest, app: &App) -> String {
    Address::of(&app.config, request)
        .map_or_else(|| "https://YOUR-FOOTNOTE".to_owned(), |place| place.origin())
}

/// `GET /account/keys/{id}`.
pub(super) async fn one(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<KeyId>,
) -> Result<HttpResponse, PageError> {
    one_shown(&request, &app, *id, None, None).await
}

async fn one_shown(
    request: &HttpRequest,
    app: &App,
    id: KeyId,
    form: Option<TermsForm>,
    problem: Option<String>,
) -> Result<HttpResponse, PageError> {
    let Some(known) = identity::signed_in(request) else { return Ok(to_sign_in()) };
    let keys = app.ledger.keys_of(known.address).await.map_err(unavailable)?;
    let key = keys.into_iter().find(|key| key.id == id);
    let key = key.ok_or(PageError::NotFound { what: "key" })?;
    let usage = app.ledger.key_usage(id).await.map_err(unavailable)?;
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let template = KeyPage {
        frame: Frame::new(request, app, Place::Elsewhere, &key.terms.name),
        form: form.unwrap_or_else(|| TermsForm::of(&key)),
        problem,
        usage: usage_rows(words::of(request), &usage),
        origin: origin(request, app),
        key,
    };
    Ok(page(request, status, &template))
}

fn usage_rows(words: &'static Words, usage: &[KeyUsage]) -> Vec<UsageRow> {
    let most = usage.iter().map(|day| day.charged.wide()).max().unwrap_or(0).max(1);
    let row = |day: &KeyUsage| UsageRow {
        usage: *day,
        date: words.day(day.day.saturating_mul(86_400)),
        width: show::length(u32::try_from(day.charged.wide() * 1_000_000 / most).unwrap_or(0)),
    };
    usage.iter().map(row).collect()
}

/// `POST /account/keys/{id}`: the owner decides anew.
pub(super) async fn change(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<KeyId>,
    form: web::Form<TermsForm>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let Some(known) = identity::signed_in(&request) else { return Ok(to_sign_in()) };
    let form = form.into_inner();
    let terms = match terms::parse(form.kind(), &form.written()) {
        Ok(terms) => terms,
        Err(error) => {
            let problem = Some(problem::of_terms(words::of(&request), &error));
            return one_shown(&request, &app, *id, Some(form), problem).await;
        }
    };
    to_key(app.ledger.change_key(*id, known.address, terms).await, &format!("/account/keys/{id}"))
}

/// `POST /account/keys/{id}/revoke`.
pub(super) async fn revoke(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<KeyId>,
    form: web::Form<Plain>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let Some(known) = identity::signed_in(&request) else { return Ok(to_sign_in()) };
    to_key(app.ledger.revoke_key(*id, known.address, now()).await, "/account/keys")
}

fn to_key(outcome: Result<(), LedgerError>, to: &str) -> Result<HttpResponse, PageError> {
    match outcome {
        Ok(()) => Ok(frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, to)).finish()),
        Err(LedgerError::NoSuchKey(_)) => Err(PageError::NotFound { what: "key" }),
        Err(error) => Err(unavailable(error)),
    }
}
