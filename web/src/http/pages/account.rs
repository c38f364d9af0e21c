//! What does an account hold, how did it come to that, and where is it signed in?

use super::frame::{self, Frame, Place, page};
use super::sign_in::Plain;
use super::{PageError, show};
use crate::app::App;
use crate::ask::now;
use crate::http::csrf;
use crate::http::identity::{self, SignedIn};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use footnote_domain::id::{Digest, PayeeId};
use footnote_domain::money::Nano;
use footnote_ledger::chain::checksummed;
use footnote_ledger::{Account, AccountMovement, Balance, Reason, Reserved, Session};
use serde::Deserialize;

/// Movements on one page.
const MOVEMENTS: u64 = 50;

/// The account page.
#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    known: SignedIn,
    address: String,
    payee: PayeeId,
    name: Option<String>,
    balance: Balance,
    reserved: Vec<Reserved>,
    movements: Vec<Row>,
    next: Option<u64>,
    first: bool,
    sessions: Vec<Session>,
    pay_in: PayIn,
    deposited: Option<String>,
}

/// One movement in words.
struct Row {
    movement: AccountMovement,
    what: String,
    detail: String,
}

/// How to pay in.
struct PayIn {
    chain_id: u64,
    token: String,
    settlement: String,
    /// Whether a click does it.
    by_click: bool,
}

impl Row {
    fn change(&self) -> String {
        signed(self.movement.change)
    }

    fn after(&self) -> String {
        tokens(self.movement.after)
    }
}

/// `+0.5`, `−0.01104`, `0`.
fn signed(nano: i64) -> String {
    match nano {
        0 => "0".to_owned(),
        1.. => format!("+{}", tokens(nano)),
        _ => format!("−{}", tokens(nano)),
    }
}

fn tokens(nano: i64) -> String {
    let amount = Nano::new(i128::from(nano.unsigned_abs()));
    amount.unwrap_or_default().in_tokens()
}

/// What `GET /account` may carry.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    before: Option<u64>,
    deposited: Option<i64>,
}

/// Where somebody is sent who must sign in first.
pub(super) fn to_sign_in() -> HttpResponse {
    frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, "/sign-in")).finish()
}

/// `GET /account`.
pub(super) async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Page>,
) -> Result<HttpResponse, PageError> {
    let Some(known) = identity::signed_in(&request) else { return Ok(to_sign_in()) };
    let unavailable = |error| PageError::unavailable("The ledger", error);
    let account = Account::Payer(known.address);
    let balance = app.ledger.balance(account).await.map_err(unavailable)?;
    let movements = app.ledger.movements(account, query.before, MOVEMENTS).await;
    let movements = movements.map_err(unavailable)?;
    let reserved = app.ledger.reserved(account).await.map_err(unavailable)?;
    let sessions = app.ledger.sessions_of(known.address, now()).await.map_err(unavailable)?;
    let payee = PayeeId::from_address(known.address);
    let deployment = app.chain.deployment();
    let template = AccountPage {
        frame: Frame::new(&request, &app, Place::Elsewhere, "Account"),
        address: checksummed(known.address),
        name: app.payee_name(payee),
        payee,
        balance,
        reserved,
        movements: movements.rows.into_iter().map(row).collect(),
        next: movements.next,
        first: query.before.is_none(),
        sessions,
        pay_in: PayIn {
            chain_id: deployment.chain_id,
            token: checksummed(deployment.token),
            settlement: checksummed(deployment.settlement),
            by_click: app.can_deposit_for(known.address),
        },
        deposited: query.deposited.map(tokens),
        known,
    };
    Ok(page(&request, StatusCode::OK, &template))
}

fn row(movement: AccountMovement) -> Row {
    let (what, detail) = match &movement.reason {
        Reason::Deposited { block: Some(block) } => {
            ("Deposit on chain".to_owned(), format!("in block {block}"))
        }
        Reason::Deposited { block: None } => {
            ("Deposit on chain".to_owned(), "its block left the chain later".to_owned())
        }
        Reason::Charged { held } => ("Answer".to_owned(), charged(*held, movement.change.abs())),
        Reason::Released { held, why } => {
            ("No charge".to_owned(), format!("{why}; {} was held and went back", held.in_tokens()))
        }
        Reason::TakenBack => {
            ("Deposit taken back".to_owned(), "its block left the chain".to_owned())
        }
        Reason::Other(kind) => (kind.clone(), String::new()),
    };
    Row { movement, what, detail }
}

/// What became of what was held for an answer.
fn charged(held: Nano, charged: i64) -> String {
    match held.get() - charged {
        0 => "every sentence of it is supported".to_owned(),
        back => format!("{} was held, {} went back", held.in_tokens(), tokens(back)),
    }
}

/// `POST /account/deposit`: pays in worthless tokens, on a development chain.
pub(super) async fn deposit(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<Plain>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let Some(known) = identity::signed_in(&request) else { return Ok(to_sign_in()) };
    let amount = app.deposit_for_sample(known.address).await?;
    let back = format!("/account?deposited={}", amount.get());
    Ok(frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, back)).finish())
}

/// `POST /account/sessions/{id}/end`.
pub(super) async fn end_session(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<Digest>,
    form: web::Form<Plain>,
) -> Result<HttpResponse, PageError> {
    csrf::verify(&request, &form.csrf)?;
    let Some(known) = identity::signed_in(&request) else { return Ok(to_sign_in()) };
    let ended = app.ledger.end_session(*id, known.address).await;
    ended.map_err(|error| PageError::unavailable("The ledger", error))?;
    Ok(frame::unkept(StatusCode::SEE_OTHER).insert_header((LOCATION, "/account#sessions")).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_carry_their_sign_to_the_last_unit() {
        assert_eq!([signed(0), signed(1), signed(-11_040_000)], ["0", "+0.000000001", "−0.01104"]);
    }
}
