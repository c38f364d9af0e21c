//! The rows of the database, one file per table. They stay inside this crate: what leaves it are the
//! types of the domain.

pub(crate) mod account;
pub(crate) mod answer;
pub(crate) mod answer_feedback;
pub(crate) mod answer_name;
pub(crate) mod api_key;
pub(crate) mod claim;
pub(crate) mod cursor;
pub(crate) mod deposit;
pub(crate) mod epoch;
pub(crate) mod epoch_balance;
pub(crate) mod epoch_leaf;
pub(crate) mod hold;
pub(crate) mod hold_resolution;
pub(crate) mod idempotency;
pub(crate) mod identity;
pub(crate) mod key_origin;
pub(crate) mod key_use;
pub(crate) mod outbox;
pub(crate) mod receipt;
pub(crate) mod receipt_line;
pub(crate) mod session;
pub(crate) mod spent_nonce;
pub(crate) mod transfer;
