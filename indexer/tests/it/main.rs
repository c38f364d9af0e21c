//! The indexer against a chain in memory and real folders.

mod crash;
mod follow;
mod reorganisation;
mod support;
mod texts;
