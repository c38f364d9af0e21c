//! What does an account hold, how did it come to that, and where is it signed in?

use super::frame::{self, Frame, Place, page};
use super::sign_in::Plain;
use super::{PageError, problem, show};
use crate::app::App;
use crate::ask::now;
use crate::http::csrf;
use crate::http::identity::{self, SignedIn};
use crate::http::words::{self, Words};
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
    fn change(&self, words: &&'static Words) -> String {
        signed(words, self.movement.change)
    }

    fn after(&self, words: &&'static Words) -> String {
        tokens(words, self.movement.after)
    }
}

/// `+0.5`, `−0.01104`, `0`.
fn signed(words: &'static Words, nano: i64) -> String {
    match nano {
        0 => "0".to_owned(),
        1.. => format!("+{}", tokens(words, nano)),
        _ => format!("−{}", tokens(words, nano)),
    }
}

fn tokens(words: &'static Words, nano: i64) -> String {
    let amount = Nano::new(i128::from(nano.unsigned_abs()));
    words.amount(amount.unwrap_or_default())
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
    let words = words::of(&request);
    let template = AccountPage {
        frame: Frame::new(&request, &app, Place::Elsewhere, words.say("account-title")),
        address: checksummed(known.address),
        name: app.payee_name(payee),
        payee,
        balance,
        reserved,
        movements: movements.rows.into_iter().map(|one| row(words, one)).collect(),
        next: movements.next,
        first: query.before.is_none(),
        sessions,
        pay_in: PayIn {
            chain_id: deployment.chain_id,
            token: checksummed(deployment.token),
            settlement: checksummed(deployment.settlement),
            by_click: app.can_deposit_for(known.address),
        },
        deposited: query.deposited.map(|amount| tokens(words, amount)),
        known,
    };
    Ok(page(&request, StatusCode::OK, &template))
}

fn row(words: &'static Words, movement: AccountMovement) -> Row {
    let say = |key| words.say(key).to_string();
    let (what, detail) = match &movement.reason {
        Reason::Deposited { block: Some(block) } => {
            let block = words.say("movement-in-block").put("block", block);
            (say("movement-deposit"), block.to_string())
        }
        Reason::Deposited { block: None } => {
            (say("movement-deposit"), say("movement-block-left-later"))
        }
        Reason::Charged { held } => {
            (say("movement-answer"), charged(words, *held, movement.change.abs()))
        }
        Reason::Released { held, why } => {
            let back = words.say("movement-all-back").put("held", words.amount(held));
            let why = problem::of_release(words, why);
            (say("movement-no-charge"), format!("{why} {back}"))
        }
        Reason::TakenBack => (say("movement-taken-back"), say("movement-block-left")),
        Reason::Other(kind) => (kind.clone(), String::new()),
    };
    Row { movement, what, detail }
}

/// What became of what was held for an answer.
fn charged(words: &'static Words, held: Nano, charged: i64) -> String {
    let said = match held.get() - charged {
        0 => words.say("movement-all-supported"),
        back => {
            let said = words.say("movement-held").put("held", words.amount(held));
            said.put("back", tokens(words, back))
        }
    };
    said.to_string()
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
        let en = |nano| signed(words::default(), nano);
        assert_eq!([en(0), en(1), en(-11_040_000)], ["0", "+0.000000001", "−0.01104"]);
    }
}
