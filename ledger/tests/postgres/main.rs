//! The same suites as `tests/it`, on a real PostgreSQL; and what only a server can do.
//!
//! `cargo test -p footnote-ledger --features postgres --test postgres`

#[path = "../it/access.rs"]
mod access;
#[path = "../it/asking.rs"]
mod asking;
#[path = "../it/bundling.rs"]
mod bundling;
#[path = "../it/desk.rs"]
mod desk;
mod engine;
#[path = "../it/money_in.rs"]
mod money_in;
#[path = "../it/opening.rs"]
mod opening;
mod outage;
#[path = "../it/random.rs"]
mod random;
#[expect(dead_code, reason = "measurements start a durable one")]
mod server;
#[path = "../it/settling.rs"]
mod settling;
