//! The indexer against a chain in memory and real folders.

mod adapters;
mod crash;
mod follow;
mod reorganisation;
mod support;
mod texts;
