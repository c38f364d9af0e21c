//! `/v1/keys`: make, list, change and revoke the keys of an account.

use crate::account::terms::{self, WrittenTerms};
use crate::app::App;
use crate::ask::now;
use crate::http::error::{ApiError, Problem, json};
use crate::http::identity;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use footnote_domain::id::KeyId;
use footnote_ledger::{ApiKey, KeyKind, KeyUsage, LedgerError};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Terms of a key; amounts are tokens, as text.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"kind": "secret", "name": "the server"}))]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRequest {
    /// `secret` or `public`.
    kind: Kind,
    /// What its owner calls it.
    name: String,
    /// The sites whose pages may use a public key, such as `https://example.org`.
    #[serde(default)]
    origins: Vec<String>,
    /// Tokens a day, in all.
    #[serde(default)]
    per_day: String,
    /// Tokens a day for one address of the network.
    #[serde(default)]
    per_ip: String,
    /// Tokens a day for one visitor.
    #[serde(default)]
    per_visitor: String,
    /// What visitors are told when a cap is reached.
    #[serde(default)]
    over_limit: String,
}

/// What a key opens.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Secret,
    Public,
}

impl KeyRequest {
    fn kind(&self) -> KeyKind {
        match self.kind {
            Kind::Secret => KeyKind::Secret,
            Kind::Public => KeyKind::Public,
        }
    }

    fn terms(&self) -> Result<footnote_ledger::KeyTerms, ApiError> {
        let written = WrittenTerms {
            name: self.name.clone(),
            origins: self.origins.join(" "),
            per_day: self.per_day.clone(),
            per_ip: self.per_ip.clone(),
            per_visitor: self.per_visitor.clone(),
            over_limit: self.over_limit.clone(),
        };
        terms::parse(self.kind(), &written)
            .map_err(|error| ApiError::bad_request("invalid_key", error.to_string()))
    }
}

/// All keys of the account, with their usage day by day.
#[utoipa::path(
    get,
    path = "/v1/keys",
    operation_id = "list_keys",
    tag = "account",
    responses(
        (status = 200, description = "the keys, without their texts", body = Object),
        (status = 401, description = "no secret key was sent, or it opens nothing", body = Problem),
    )
)]
pub(super) async fn list(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let owner = identity::owner(&request)?;
    let mut rows = Vec::new();
    for key in app.ledger.keys_of(owner).await? {
        let usage = app.ledger.key_usage(key.id).await?;
        rows.push(row(&key, &usage));
    }
    Ok(json(&json!({"object": "list", "data": rows})))
}

/// Makes a key; its text is in this answer and nowhere else, ever.
#[utoipa::path(
    post,
    path = "/v1/keys",
    operation_id = "make_key",
    tag = "account",
    request_body = KeyRequest,
    responses(
        (status = 201, description = "the key, with its text as `key`", body = Object),
        (status = 400, description = "what is wrong with the terms", body = Problem),
        (status = 401, description = "no secret key was sent, or it opens nothing", body = Problem),
        (status = 409, description = "the account has as many keys as it may have", body = Problem),
    )
)]
pub(super) async fn make(
    app: Data<App>,
    request: HttpRequest,
    body: Json<KeyRequest>,
) -> Result<HttpResponse, ApiError> {
    let owner = identity::owner(&request)?;
    let made = app.make_key(owner, body.kind(), body.terms()?).await;
    let (key, text) = made.map_err(refused)?;
    let mut made = row(&key, &[]);
    made["key"] = Value::from(text.text());
    Ok(HttpResponse::Created().json(made))
}

/// Changes a key's terms.
#[utoipa::path(
    put,
    path = "/v1/keys/{id}",
    operation_id = "change_key",
    tag = "account",
    params(("id" = String, Path, description = "the key's id")),
    request_body = KeyRequest,
    responses(
        (status = 204, description = "changed"),
        (status = 400, description = "what is wrong with the terms", body = Problem),
        (status = 404, description = "this account has no such key", body = Problem),
    )
)]
pub(super) async fn change(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    body: Json<KeyRequest>,
) -> Result<HttpResponse, ApiError> {
    let owner = identity::owner(&request)?;
    let id = parse(&id)?;
    let known = app.ledger.keys_of(owner).await?.into_iter().find(|key| key.id == id);
    if known.is_some_and(|known| known.kind != body.kind()) {
        let detail = "a key stays what it was made as; make another one";
        return Err(ApiError::bad_request("invalid_key", detail));
    }
    app.ledger.change_key(id, owner, body.terms()?).await.map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends a key for ever.
#[utoipa::path(
    delete,
    path = "/v1/keys/{id}",
    operation_id = "revoke_key",
    tag = "account",
    params(("id" = String, Path, description = "the key's id")),
    responses(
        (status = 204, description = "it opens nothing any more"),
        (status = 404, description = "this account has no such key", body = Problem),
    )
)]
pub(super) async fn revoke(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let owner = identity::owner(&request)?;
    app.ledger.revoke_key(parse(&id)?, owner, now()).await.map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}

fn parse(id: &str) -> Result<KeyId, ApiError> {
    id.parse().map_err(|error| ApiError::not_found("invalid_id", format!("{error}")))
}

fn refused(error: LedgerError) -> ApiError {
    match error {
        LedgerError::NoSuchKey(id) => {
            ApiError::not_found("unknown_key", format!("there is no key {id} of this account"))
        }
        LedgerError::TooManyKeys(_) => {
            ApiError::new(StatusCode::CONFLICT, "too_many_keys", error.to_string())
        }
        other => other.into(),
    }
}

fn row(key: &ApiKey, usage: &[KeyUsage]) -> Value {
    let caps = key.terms.caps;
    let days: Vec<Value> = usage
        .iter()
        .map(|day| {
            json!({
                "day": day.day,
                "questions": day.questions,
                "charged_answers": day.charged_answers,
                "charged": day.charged,
                "reserved": day.reserved,
            })
        })
        .collect();
    json!({
        "object": "key",
        "id": key.id,
        "kind": key.kind.name(),
        "name": key.terms.name,
        "hint": key.hint,
        "origins": key.terms.origins,
        "caps": {"per_day": caps.per_day, "per_ip": caps.per_ip, "per_visitor": caps.per_visitor},
        "over_limit": key.terms.over_limit,
        "created": key.created_at,
        "last_used": key.used_at,
        "revoked": key.revoked_at,
        "usage": days,
    })
}
