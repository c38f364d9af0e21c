//! Which adapter does a name mean right now? Aliases point at versions and are moved by small edits:
//! publish, freeze, roll back, redirect, disable. Every edit is a line of an append-only log, which is
//! both the state and the audit.
//!
//! Resolving never falls back: an alias that is unknown, disabled or leads nowhere is an error.

mod book;
mod change;
mod error;
mod log;
mod name;
mod table;

pub use book::{AliasBook, Resolved};
pub use change::{AliasChange, AliasEvent, Mirrored, MirroredVersion};
pub use error::AliasError;
pub use name::AliasName;
pub use table::{AliasEntry, AliasState, AliasStatus, AliasTable, AliasVersion};
