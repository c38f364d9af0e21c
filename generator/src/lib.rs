//! Who writes the answer? A [`Backend`] turns a question and its passages into a stream of events:
//! sentences that quote, or text from a model, or a refusal that says why.
//!
//! The backend chosen by default is [`ExtractiveBackend`]: it needs no model weights, composes the
//! answer from sentences of the passages, word for word, and refuses when none of them answers.
//! Searching, binding citations and charging happen elsewhere.

pub mod adapter;
mod backend;
pub mod engine;
mod error;
mod event;
pub mod exercise;
mod extractive;
mod folder;
pub mod follow_up;
#[cfg(feature = "mistralrs")]
mod mistral;
pub mod model;
mod openai;
mod request;
#[cfg(test)]
mod tiny;

pub use backend::{Backend, Capabilities, EventStream, TokenLimits};
pub use error::GenerateError;
pub use event::{Event, Refusal, Usage};
pub use extractive::{Confidence, LexicalSettings, RankingWeights};
pub use extractive::{ExtractiveBackend, Parts, Scored, SelectionSettings, Settings};
pub use folder::ModelFolderError;
#[cfg(feature = "mistralrs")]
pub use mistral::{MistralBackend, MistralError, MistralSettings};
pub use openai::{ApiKey, ApiKeyError, OpenAiBackend, OpenAiError, OpenAiSettings, Waits};
pub use request::{DEFAULT_MAX_SENTENCES, Expert, Request, Source, SourceSentence};
