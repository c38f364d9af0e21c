//! `GET /v1/account`: what an account holds, and how it came to that.

use crate::app::App;
use crate::http::error::{ApiError, Problem, json};
use crate::http::identity;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use footnote_ledger::{Account, AccountMovement, Reason};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

/// Movements in one answer.
const MOST: u64 = 100;

/// What an account holds, in nano-credits.
#[utoipa::path(
    get,
    path = "/v1/account",
    tag = "account",
    responses(
        (status = 200, description = "address, balance, reserved, available", body = Object),
        (status = 401, description = "no secret key was sent, or it opens nothing", body = Problem),
    )
)]
pub(super) async fn account(
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let address = identity::owner(&request)?;
    let balance = app.ledger.balance(Account::Payer(address)).await?;
    Ok(json(&json!({
        "object": "account",
        "address": address,
        "balance": balance.posted.to_string(),
        "reserved": balance.pending,
        "available": balance.available,
    })))
}

/// Where a page of movements begins.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Cursor {
    /// Only movements before this number; `next` of the page before.
    #[serde(default)]
    before: Option<u64>,
}

/// Every movement of an account, the newest first.
#[utoipa::path(
    get,
    path = "/v1/account/movements",
    tag = "account",
    params(Cursor),
    responses(
        (status = 200, description = "a page of movements, and where the next one begins", body = Object),
        (status = 401, description = "no secret key was sent, or it opens nothing", body = Problem),
    )
)]
pub(super) async fn movements(
    app: Data<App>,
    request: HttpRequest,
    cursor: Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let account = Account::Payer(identity::owner(&request)?);
    let page = app.ledger.movements(account, cursor.before, MOST).await?;
    let rows: Vec<Value> = page.rows.iter().map(movement).collect();
    Ok(json(&json!({"object": "list", "data": rows, "next": page.next})))
}

fn movement(one: &AccountMovement) -> Value {
    let (kind, held) = match &one.reason {
        Reason::Deposited { .. } => ("deposited", None),
        Reason::Charged { held } => ("charged", Some(held)),
        Reason::Released { held, .. } => ("released", Some(held)),
        Reason::TakenBack => ("taken_back", None),
        Reason::Other(kind) => (kind.as_str(), None),
    };
    json!({
        "sequence": one.sequence,
        "time": one.at,
        "kind": kind,
        "held": held,
        "change": one.change.to_string(),
        "balance": one.after.to_string(),
        "answer": one.answer,
    })
}
