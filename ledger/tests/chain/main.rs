//! Does the chain client keep its word on a real chain? Every test starts an anvil of its own, from
//! the binary that `FOOTNOTE_ANVIL` names; without one, the tests say that they were skipped.

mod connecting;
mod contributing;
mod flaky;
mod settling;
mod stage;
