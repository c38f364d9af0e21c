//! Where do admitted adapters lie? On disk by their digest, and as many of them in memory as a budget
//! allows.
//!
//! Loading happens on blocking threads, each adapter once however many ask for it; a batch that runs
//! meanwhile does not wait ([`AdapterMemory::try_get`]).

mod disk;
mod error;
mod memory;

pub use disk::AdapterDisk;
pub use error::StoreError;
pub use memory::{AdapterMemory, AdapterSource, Lookup, MemoryUsage, Pin};
