//! A LoRA adapter: the low-rank change that turns the base model into an expert of one domain, without
//! touching the base model's weights.

mod weights;

pub use weights::{LoraAdapter, LoraPair, Projection, Site};
