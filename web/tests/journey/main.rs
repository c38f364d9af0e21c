//! The product as its users meet it: the real binary, a real development chain, real HTTP.
//!
//! Needs `FOOTNOTE_ANVIL` (and, for search by meaning, `FOOTNOTE_ONNXRUNTIME` and
//! `FOOTNOTE_MODEL_DIR`); `cargo xtask test` sets them. Without anvil the tests say that they were
//! skipped; with a broken one they fail.

mod account;
mod adapters;
mod asking;
mod browser;
mod crash;
mod door;
mod evidence;
mod experts;
mod house;
mod importing;
mod keys;
mod limits;
mod mcp;
mod operating;
mod paying;
mod reading;
mod scripted;
mod searching;
mod statement;
mod stranger;
