//! Who owes what to whom, and where is it proven? The books and the chain that settles them.
//!
//! [`Ledger`] is the door to the books: a price is reserved ([`Begin`]), an answer is charged and
//! receipted ([`Capture`]) or released ([`Outcome`]), payees read their [`Earnings`]. [`settle`]
//! takes a closed epoch to the chain; [`audit`] checks the books without sharing code with what
//! writes them; [`verify`] checks what was published, from its bytes alone; [`chain`] speaks to the
//! contracts.
//!
//! Not here: what an answer costs and who earns it (`footnote-domain`), and who may ask (the web).

pub mod audit;
pub mod chain;
pub mod merkle;
pub mod settle;
pub mod verify;

mod access;
mod account;
mod backup;
mod book;
mod bulk;
mod bundle;
mod bytes;
mod clock;
mod database;
mod entity;
mod error;
mod inspect;
mod journal;
mod ledger;
mod operation;
mod read;
mod settings;
mod statement;
mod writer;

pub use access::{
    ApiKey, Feedback, KeyCaps, KeyKind, KeyTerms, KeyUse, NewKey, NewSession, Session,
};
pub use account::Account;
pub use backup::back_up;
pub use error::LedgerError;
pub use inspect::{Inspection, inspect};
pub use ledger::Ledger;
pub use operation::begin::{Begin, Begun, Hold};
pub use operation::capture::{Capture, LineDetail};
pub use operation::deposit::Deposit;
pub use operation::void::Outcome;
pub use read::answer::{AnswerState, StoredAnswer};
pub use read::balance::Balance;
pub use read::earning::{DocumentEarnings, EarnedLine, Earnings, PayeeTotals};
pub use read::epoch::{ClaimProof, EpochRecord, EpochStage};
pub use read::feedback::GivenFeedback;
pub use read::history::{AskedAnswer, Cursor};
pub use read::key::KeyUsage;
pub use read::movement::{AccountMovement, Movements, Reason, Reserved};
pub use read::receipt::signed_fields;
pub use read::statement::{DayEarnings, StatementLine};
pub use read::statistics::{Day, Statistics};
pub use settings::{LedgerSettings, Opening};
