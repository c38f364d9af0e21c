//! How are a thousand experts run on one model? A decoder for the Llama family in which every row of a
//! batch has its own adapters: one base model in memory, LoRA adapters beside it, never merged.
//!
//! Useful where requests of many domains meet on one machine, each answered by its own expert. Not
//! useful for other families of models, or for quantised files: those are for `mistralrs` or for a
//! server.
//!
//! From below: `kernel` multiplies, `linear` and `lora` are a layer with the adapters of its rows,
//! `cache` and `attention` remember, `decoder` takes a step;
//! `blocks`, `sequence` and `scheduler` decide who is in it.

mod attention;
mod backend;
mod blocks;
mod cache;
mod checkpoint;
mod config;
mod decoder;
mod error;
pub mod invented;
mod kernel;
mod linear;
mod lora;
mod norm;
mod rope;
mod sample;
mod scheduler;
mod sequence;
mod slots;
mod stop;
#[cfg(test)]
mod tests;
mod weights;
mod words;

pub use backend::{EngineBackend, EngineOpenError, EngineSettings};
pub use config::{Architecture, ModelConfig};
pub use decoder::{Decoder, DecoderSettings, Device, Outcome, Row, Wanted};
pub use error::{AdapterMisfit, EngineError, ModelError};
pub use lora::{Mix, PackedAdapter};
pub use rope::RopeScaling;
pub use sample::{Chosen, Sampling};
pub use scheduler::Engine;
pub use sequence::{Asked, Ended, Given, Said};
pub use slots::AdapterSlots;
pub use stop::Stops;
pub use words::{Spoken, Words};

/// In which precision are the matrices of a model kept? Everything is summed in `f32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightPrecision {
    /// bf16 where the file says so, else f32.
    AsStored,
    /// All in f32.
    F32,
    /// All in bf16: half the memory, and half the time of a lone sequence.
    Bf16,
}
