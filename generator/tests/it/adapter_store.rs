//! Adapters on disk and in memory: whole or not there, one load for all, never more than the budget.

use crate::peft_folder::{base, peft};
use footnote_domain::id::Digest;
use footnote_generator::adapter::store::{
    AdapterDisk, AdapterMemory, AdapterSource, Lookup, StoreError,
};
use footnote_generator::adapter::{LoraAdapter, PeftDtype, Projection, load};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const BYTES_MOST: u64 = 1 << 20;

fn write(folder: &Path, seed: u64) -> std::path::PathBuf {
    let path = folder.join(format!("peft-{seed}"));
    peft(PeftDtype::Bf16, seed).write(&path).expect("written");
    path
}

fn folders_in(path: &Path) -> usize {
    std::fs::read_dir(path).expect("a folder").count()
}

#[test]
fn adding_again_changes_nothing_and_mends_what_is_damaged() {
    let root = tempfile::tempdir().expect("a folder");
    let source = write(root.path(), 1);
    let store = AdapterDisk::open(root.path().join("store"), BYTES_MOST).expect("a store");
    let record = store.add(&source, &base()).expect("added");
    assert_eq!(store.add(&source, &base()).expect("again"), record);
    assert_eq!(store.list().expect("a list").0, std::slice::from_ref(&record));
    let (_, wanted) = load(&source, &base(), BYTES_MOST).expect("good");
    assert_eq!(store.load(record.digest).expect("loaded"), wanted);

    let weights = store.path(record.digest).join("adapter_model.safetensors");
    let mut bytes = std::fs::read(&weights).expect("readable");
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    std::fs::write(&weights, bytes).expect("damaged");
    let error = store.load(record.digest).expect_err("damaged");
    assert!(matches!(error, StoreError::Damaged { digest, .. } if digest == record.digest));
    store.add(&source, &base()).expect("mended");
    assert_eq!(store.load(record.digest).expect("loaded"), wanted);
    assert_eq!(folders_in(&root.path().join("store/incoming")), 0, "nothing unfinished stays");

    store.remove(record.digest).expect("removed");
    assert!(matches!(store.load(record.digest), Err(StoreError::Missing(_))));
    assert!(matches!(store.remove(record.digest), Err(StoreError::Missing(_))));
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let root = tempfile::tempdir().expect("a folder");
    let mut bad = peft(PeftDtype::F32, 1);
    bad.tensors.pop();
    bad.write(&root.path().join("bad")).expect("written");
    let store = AdapterDisk::open(root.path().join("store"), BYTES_MOST).expect("a store");
    let error = store.add(&root.path().join("bad"), &base()).expect_err("unpaired");
    assert!(error.to_string().contains("[unpaired_tensor]"), "{error}");
    assert_eq!(folders_in(&root.path().join("store/incoming")), 0);
    assert_eq!(folders_in(&root.path().join("store/by-digest")), 0);
}

/// Round after round, since who comes between whom is a matter of luck.
#[test]
fn many_may_add_the_same_adapter_at_once() {
    let root = tempfile::tempdir().expect("a folder");
    let source = write(root.path(), 1);
    for round in 0..25 {
        let folder = root.path().join(format!("store {round}"));
        let store = AdapterDisk::open(&folder, BYTES_MOST).expect("a store");
        let add = || {
            let added = store.add(&source, &base()).expect("added");
            // From the first moment on, whatever others still do.
            store.load(added.digest).expect("stays where it is");
            added
        };
        let records: Vec<_> = std::thread::scope(|scope| {
            let adding: Vec<_> = (0..8).map(|_| scope.spawn(add)).collect();
            adding.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        assert!(records.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(folders_in(&folder.join("incoming")), 0);
    }
}

/// A store whose loads are watched, slowed down, and made to fail.
struct Watched {
    disk: AdapterDisk,
    loading: Mutex<HashSet<Digest>>,
    loads: AtomicUsize,
    failures_left: AtomicUsize,
    panics_left: AtomicUsize,
}

impl Watched {
    fn new(disk: AdapterDisk) -> Arc<Self> {
        let none = AtomicUsize::default;
        Arc::new(Self {
            disk,
            loading: Mutex::default(),
            loads: none(),
            failures_left: none(),
            panics_left: none(),
        })
    }
}

fn take_one(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl AdapterSource for Watched {
    fn bytes(&self, digest: Digest) -> Result<u64, StoreError> {
        self.disk.bytes(digest)
    }

    fn load(&self, digest: Digest) -> Result<LoraAdapter, StoreError> {
        assert!(!take_one(&self.panics_left), "asked to panic");
        let alone = self.loading.lock().expect("not poisoned").insert(digest);
        assert!(alone, "{digest} is being loaded twice at the same time");
        self.loads.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_micros(300));
        let adapter = self.disk.load(digest);
        self.loading.lock().expect("not poisoned").remove(&digest);
        if take_one(&self.failures_left) { Err(StoreError::Missing(digest)) } else { adapter }
    }
}

struct Stage {
    _root: tempfile::TempDir,
    source: Arc<Watched>,
    digests: Vec<Digest>,
    bytes: u64,
}

fn stage(adapters: u64) -> Stage {
    let root = tempfile::tempdir().expect("a folder");
    let disk = AdapterDisk::open(root.path().join("store"), BYTES_MOST).expect("a store");
    let add = |seed| disk.add(&write(root.path(), seed), &base()).expect("added");
    let records: Vec<_> = (0..adapters).map(add).collect();
    let digests = records.iter().map(|record| record.digest).collect();
    Stage { _root: root, source: Watched::new(disk), digests, bytes: records[0].bytes }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(4).enable_all().build().expect("a runtime")
}

#[test]
fn a_crowd_never_holds_more_than_the_budget_and_loads_nothing_twice_at_once() {
    let stage = stage(24);
    let runtime = runtime();
    let budget = stage.bytes * 6 + stage.bytes / 2;
    let memory = AdapterMemory::new(stage.source.clone(), budget, runtime.handle().clone());
    let (got, no_room) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for seed in 0..8 {
            let (memory, stage, runtime) = (&memory, &stage, &runtime);
            let (got, no_room) = (&got, &no_room);
            scope.spawn(move || {
                let mut random = StdRng::seed_from_u64(seed);
                let mut held: Vec<Arc<LoraAdapter>> = Vec::new();
                for _ in 0..400 {
                    let digest = stage.digests[random.random_range(0..stage.digests.len())];
                    match random.random_range(0..10) {
                        0 => memory.prefetch(digest),
                        1 => memory.forget(digest),
                        2 => drop(memory.try_get(digest)),
                        _ => match runtime.block_on(memory.get(digest)) {
                            Ok(adapter) => {
                                assert_eq!(adapter.digest, digest, "another adapter answered");
                                got.fetch_add(1, Ordering::SeqCst);
                                held.push(adapter);
                            }
                            Err(error) => {
                                assert!(matches!(*error, StoreError::NoRoom { .. }), "{error}");
                                no_room.fetch_add(1, Ordering::SeqCst);
                            }
                        },
                    }
                    // One at a time, and now and then none: eight hold more than there is room for.
                    let keep = usize::from(random.random_bool(0.7));
                    while held.len() > keep {
                        held.remove(0);
                    }
                    assert!(memory.usage().bytes <= budget);
                }
            });
        }
    });
    let usage = memory.usage();
    assert!(usage.bytes_peak <= budget, "{usage:?}");
    let (got, no_room) = (got.into_inner(), no_room.into_inner());
    assert!(got > 1_000 && usage.evictions > 50, "{got} got, {no_room} without room, {usage:?}");
}

#[test]
fn one_load_serves_all_who_wait() {
    let stage = stage(1);
    let runtime = runtime();
    let memory = AdapterMemory::new(stage.source.clone(), BYTES_MOST, runtime.handle().clone());
    let digest = stage.digests[0];
    let all = runtime.block_on(futures::future::join_all((0..50).map(|_| memory.get(digest))));
    let first = all[0].as_ref().expect("loaded");
    assert!(all.iter().all(|one| Arc::ptr_eq(one.as_ref().expect("loaded"), first)));
    assert_eq!(stage.source.loads.load(Ordering::SeqCst), 1);
    assert_eq!(first.sites.keys().filter(|site| site.projection == Projection::Q).count(), 2);
}

#[test]
fn a_batch_is_told_at_once_and_a_prefetch_needs_no_one_waiting() {
    let stage = stage(1);
    let runtime = runtime();
    let memory = AdapterMemory::new(stage.source.clone(), BYTES_MOST, runtime.handle().clone());
    let digest = stage.digests[0];
    assert!(matches!(memory.try_get(digest), Lookup::Absent));
    memory.prefetch(digest);
    let began = std::time::Instant::now();
    loop {
        match memory.try_get(digest) {
            Lookup::Ready(adapter) => break assert_eq!(adapter.digest, digest),
            Lookup::Loading => assert!(began.elapsed() < Duration::from_secs(20), "never ready"),
            Lookup::Absent => panic!("the load is forgotten"),
        }
        std::thread::yield_now();
    }
}

#[test]
fn an_adapter_deleted_in_flight_lives_as_long_as_it_is_held() {
    let stage = stage(2);
    let runtime = runtime();
    let budget = stage.bytes + stage.bytes / 2;
    let memory = AdapterMemory::new(stage.source.clone(), budget, runtime.handle().clone());
    let (first, second) = (stage.digests[0], stage.digests[1]);
    let held = runtime.block_on(memory.get(first)).expect("loaded");
    stage.source.disk.remove(first).expect("deleted");
    memory.forget(first);
    assert_eq!((held.digest, memory.usage().bytes), (first, stage.bytes), "held, and counted");
    let error = runtime.block_on(memory.get(second)).expect_err("no room while it is held");
    assert!(matches!(*error, StoreError::NoRoom { in_use, .. } if in_use == stage.bytes));
    drop(held);
    runtime.block_on(memory.get(second)).expect("room again");
    let gone = runtime.block_on(memory.get(first)).expect_err("deleted");
    assert!(matches!(*gone, StoreError::Missing(digest) if digest == first));
}

#[test]
fn the_longest_unused_goes_first_and_pins_stay() {
    let stage = stage(4);
    let runtime = runtime();
    let budget = stage.bytes * 2;
    let memory = AdapterMemory::new(stage.source.clone(), budget, runtime.handle().clone());
    let is_here = |at: usize| matches!(memory.try_get(stage.digests[at]), Lookup::Ready(_));
    runtime.block_on(async {
        let pin = memory.pin(stage.digests[0]).await.expect("pinned");
        for at in [1, 2, 3] {
            memory.get(stage.digests[at]).await.expect("loaded");
        }
        assert_eq!([0, 1, 2, 3].map(is_here), [true, false, false, true]);
        drop(pin);
        // Looked at last, so 0 is the longest unused now.
        assert!(is_here(3));
        memory.get(stage.digests[1]).await.expect("loaded");
        assert_eq!([0, 1, 3].map(is_here), [false, true, true]);
    });
}

#[test]
fn a_failed_load_gives_its_room_back_and_is_tried_again() {
    let stage = stage(1);
    let runtime = runtime();
    let memory = AdapterMemory::new(stage.source.clone(), stage.bytes, runtime.handle().clone());
    let digest = stage.digests[0];
    let get = || runtime.block_on(memory.get(digest));
    stage.source.failures_left.store(1, Ordering::SeqCst);
    assert!(matches!(*get().expect_err("fails once"), StoreError::Missing(_)));
    stage.source.panics_left.store(1, Ordering::SeqCst);
    assert!(matches!(*get().expect_err("panics once"), StoreError::Interrupted(_)));
    assert_eq!(memory.usage().bytes, 0);
    get().expect("the third try loads");
    let small = AdapterMemory::new(stage.source.clone(), stage.bytes - 1, runtime.handle().clone());
    let error = runtime.block_on(small.get(digest)).expect_err("never fits");
    assert!(matches!(*error, StoreError::LargerThanMemory { .. }), "{error}");
    let stranger = runtime.block_on(memory.get(Digest::default())).expect_err("not stored");
    assert!(matches!(*stranger, StoreError::Missing(_)));
}

#[test]
fn every_record_is_that_of_its_own_adapter() {
    let stage = stage(5);
    let by_digest: BTreeMap<Digest, usize> =
        stage.digests.iter().enumerate().map(|(at, digest)| (*digest, at)).collect();
    assert_eq!(by_digest.len(), 5, "five seeds, five adapters");
    let (first, second) = (stage.digests[0], stage.digests[1]);
    let disk = &stage.source.disk;
    std::fs::copy(disk.path(second).join("record.json"), disk.path(first).join("record.json"))
        .expect("mixed up");
    assert!(matches!(disk.load(first), Err(StoreError::Damaged { .. })));
    for file in ["adapter_model.safetensors", "adapter_config.json"] {
        std::fs::copy(disk.path(first).join(file), disk.path(second).join(file)).expect("mixed up");
    }
    assert!(matches!(disk.load(second), Err(StoreError::Damaged { .. })));
}
