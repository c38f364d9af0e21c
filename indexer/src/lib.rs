//! How does a text registered on chain become searchable? Stage by stage: [`follow`] reads the
//! registry's events, [`fetch`] finds each text by its hash, [`chunk`] cuts sentences and passages,
//! [`embed`] computes vectors beside the others, [`write`] publishes a generation.
//!
//! The state is a cache of the chain: the log of events is the only thing kept, everything else
//! follows from it and from the blobs. Whatever is lost or damaged is read again, and a
//! reorganisation is undone by cutting the log and folding it anew.

pub mod adapters;
pub mod assemble;
pub mod blob;
pub mod chain_log;
pub mod chunk;
pub mod corpus;
pub mod cut;
pub mod embed;
pub mod fake;
pub mod fetch;
pub mod follow;
pub mod stage;
pub mod status;
pub mod vectors;
pub mod wordpiece;
pub mod write;

mod atomic_file;
mod desk;
mod error;
mod indexer;
mod settings;

pub use blob::BlobStore;
pub use error::IndexerError;
pub use indexer::Indexer;
pub use settings::IndexerSettings;
pub use status::{IndexStatus, Phase};
