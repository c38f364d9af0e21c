//! An index of texts that are on no chain, made by the real indexer from events in memory: cut,
//! owned, embedded and written as registered texts are.

use anyhow::{Context, ensure};
use footnote_domain::chain::{RegistryEvent, RegistryKind};
use footnote_domain::embed::Embed;
use footnote_domain::id::{Address, ContentHash, DatanetId, Digest, PayeeId, keccak256};
use footnote_domain::payee::Payees;
use footnote_domain::source_uri::Description;
use footnote_indexer::fake::FakeChain;
use footnote_indexer::stage::Outcome;
use footnote_indexer::{BlobStore, Indexer, IndexerSettings};
use footnote_retriever::{Generation, VectorEngine, write_generation_on};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const CHAIN_ID: u64 = 31_337;

/// A text to be indexed; the order in which they are given is their age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScratchText {
    /// Name of its Datanet.
    pub datanet: String,
    /// Its title.
    pub title: String,
    /// What it says.
    pub text: String,
    /// Who is paid, by any name.
    pub payee: String,
    /// Whether it is taken down after all were registered.
    pub removed: bool,
}

impl ScratchText {
    /// The hash by which shares name it.
    pub fn content_hash(&self) -> ContentHash {
        ContentHash::of(self.text.as_bytes())
    }
}

/// The id of a Datanet by its name.
pub(super) fn datanet_id(name: &str) -> DatanetId {
    DatanetId(keccak256(&[b"scratch datanet", name.as_bytes()]))
}

/// A generation in a folder of its own, gone with it.
pub struct ScratchIndex {
    generation: Arc<Generation>,
    _folder: TempDir,
}

impl ScratchIndex {
    /// Indexes `texts`; with vectors, where a model is given.
    pub async fn build(
        texts: &[ScratchText],
        embedder: Option<Arc<dyn Embed>>,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("making a folder for the index")?;
        let blobs = BlobStore::open(folder.path().join("blobs"))?;
        let chain = FakeChain::new(CHAIN_ID);
        register(&chain, &blobs, texts)?;
        let generations = folder.path().join("generations");
        let mut settings = IndexerSettings::new(
            generations.clone(),
            folder.path().join("state"),
            blobs,
            CHAIN_ID,
            Address([7; 20]),
            0,
        );
        settings.poll_interval = Duration::from_millis(1);
        let mut indexer = Indexer::new(settings, Arc::new(chain), embedder)?;
        while indexer.gather().await? != Outcome::Done {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let input = indexer.generation_input().context("no block was read")?;
        let write = move || -> anyhow::Result<Arc<Generation>> {
            let id = write_generation_on(&generations, input, VectorEngine::Flat, &|_| {})?;
            Ok(Generation::open(&generations, &id)?)
        };
        let generation = tokio::task::spawn_blocking(write).await??;
        ensure!(!generation.passages().is_empty(), "the set has no text");
        Ok(Self { generation, _folder: folder })
    }

    /// What was indexed.
    pub fn generation(&self) -> &Generation {
        &self.generation
    }
}

fn register(chain: &FakeChain, blobs: &BlobStore, texts: &[ScratchText]) -> anyhow::Result<()> {
    let mut named: Vec<&str> = texts.iter().map(|text| text.datanet.as_str()).collect();
    named.sort_unstable();
    named.dedup();
    chain.mine(named.into_iter().map(created).collect());
    let mut removals = Vec::new();
    for text in texts {
        let content_hash = blobs.put(text.text.as_bytes())?;
        chain.mine(vec![contributed(text, content_hash)?]);
        if text.removed {
            removals.push(RegistryEvent::Removed {
                id: datanet_id(&text.datanet),
                content_hash,
                reason_hash: Digest::default(),
            });
        }
    }
    if !removals.is_empty() {
        chain.mine(removals);
    }
    Ok(())
}

fn created(name: &str) -> RegistryEvent {
    RegistryEvent::Created {
        id: datanet_id(name),
        kind: RegistryKind::Datanet,
        owner: Address([1; 20]),
        slug: name.to_owned(),
    }
}

fn contributed(text: &ScratchText, content_hash: ContentHash) -> anyhow::Result<RegistryEvent> {
    let description = Description { title: text.title.clone(), ..Description::default() };
    let account: [u8; 32] = keccak256(&[b"scratch payee", text.payee.as_bytes()]);
    let account = Address(account[..20].try_into().expect("20 of 32 bytes"));
    Ok(RegistryEvent::Contributed {
        id: datanet_id(&text.datanet),
        content_hash,
        sender: account,
        uri: description.to_uri(content_hash),
        size: text.text.len() as u64,
        supersedes: None,
        payees: Payees::equal(vec![PayeeId::from_address(account)])?,
    })
}
