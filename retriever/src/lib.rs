//! Where is the passage that answers, and which spans of an answer were read somewhere? Three
//! indexes over the same texts — words ([`lexical`]), meaning ([`vector`]) and verbatim spans
//! ([`suffix`]) — are written, sealed and published together as one [`generation`], so that a
//! search, a citation and a trace always speak of the same state of the chain.
//!
//! Everything here computes on the calling thread: call it from a blocking pool. Deciding who owns
//! a sentence, and following the chain, happen before ([`footnote_domain::ownership`], the indexer).

pub mod embedder;
pub mod error;
pub mod filter;
pub mod fusion;
pub mod generation;
pub mod lexical;
mod mapped;
pub mod relevance;
pub mod search;
pub mod suffix;
pub mod vector;

pub use embedder::FastEmbedder;
pub use error::RetrieverError;
pub use filter::{Day, Facets, Filter, ParseDayError};
pub use generation::input::{ChunkingParameters, DocumentInput, DocumentVectors, GenerationInput};
pub use generation::manifest::{GenerationId, Manifest};
pub use generation::pointer::{collect_garbage, current, generations, publish};
pub use generation::reader::Generation;
pub use generation::shelf::Shelf;
pub use generation::writer::{Progress, WriteStage, write_generation, write_generation_on};
pub use search::{Hit, Mode, SearchRequest, SearchResults, quoted};
pub use suffix::PhraseHit;
pub use vector::VectorEngine;
