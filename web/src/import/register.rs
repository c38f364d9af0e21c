//! Puts planned texts into the blob store and on chain.

use super::Skipped;
use super::plan::Planned;
use anyhow::Context;
use footnote_domain::chain::{EventSource, Finality, RegistryEvent};
use footnote_domain::corpus::DatanetProfile;
use footnote_domain::id::{Address, ContentHash, DatanetId, Digest};
use footnote_domain::receipt::canonical_bytes;
use footnote_domain::source_uri::Description;
use footnote_indexer::BlobStore;
use footnote_ledger::chain::{
    ChainClient, ContributionItem, Outcome, PrivateKeySigner, VersionToPublish,
};
use std::collections::{HashMap, HashSet};

/// What an import did.
#[derive(Debug, Default)]
pub struct Report {
    /// Texts registered now.
    pub registered: usize,
    /// The newest block that holds one of them.
    pub last_block: Option<u64>,
    /// Texts that were there already.
    pub already_there: usize,
    /// Texts that were refused.
    pub skipped: Vec<Skipped>,
}

/// The Datanet of `owner` under `slug`, created with its first version where it is missing.
pub async fn ensure_datanet(
    chain: &ChainClient,
    blobs: &BlobStore,
    owner: &PrivateKeySigner,
    slug: &str,
    profile: &DatanetProfile,
) -> anyhow::Result<DatanetId> {
    let id = chain
        .create_datanet(owner, slug, true)
        .await
        .with_context(|| format!("creating the Datanet `{slug}`"))?;
    let entry = chain.entry(id).await?.context("the Datanet that was just created is not there")?;
    if entry.published > 0 {
        return Ok(id);
    }
    let manifest = canonical_bytes(profile);
    let manifest_hash = blobs.put(&manifest).context("storing the Datanet's manifest")?;
    let version = VersionToPublish {
        id,
        expected_version: 0,
        root: Digest::default(),
        manifest_hash: Digest(manifest_hash.0),
        licence_hash: Digest::of(&[profile.licence.as_bytes()]),
        uri: format!("blob:{manifest_hash}"),
    };
    chain.publish_version(owner, &version).await.context("publishing the first version")?;
    Ok(id)
}

/// What a Datanet holds already, as an importer needs to know it.
#[derive(Debug, Default)]
pub struct Known {
    /// The importer's own live texts, by the names it gave them.
    pub by_doc: HashMap<String, ContentHash>,
    /// Every live text, whoever sent it.
    pub live: HashSet<ContentHash>,
}

/// Reads from the chain what a Datanet holds. Names count for their own sender only: two importers
/// may both have an `index.md`, and neither replaces the other's.
pub async fn known_documents(
    chain: &ChainClient,
    datanet: DatanetId,
    importer: Address,
) -> anyhow::Result<Known> {
    let head = chain.head(Finality::Latest).await?;
    let mut known = Known::default();
    for event in chain.events(chain.deployment().block, head.number).await? {
        match event.event {
            RegistryEvent::Contributed { id, content_hash, sender, uri, supersedes, .. }
                if id == datanet =>
            {
                known.live.insert(content_hash);
                if let Some(before) = supersedes {
                    known.live.remove(&before);
                }
                let doc = Description::from_uri(&uri).doc;
                if sender == importer && !doc.is_empty() {
                    known.by_doc.insert(doc, content_hash);
                }
            }
            RegistryEvent::Removed { id, content_hash, .. } if id == datanet => {
                known.live.remove(&content_hash);
                known.by_doc.retain(|_, live| *live != content_hash);
            }
            _ => {}
        }
    }
    Ok(known)
}

/// Stores and registers texts in order, telling how many are done.
pub async fn register(
    chain: &ChainClient,
    blobs: &BlobStore,
    signer: &PrivateKeySigner,
    datanet: DatanetId,
    planned: &[Planned],
    progress: &(dyn Fn(usize) + Send + Sync),
) -> anyhow::Result<Report> {
    let mut items = Vec::with_capacity(planned.len());
    for one in planned {
        let content_hash = blobs
            .put(one.item.text.as_bytes())
            .with_context(|| format!("storing the text of `{}`", one.item.doc))?;
        items.push(ContributionItem {
            content_hash,
            uri: one.item.uri(),
            size: one.item.text.len() as u64,
            supersedes: one.supersedes,
            payees: one.payees.clone(),
        });
    }
    let outcomes = chain
        .contribute_reporting(signer, datanet, &items, progress)
        .await
        .context("registering the texts on chain")?;
    let mut report = Report::default();
    for (one, outcome) in planned.iter().zip(outcomes) {
        match outcome {
            Outcome::Registered { block, .. } => {
                report.registered += 1;
                report.last_block = report.last_block.max(Some(block));
            }
            Outcome::AlreadyThere => report.already_there += 1,
            Outcome::Refused { reason } => {
                report.skipped.push(Skipped { place: one.item.doc.clone(), reason });
            }
        }
    }
    Ok(report)
}
