//! What can be done to the books? One file per operation; each happens inside the writer's batch, as
//! a whole or not at all.

pub(crate) mod begin;
pub(crate) mod capture;
pub(crate) mod claim;
pub(crate) mod close;
pub(crate) mod deposit;
pub(crate) mod epoch;
pub(crate) mod outbox;
pub(crate) mod sign;
pub(crate) mod void;
