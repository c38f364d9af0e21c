//! Which adapters are in memory? At most a budget of bytes, counted from the moment a load begins until
//! the last request that uses an adapter lets go of it, even after it was taken out.
//!
//! Room is made by the least recently used adapter that nobody holds and nothing pins. One that is held
//! is never taken out to make room: that would free nothing.

use super::error::StoreError;
use crate::adapter::LoraAdapter;
use footnote_domain::id::Digest;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Adapters read from disk at the same time: a disk gains little from more.
const LOADS_AT_ONCE: usize = 4;

/// Where adapters come from.
pub trait AdapterSource: Send + Sync {
    /// Bytes that an adapter will take, known without reading its numbers.
    ///
    /// # Errors
    /// [`StoreError::Missing`] and what the store meets.
    fn bytes(&self, digest: Digest) -> Result<u64, StoreError>;

    /// Reads an adapter; computes and waits for the disk.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    fn load(&self, digest: Digest) -> Result<LoraAdapter, StoreError>;
}

type Outcome = Result<Arc<LoraAdapter>, Arc<StoreError>>;
type Load = Shared<BoxFuture<'static, Outcome>>;

/// What a batch that cannot wait is told.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// Here it is.
    Ready(Arc<LoraAdapter>),
    /// It is on its way.
    Loading,
    /// Nobody has asked for it, or its load has failed: see [`AdapterMemory::prefetch`].
    Absent,
}

/// Counts since the start, and what is used now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemoryUsage {
    /// Bytes allowed.
    pub budget: u64,
    /// Bytes in use, those of loads under way and of adapters taken out but still held among them.
    pub bytes: u64,
    /// The most that was ever in use.
    pub bytes_peak: u64,
    /// Adapters that can be had at once.
    pub ready: usize,
    /// Loads begun.
    pub loads: u64,
    /// Adapters found in memory.
    pub hits: u64,
    /// Adapters taken out to make room.
    pub evictions: u64,
}

/// The adapters in memory. Clones share them.
#[derive(Clone)]
pub struct AdapterMemory(Arc<Inner>);

struct Inner {
    source: Arc<dyn AdapterSource>,
    budget: u64,
    runtime: Handle,
    places: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: HashMap<Digest, Entry>,
    pins: HashMap<Digest, usize>,
    /// Taken out while somebody held them.
    lingering: Vec<(Weak<LoraAdapter>, u64)>,
    /// Bytes of entries and of loads under way.
    bytes: u64,
    clock: u64,
    usage: MemoryUsage,
}

enum Entry {
    /// Whoever asks waits for this one load; `kept` is taken back when the adapter is forgotten meanwhile.
    Loading {
        load: Load,
        kept: bool,
    },
    Ready {
        adapter: Arc<LoraAdapter>,
        bytes: u64,
        last_used: u64,
    },
}

impl AdapterMemory {
    /// Keeps at most `budget` bytes of what `source` has; loads run on `runtime`'s blocking threads.
    pub fn new(source: Arc<dyn AdapterSource>, budget: u64, runtime: Handle) -> Self {
        let places = Arc::new(Semaphore::new(LOADS_AT_ONCE));
        Self(Arc::new(Inner { source, budget, runtime, places, state: Mutex::default() }))
    }

    /// The adapter, loaded if need be; one load serves all who wait for it.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::NoRoom`] may pass, the others need somebody's help.
    pub async fn get(&self, digest: Digest) -> Outcome {
        match self.ready_or_load(digest) {
            Ok(adapter) => Ok(adapter),
            Err(load) => load.await,
        }
    }

    /// The adapter if it is here; never waits, never starts a load.
    pub fn try_get(&self, digest: Digest) -> Lookup {
        let mut state = self.0.lock();
        match state.touch(digest) {
            Some(adapter) => Lookup::Ready(adapter),
            None if state.entries.contains_key(&digest) => Lookup::Loading,
            None => Lookup::Absent,
        }
    }

    /// Starts the load if need be, and does not wait for it: what a request does when it is queued.
    pub fn prefetch(&self, digest: Digest) {
        // A failure is told to whoever asks next.
        drop(self.ready_or_load(digest));
    }

    /// Loads an adapter and keeps it until the pin is dropped.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn pin(&self, digest: Digest) -> Result<Pin, Arc<StoreError>> {
        // Pinned first, so that it is not taken out between its load and the pin.
        let pin = Pin::new(self, digest);
        self.get(digest).await?;
        Ok(pin)
    }

    /// Takes an adapter out, as when it was deleted; requests that hold it keep it.
    pub fn forget(&self, digest: Digest) {
        let mut state = self.0.lock();
        // A load under way serves those who wait for it, and nobody after them.
        if let Some(Entry::Loading { kept, .. }) = state.entries.get_mut(&digest) {
            *kept = false;
        } else if let Some(Entry::Ready { adapter, bytes, .. }) = state.entries.remove(&digest) {
            state.bytes -= bytes;
            state.lingering.push((Arc::downgrade(&adapter), bytes));
        }
    }

    /// What is used now, and what happened so far.
    pub fn usage(&self) -> MemoryUsage {
        let mut state = self.0.lock();
        let bytes = state.bytes_in_use();
        let ready = state.entries.values().filter(|one| matches!(one, Entry::Ready { .. })).count();
        MemoryUsage { budget: self.0.budget, bytes, ready, ..state.usage }
    }

    fn ready_or_load(&self, digest: Digest) -> Result<Arc<LoraAdapter>, Load> {
        let mut state = self.0.lock();
        if let Some(adapter) = state.touch(digest) {
            state.usage.hits += 1;
            return Ok(adapter);
        }
        if let Some(Entry::Loading { load, .. }) = state.entries.get(&digest) {
            return Err(load.clone());
        }
        state.usage.loads += 1;
        let load = self.start(digest);
        state.entries.insert(digest, Entry::Loading { load: load.clone(), kept: true });
        Err(load)
    }

    /// The load runs whether or not anybody waits for it.
    fn start(&self, digest: Digest) -> Load {
        let (inner, places) = (Arc::clone(&self.0), Arc::clone(&self.0.places));
        let task = self.0.runtime.spawn(async move {
            // The semaphore is never closed; without a place the load would only be less polite.
            let _place = places.acquire_owned().await.ok();
            // Claimed on its own thread: dropping a claim takes the lock that we hold here.
            let load = move || Claim { inner, digest, bytes: 0, settled: false }.load();
            tokio::task::spawn_blocking(load).await
        });
        let outcome = async move {
            match task.await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) | Err(_) => Err(Arc::new(StoreError::Interrupted(digest))),
            }
        };
        outcome.boxed().shared()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn touch(&mut self, digest: Digest) -> Option<Arc<LoraAdapter>> {
        self.clock += 1;
        match self.entries.get_mut(&digest) {
            Some(Entry::Ready { adapter, last_used, .. }) => {
                *last_used = self.clock;
                Some(Arc::clone(adapter))
            }
            _ => None,
        }
    }

    fn bytes_in_use(&mut self) -> u64 {
        self.lingering.retain(|(adapter, _)| adapter.strong_count() > 0);
        self.bytes + self.lingering.iter().map(|(_, bytes)| bytes).sum::<u64>()
    }

    /// Takes `bytes` of the budget, making room where that is possible.
    fn reserve(&mut self, digest: Digest, bytes: u64, budget: u64) -> Result<(), StoreError> {
        if bytes > budget {
            return Err(StoreError::LargerThanMemory { digest, bytes, budget });
        }
        loop {
            let in_use = self.bytes_in_use();
            if in_use + bytes <= budget {
                self.bytes += bytes;
                self.usage.bytes_peak = self.usage.bytes_peak.max(in_use + bytes);
                return Ok(());
            }
            let Some(idle) = self.longest_idle() else {
                return Err(StoreError::NoRoom { digest, bytes, in_use, budget });
            };
            if let Some(Entry::Ready { bytes, .. }) = self.entries.remove(&idle) {
                self.bytes -= bytes;
                self.usage.evictions += 1;
            }
        }
    }

    /// The adapter that was not used for the longest time, of those that nobody holds.
    fn longest_idle(&self) -> Option<Digest> {
        let idle = self.entries.iter().filter_map(|(digest, entry)| match entry {
            Entry::Ready { adapter, last_used, .. }
                if Arc::strong_count(adapter) == 1 && !self.pins.contains_key(digest) =>
            {
                Some((*last_used, *digest))
            }
            _ => None,
        });
        idle.min().map(|(_, digest)| digest)
    }
}

/// A load under way. However it ends, a panic included, its place and its bytes are given back unless
/// the adapter took them over.
struct Claim {
    inner: Arc<Inner>,
    digest: Digest,
    bytes: u64,
    settled: bool,
}

impl Claim {
    fn load(mut self) -> Outcome {
        let digest = self.digest;
        let bytes = self.inner.source.bytes(digest).map_err(Arc::new)?;
        self.inner.lock().reserve(digest, bytes, self.inner.budget).map_err(Arc::new)?;
        self.bytes = bytes;
        let adapter = Arc::new(self.inner.source.load(digest).map_err(Arc::new)?);
        self.settle(&adapter);
        Ok(adapter)
    }

    fn settle(&mut self, adapter: &Arc<LoraAdapter>) {
        let mut state = self.inner.lock();
        self.settled = true;
        let bytes = self.bytes;
        let loading = state.entries.remove(&self.digest);
        if matches!(loading, Some(Entry::Loading { kept: true, .. })) {
            state.clock += 1;
            let last_used = state.clock;
            let ready = Entry::Ready { adapter: Arc::clone(adapter), bytes, last_used };
            state.entries.insert(self.digest, ready);
        } else {
            state.bytes -= bytes;
            state.lingering.push((Arc::downgrade(adapter), bytes));
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // The place of a settled load may be that of the next load by now.
        if !self.settled {
            let mut state = self.inner.lock();
            state.bytes -= self.bytes;
            state.entries.remove(&self.digest);
        }
    }
}

/// Keeps an adapter in memory as long as it lives.
pub struct Pin {
    memory: AdapterMemory,
    digest: Digest,
}

impl Pin {
    fn new(memory: &AdapterMemory, digest: Digest) -> Self {
        *memory.0.lock().pins.entry(digest).or_default() += 1;
        Self { memory: memory.clone(), digest }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut state = self.memory.0.lock();
        if let Some(count) = state.pins.get_mut(&self.digest) {
            *count -= 1;
            if *count == 0 {
                state.pins.remove(&self.digest);
            }
        }
    }
}
