//! What can be done to the books? One file per operation; each happens inside the writer's batch, as
//! a whole or not at all.

pub(crate) mod begin;
pub(crate) mod begin_by_key;
pub(crate) mod capture;
pub(crate) mod claim;
pub(crate) mod close;
pub(crate) mod deposit;
pub(crate) mod epoch;
pub(crate) mod key;
pub(crate) mod outbox;
pub(crate) mod reader;
pub(crate) mod rename;
pub(crate) mod session;
pub(crate) mod sign;
pub(crate) mod void;
