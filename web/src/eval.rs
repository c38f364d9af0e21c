//! How good are the answers, measured? Evaluation on judged sets, by the same search, evidence and
//! shares that answers are made and paid by. Nothing here is part of the service.

pub mod answers;
pub mod attribution;
mod cached_embed;
#[cfg(test)]
mod injection;
pub mod retrieval;
mod scratch_index;

pub use cached_embed::CachedEmbed;
pub use scratch_index::{ScratchIndex, ScratchText};
