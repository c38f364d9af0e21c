//! The rules of Footnote, and nothing else: what a token, a sentence, a share, a line of a receipt
//! is. Every function here is pure; whatever touches a disk, a network or a clock lives elsewhere
//! and meets the rules through the small traits at the seams ([`chain::EventSource`],
//! [`embed::Embed`], [`trace::Trace`], [`score::Score`]).
//!
//! Useful when you need to know *why* somebody was paid; not when you look for how bytes move.

pub mod apportion;
pub mod attribution;
pub mod chain;
pub mod citation;
pub mod corpus;
pub mod decimal;
pub mod embed;
pub mod id;
pub mod money;
pub mod ownership;
pub mod payee;
#[cfg(test)]
mod property_cases;
pub mod receipt;
pub mod score;
pub mod sealed_lines;
pub mod source_uri;
pub mod text;
pub mod trace;
