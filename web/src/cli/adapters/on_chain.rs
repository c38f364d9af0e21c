//! Adapters in the registry: publishing, editing by transaction, and taking over what the chain says.

use super::{Common, editor, open};
use crate::app::mirror_adapters;
use crate::ask::now;
use crate::cli::import::connect;
use crate::config::Config;
use anyhow::{Context, bail};
use footnote_domain::chain::{EventSource, Finality, RegistryKind, RegistryStatus};
use footnote_domain::id::{DatanetId, Digest};
use footnote_domain::receipt::canonical_bytes;
use footnote_generator::adapter::AdapterRegistry;
use footnote_generator::adapter::Admitted;
use footnote_generator::adapter::alias::{AliasChange, AliasError, AliasName};
use footnote_indexer::BlobStore;
use footnote_indexer::adapters::RegisteredAdapters;
use footnote_ledger::chain::{
    ChainClient, ChainError, Mined, PrivateKeySigner, VersionToPublish, datanet_id, signer_address,
};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long to wait until a block is safe; on a development chain it takes two seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// A version to publish.
pub(super) struct Version<'a> {
    pub(super) alias: &'a AliasName,
    pub(super) record: &'a Admitted,
    pub(super) licence: &'a str,
}

/// Registers the alias's entry where it is missing, publishes a version unless it is current already,
/// and lets the entry govern the alias. Returns the block to wait for.
pub(super) async fn publish(
    config: &Config,
    registry: &AdapterRegistry,
    chain: &ChainClient,
    signer: &PrivateKeySigner,
    version: &Version<'_>,
) -> anyhow::Result<u64> {
    let alias = version.alias;
    let owner = signer_address(signer);
    let id = datanet_id(RegistryKind::Adapter, owner, alias.as_str());
    let table = registry.aliases.table()?;
    if let Some(other) = table.entry(alias).ok().and_then(|entry| entry.follows)
        && other != id
    {
        bail!(
            "the adapter `{alias}` follows {other}, which {owner} does not own; sign with its owner's key, or choose another --alias"
        );
    }
    chain.create_adapter(signer, alias.as_str()).await.context("registering the adapter")?;
    let entry = chain.entry(id).await?.context("the entry that was just created is not there")?;
    let head = chain.head(Finality::Latest).await?;
    let known = read(chain, head.number).await?;
    let digest = version.record.digest;
    let current = known
        .entry(id)
        .and_then(|found| found.versions.get((found.current as usize).checked_sub(1)?).copied());
    let mut block = head.number;
    if current != Some(digest) {
        let manifest = canonical_bytes(&json!({
            "format": "footnote-adapter-manifest/1",
            "digest": digest,
            "base": version.record.base.digest,
            "rank": version.record.rank.to_string(),
            "licence": version.licence,
            "files": version.record.files,
        }));
        let blobs = BlobStore::open(config.data_dir.join("blobs"))?;
        let manifest_hash = blobs.put(&manifest).context("storing the adapter's manifest")?;
        let to_publish = VersionToPublish {
            id,
            expected_version: entry.published,
            root: digest,
            manifest_hash: Digest(manifest_hash.0),
            licence_hash: Digest::of(&[version.licence.as_bytes()]),
            uri: format!("blob:{manifest_hash}"),
        };
        block = chain.publish_version(signer, &to_publish).await.context("publishing it")?.block;
    }
    let follow = AliasChange::Follow { entry: id };
    match registry.aliases.change(alias, None, follow, &editor(), now()) {
        Ok(_) | Err(AliasError::NoChange(_)) => Ok(block),
        Err(error) => Err(error.into()),
    }
}

/// Sends the transaction that an edit of a governed alias is; returns its block.
pub(super) async fn send(
    registry: &AdapterRegistry,
    chain: &ChainClient,
    signer: &PrivateKeySigner,
    id: DatanetId,
    change: &AliasChange,
) -> anyhow::Result<u64> {
    let sent = match change {
        AliasChange::Freeze => chain.set_status(signer, id, RegistryStatus::Frozen).await,
        AliasChange::Unfreeze => chain.set_status(signer, id, RegistryStatus::Active).await,
        AliasChange::RollBack { version } => chain.roll_back(signer, id, *version).await,
        AliasChange::Unredirect => chain.redirect(signer, id, None).await,
        AliasChange::Redirect { to } => {
            let target = registry.aliases.table()?.entry(to)?.follows;
            let target = target.with_context(|| {
                format!("`{to}` follows no entry of the registry, so no entry can redirect to it")
            })?;
            chain.redirect(signer, id, Some(target)).await
        }
        other => bail!("{other:?} is no edit of an entry"),
    };
    sent.map(|mined: Mined| mined.block).map_err(|error| explain(error, signer))
}

fn explain(error: ChainError, signer: &PrivateKeySigner) -> anyhow::Error {
    let owner_needed = error.is_revert("NotOwner");
    let error = anyhow::Error::from(error);
    if !owner_needed {
        return error.context("changing the registry's entry");
    }
    error.context(format!(
        "{} does not own the entry; sign with its owner's key (--key-file, or --as on a development chain)",
        signer_address(signer)
    ))
}

/// Takes over what the chain says once `block` is safe.
pub(super) async fn mirror_when_safe(
    registry: &AdapterRegistry,
    chain: &ChainClient,
    block: u64,
) -> anyhow::Result<()> {
    let began = Instant::now();
    while chain.head(Finality::Safe).await?.number < block {
        if began.elapsed() > PATIENCE {
            eprintln!(
                "block {block} is not safe yet; the name changes when it is (a running service does it, or `footnote adapters sync`)"
            );
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    mirror(registry, chain).await.map(drop)
}

/// Takes over what the chain says at its safe head; returns how many names changed.
pub(super) async fn mirror(
    registry: &AdapterRegistry,
    chain: &ChainClient,
) -> anyhow::Result<usize> {
    let safe = chain.head(Finality::Safe).await?;
    let adapters = read(chain, safe.number).await?;
    mirror_adapters(registry, &adapters, now()).context("taking over what the chain says")
}

async fn read(chain: &ChainClient, to: u64) -> anyhow::Result<RegisteredAdapters> {
    let from = chain.deployment().block;
    if to < from {
        return Ok(RegisteredAdapters::default());
    }
    Ok(RegisteredAdapters::of(&chain.events(from, to).await?))
}

/// That an id is an adapter's.
pub(super) async fn check_is_adapter(chain: &ChainClient, id: DatanetId) -> anyhow::Result<()> {
    match chain.entry(id).await? {
        Some(entry) if entry.kind == RegistryKind::Adapter => Ok(()),
        Some(entry) => bail!("{id} is a {:?} in the registry, not an adapter", entry.kind),
        None => bail!("the registry has no entry {id}; is the chain the right one?"),
    }
}

/// `footnote adapters sync`.
pub(super) async fn sync(common: &Common) -> anyhow::Result<()> {
    let config = common.config()?;
    let registry = open(&config)?;
    let chain = connect(&config).await?;
    let changed = mirror(&registry, &chain).await?;
    let words = format!("{changed} names changed\n");
    common.say(&words, || json!({ "changed": changed }))
}
