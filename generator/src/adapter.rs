//! A LoRA adapter: the low-rank change that turns the base model into an expert of one domain, without
//! touching the base model's weights.
//!
//! [`admit()`] checks a PEFT folder before anything of it is allocated; every refusal has a stable code
//! ([`RejectCode`]). [`store`] keeps what was admitted, [`alias`] says which version a name means, and
//! [`AdapterRegistry`] is both together. See `docs/adapters.md`.

mod admit;
pub mod alias;
mod base_shape;
mod config;
mod folder;
mod header;
mod module;
mod peft;
mod plan;
mod registry;
mod rejected;
pub mod store;
mod weights;

pub use admit::{AdapterFile, Admitted, admit, listing, load};
pub use base_shape::{BaseShape, BaseShapeError};
pub use config::{PeftConfig, RANK_MOST};
pub use folder::{CONFIG_BYTES_MOST, CONFIG_FILE, WEIGHTS_FILE};
pub use header::HEADER_BYTES_MOST;
pub use peft::{PeftDtype, PeftFolder, PeftTensor, RandomAdapter};
pub use registry::{AdapterError, AdapterRegistry, ListedAdapter, ListedVersion};
pub use rejected::{RejectCode, Rejected};
pub use weights::{LoraAdapter, LoraPair, Projection, Site};
