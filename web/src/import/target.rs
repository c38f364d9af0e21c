//! Into which Datanet does an import go? Short names are unique per owner only, so a name may mean the
//! importer's own Datanet, another's that takes texts of everybody, or one that does not exist yet.

use super::ensure_datanet;
use anyhow::bail;
use footnote_domain::chain::{EventSource, Finality, RegistryEvent, RegistryKind};
use footnote_domain::corpus::DatanetProfile;
use footnote_domain::id::{Address, DatanetId};
use footnote_indexer::BlobStore;
use footnote_ledger::chain::{ChainClient, PrivateKeySigner, signer_address};

/// The Datanet that `name` (a short name, or an id) means to `signer`: their own, else the only one
/// of this name that takes their texts, else a new one of their own with `profile`.
///
/// # Errors
/// When the name is another's who takes no texts, or several others'; when the chain fails.
pub async fn target_datanet(
    chain: &ChainClient,
    blobs: &BlobStore,
    signer: &PrivateKeySigner,
    name: &str,
    profile: &DatanetProfile,
) -> anyhow::Result<DatanetId> {
    let me = signer_address(signer);
    let named = named(chain, name).await?;
    if named.iter().any(|(_, owner)| *owner == me) {
        return ensure_datanet(chain, blobs, signer, name, profile).await;
    }
    match named.as_slice() {
        [] if name.parse::<DatanetId>().is_ok() => bail!("there is no Datanet {name}"),
        [] => ensure_datanet(chain, blobs, signer, name, profile).await,
        [(id, owner)] => {
            if chain.entry(*id).await?.is_some_and(|entry| entry.open) {
                return Ok(*id);
            }
            bail!(
                "the Datanet `{name}` belongs to {owner} and takes texts of its owner only; choose another name, or --own to make one of yours"
            )
        }
        [(one, _), (other, _), ..] => bail!(
            "several owners have a Datanet `{name}`; name one by its id ({one}, {other}), or --own to make one of yours"
        ),
    }
}

/// The Datanets of a short name or an id, with their owners.
async fn named(chain: &ChainClient, name: &str) -> anyhow::Result<Vec<(DatanetId, Address)>> {
    let wanted = name.parse::<DatanetId>().ok();
    let head = chain.head(Finality::Latest).await?;
    let events = chain.events(chain.deployment().block, head.number).await?;
    let named = events.into_iter().filter_map(|event| match event.event {
        RegistryEvent::Created { id, kind: RegistryKind::Datanet, owner, slug }
            if slug == name || wanted == Some(id) =>
        {
            Some((id, owner))
        }
        _ => None,
    });
    Ok(named.collect())
}
