//! Which adapters are ready for the device? Packed ones are kept up to a budget of bytes; the one that
//! was not used for the longest time makes room.
//!
//! An adapter is packed before its request joins the batch, on the thread that asks, so that a batch
//! never waits. Those in use are held by their requests and outlive their slot.

use super::{AdapterMisfit, ModelConfig, PackedAdapter};
use crate::adapter::LoraAdapter;
use footnote_domain::id::Digest;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Packed adapters of one model.
#[derive(Debug)]
pub struct AdapterSlots {
    config: ModelConfig,
    bytes_most: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    slots: HashMap<Digest, Slot>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct Slot {
    adapter: Arc<PackedAdapter>,
    used: u64,
}

impl AdapterSlots {
    /// For a base model; keeps `bytes_most` bytes of adapters that nobody uses at the moment.
    pub fn new(config: ModelConfig, bytes_most: usize) -> Self {
        Self { config, bytes_most, held: Mutex::default() }
    }

    /// The adapter, packed: at once where it has a slot, else after packing it (milliseconds).
    ///
    /// # Errors
    /// When it was not made for this base model.
    pub fn get(&self, adapter: &LoraAdapter) -> Result<Arc<PackedAdapter>, AdapterMisfit> {
        if let Some(ready) = self.lock().find(adapter.digest) {
            return Ok(ready);
        }
        // Not under the lock: others get theirs meanwhile. Two may pack the same one; one is kept.
        let packed = Arc::new(PackedAdapter::pack(adapter, &self.config)?);
        Ok(self.lock().keep(packed, self.bytes_most))
    }

    /// Bytes of all slots.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        // Nothing in here can be left half done.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn find(&mut self, digest: Digest) -> Option<Arc<PackedAdapter>> {
        self.clock += 1;
        let slot = self.slots.get_mut(&digest)?;
        slot.used = self.clock;
        Some(Arc::clone(&slot.adapter))
    }

    fn keep(&mut self, adapter: Arc<PackedAdapter>, bytes_most: usize) -> Arc<PackedAdapter> {
        if let Some(ready) = self.find(adapter.digest()) {
            return ready;
        }
        while self.bytes + adapter.bytes() > bytes_most && self.drop_oldest() {}
        self.bytes += adapter.bytes();
        let slot = Slot { adapter: Arc::clone(&adapter), used: self.clock };
        self.slots.insert(adapter.digest(), slot);
        adapter
    }

    /// Frees the slot that was unused for the longest; false where all are in use.
    fn drop_oldest(&mut self) -> bool {
        let unused = self.slots.iter().filter(|(_, slot)| Arc::strong_count(&slot.adapter) == 1);
        let Some(digest) = unused.min_by_key(|(_, slot)| slot.used).map(|(digest, _)| *digest)
        else {
            return false;
        };
        if let Some(slot) = self.slots.remove(&digest) {
            self.bytes -= slot.adapter.bytes();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::Projection;
    use crate::engine::invented::InventedModel;
    use crate::engine::{Architecture, ModelConfig};

    #[test]
    fn the_budget_holds_and_the_oldest_unused_one_makes_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = InventedModel::tiny(Architecture::Llama);
        model.write(folder.path()).expect("written");
        let config = ModelConfig::read(folder.path()).expect("is one");
        let adapters: Vec<LoraAdapter> =
            (0..4).map(|seed| model.adapter(16, &[Projection::Q], seed)).collect();
        let size = PackedAdapter::pack(&adapters[0], &config).expect("fits").bytes();
        let slots = AdapterSlots::new(config, 2 * size);
        let get = |at: usize| slots.get(&adapters[at]).expect("fits");
        let first = get(0);
        get(1);
        assert!(Arc::ptr_eq(&first, &get(0)), "packed once");
        get(2);
        assert_eq!(slots.bytes(), 2 * size);
        assert!(Arc::ptr_eq(&first, &get(0)), "it is in use: 1 made room");
        let (second, third) = (get(2), get(3));
        assert_eq!(slots.bytes(), 3 * size, "all are in use, and none waits");
        drop((first, second, third));
        get(1);
        assert_eq!(slots.bytes(), 2 * size);
    }
}
