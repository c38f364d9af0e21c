//! The process: configuration, the recipe of an answer, HTTP, and the command line of `footnote`.
//!
//! [`ask`] wires the crates below into one answer and knows nothing of HTTP; pages, API and command
//! line all call it.

pub mod app;
pub mod ask;
pub mod cli;
pub mod config;
pub mod eval;
pub mod http;
pub mod import;
pub mod shared;
