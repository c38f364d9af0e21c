//! What do the tests share? A chain, a folder, and short names for events.

use footnote_domain::chain::{RegistryEvent, RegistryKind, RegistryStatus};
use footnote_domain::corpus::{Contribution, Standing};
use footnote_domain::id::{Address, ContentHash, DatanetId, Digest, PayeeId};
use footnote_domain::payee::Payees;
use footnote_domain::source_uri::Description;
use footnote_indexer::fake::{FakeChain, FakeEmbed};
use footnote_indexer::{BlobStore, Indexer, IndexerSettings, Phase};
use footnote_retriever::{Generation, GenerationInput, current};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const CHAIN_ID: u64 = 31_337;
const PATIENCE: Duration = Duration::from_secs(60);

/// A chain, its blobs, and room for several indexes of them.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) chain: Arc<FakeChain>,
    pub(crate) blobs: BlobStore,
}

impl Place {
    /// With the two Datanets already created.
    pub(crate) fn new() -> Self {
        let place = Self::empty();
        place.chain.mine(vec![created(0), created(1)]);
        place
    }

    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = BlobStore::open(folder.path().join("blobs")).expect("a store");
        Self { folder, chain: Arc::new(FakeChain::new(CHAIN_ID)), blobs }
    }

    pub(crate) fn generations(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).join("generations")
    }

    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).join("state")
    }

    pub(crate) fn settings(&self, name: &str) -> IndexerSettings {
        let registry = Address([7; 20]);
        let blobs = self.blobs.clone();
        let mut settings = IndexerSettings::new(
            self.generations(name),
            self.state(name),
            blobs,
            CHAIN_ID,
            registry,
            0,
        );
        settings.poll_interval = Duration::from_millis(10);
        settings.retry_interval_max = Duration::from_millis(40);
        settings
    }

    /// An index of that name, opened anew.
    pub(crate) fn indexer(&self, name: &str) -> Indexer {
        let embed = Arc::new(FakeEmbed::new(16));
        Indexer::new(self.settings(name), self.chain.clone(), Some(embed)).expect("an indexer")
    }

    /// Stores a text and contributes it to a Datanet.
    pub(crate) fn contribute(&self, datanet: u8, text: &str, payee: u8) -> ContentHash {
        let hash = self.blobs.put(text.as_bytes()).expect("stored");
        self.chain.mine(vec![contributed(datanet, hash, payee, None)]);
        hash
    }

    pub(crate) fn generation(&self, name: &str) -> Arc<Generation> {
        let root = self.generations(name);
        let id = current(&root).expect("a pointer").expect("a generation");
        Generation::open(&root, &id).expect("it opens")
    }
}

/// Rounds until everything is published.
pub(crate) async fn settle(indexer: &mut Indexer) {
    let start = Instant::now();
    while !indexer.round().await.expect("a round") {
        assert_ne!(indexer.status().borrow().phase, Phase::Ready, "there is more to do");
        assert!(start.elapsed() < PATIENCE, "never done: {:?}", *indexer.status().borrow());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(indexer.status().borrow().phase, Phase::Ready);
}

/// Rounds until everything is prepared, without writing.
pub(crate) async fn gather(indexer: &mut Indexer) -> GenerationInput {
    let start = Instant::now();
    while indexer.gather().await.expect("a round") != footnote_indexer::stage::Outcome::Done {
        assert!(start.elapsed() < PATIENCE, "never done: {:?}", *indexer.status().borrow());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    indexer.generation_input().expect("blocks were read")
}

pub(crate) fn datanet(n: u8) -> DatanetId {
    DatanetId([n + 1; 32])
}

pub(crate) fn created(n: u8) -> RegistryEvent {
    RegistryEvent::Created {
        id: datanet(n),
        kind: RegistryKind::Datanet,
        owner: Address([n; 20]),
        slug: format!("net-{n}"),
    }
}

/// The payee that is an address, for 0 to 99; from 100 on an escrow.
pub(crate) fn payees(n: u8) -> Payees {
    let id = if n < 100 { PayeeId::from_address(Address([n + 1; 20])) } else { PayeeId([n; 32]) };
    Payees::equal(vec![id]).expect("one payee")
}

pub(crate) fn contributed(
    net: u8,
    content_hash: ContentHash,
    payee: u8,
    supersedes: Option<ContentHash>,
) -> RegistryEvent {
    contributed_by(Address([payee; 20]), net, content_hash, payee, supersedes)
}

pub(crate) fn contributed_by(
    sender: Address,
    net: u8,
    content_hash: ContentHash,
    payee: u8,
    supersedes: Option<ContentHash>,
) -> RegistryEvent {
    let description = Description { title: format!("Title {net}"), ..Description::default() };
    RegistryEvent::Contributed {
        id: datanet(net),
        content_hash,
        sender,
        uri: description.to_uri(content_hash),
        size: 100,
        supersedes,
        payees: payees(payee),
    }
}

pub(crate) fn removed(net: u8, content_hash: ContentHash) -> RegistryEvent {
    RegistryEvent::Removed { id: datanet(net), content_hash, reason_hash: Digest::default() }
}

pub(crate) fn status(net: u8, status: RegistryStatus) -> RegistryEvent {
    RegistryEvent::StatusChanged { id: datanet(net), status }
}

pub(crate) fn version(net: u8, version: u64, manifest_hash: Digest) -> RegistryEvent {
    RegistryEvent::VersionPublished {
        id: datanet(net),
        version,
        root: Digest::default(),
        manifest_hash,
        licence_hash: Digest::default(),
        uri: String::new(),
    }
}

/// The standing of the newest contribution of a text to a Datanet.
pub(crate) fn standing(input: &GenerationInput, net: u8, hash: ContentHash) -> Standing {
    let fits = |it: &&Contribution| it.datanet == datanet(net) && it.content_hash == hash;
    let contributions = input.documents.iter().rev().map(|document| &document.contribution);
    contributions.clone().find(fits).expect("it was contributed").standing.clone()
}

/// All files under a folder that contain the bytes.
pub(crate) fn files_with(folder: &std::path::Path, needle: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, needle));
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
                found.push(path);
            }
        }
    }
    found
}
