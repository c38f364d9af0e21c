//! Reads and registers sample Datanets: a folder with a `datanet.json` and its texts (see
//! samples/README.md).

use crate::app::dev_keys::{dev_key, dev_key_of};
use anyhow::{Context, bail};
use footnote_domain::corpus::DatanetProfile;
use footnote_domain::id::{ContentHash, DatanetId, PayeeId};
use footnote_domain::payee::{EscrowScheme, PayeeShare, Payees};
use footnote_domain::source_uri::Description;
use footnote_indexer::BlobStore;
use footnote_ledger::chain::{
    ChainClient, Consent, Consented, ContributionItem, Outcome, PrivateKeySigner, sign_payee,
    signer_address,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How long a consent holds, in seconds.
const CONSENT_SECONDS: u64 = 86_400;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    slug: String,
    title: String,
    description: String,
    language: String,
    licence: String,
    owner: String,
    questions: Vec<String>,
    contributors: BTreeMap<String, Contributor>,
    texts: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contributor {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    file: String,
    title: String,
    payees: Vec<Payee>,
    #[serde(default)]
    created: String,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payee {
    contributor: Option<String>,
    escrow: Option<Escrow>,
    ppm: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Escrow {
    scheme: EscrowScheme,
    handle: String,
}

/// The folders below `samples` that hold a Datanet, in order of name.
pub(super) fn folders(samples: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(samples)
        .with_context(|| format!("reading the samples in {}", samples.display()))?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("datanet.json").is_file())
        .collect();
    folders.sort();
    Ok(folders)
}

/// Registers one sample Datanet in the order of its texts; what is there already stays. Returns its
/// short name and how many texts were new.
pub(super) async fn register(
    chain: &ChainClient,
    blobs: &BlobStore,
    folder: &Path,
) -> anyhow::Result<(String, usize)> {
    let manifest = read(folder)?;
    let profile = DatanetProfile {
        title: manifest.title.clone(),
        description: manifest.description.clone(),
        language: manifest.language.clone(),
        licence: manifest.licence.clone(),
        questions: manifest.questions.clone(),
    };
    let owner = dev_key(&manifest.owner)?;
    let datanet =
        crate::import::ensure_datanet(chain, blobs, &owner, &manifest.slug, &profile).await?;
    let deadline = chain.chain_time().await? + CONSENT_SECONDS;
    let mut new = 0;
    // One call per run of texts with the same sender: the order on chain is what makes a text older.
    let senders: Vec<&str> = manifest.texts.iter().map(|text| sender(&manifest, text)).collect();
    let mut from = 0;
    while from < senders.len() {
        let run = senders[from..].iter().take_while(|sender| **sender == senders[from]).count();
        let signer = dev_key(senders[from])?;
        let items = manifest.texts[from..from + run]
            .iter()
            .map(|text| {
                consented(chain, blobs, folder, &manifest, datanet, &signer, text, deadline)
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        let outcomes = chain.contribute_for(&signer, datanet, &items, deadline).await?;
        for (text, outcome) in manifest.texts[from..].iter().zip(outcomes) {
            match outcome {
                Outcome::Registered { .. } => new += 1,
                Outcome::AlreadyThere => {}
                Outcome::Refused { reason } => bail!("{}: {reason}", text.file),
            }
        }
        from += run;
    }
    Ok((manifest.slug, new))
}

fn read(folder: &Path) -> anyhow::Result<Manifest> {
    let path = folder.join("datanet.json");
    let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("understanding {}", path.display()))
}

/// The first payee with a key sends a text; the owner sends those of escrow authors.
fn sender<'a>(manifest: &'a Manifest, text: &'a Text) -> &'a str {
    let named = text.payees.iter().find_map(|payee| payee.contributor.as_deref());
    named.unwrap_or(&manifest.owner)
}

#[expect(clippy::too_many_arguments, reason = "one text needs all of its surroundings, once")]
fn consented(
    chain: &ChainClient,
    blobs: &BlobStore,
    folder: &Path,
    manifest: &Manifest,
    datanet: DatanetId,
    signer: &PrivateKeySigner,
    text: &Text,
    deadline: u64,
) -> anyhow::Result<Consented> {
    let path = folder.join(&text.file);
    let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let content_hash = blobs.put(&bytes)?;
    let payees = payees(text, datanet)?;
    let item = ContributionItem {
        content_hash,
        uri: description(manifest, text).to_uri(content_hash),
        size: bytes.len() as u64,
        supersedes: None,
        payees: payees.clone(),
    };
    let signatures = signatures(chain, datanet, content_hash, signer, &payees, deadline)?;
    Ok(Consented { item, signatures })
}

fn payees(text: &Text, datanet: DatanetId) -> anyhow::Result<Payees> {
    let share = |payee: &Payee| -> anyhow::Result<PayeeShare> {
        let id = match (&payee.contributor, &payee.escrow) {
            (Some(name), None) => PayeeId::from_address(signer_address(&dev_key(name)?)),
            (None, Some(escrow)) => PayeeId::escrow(datanet, escrow.scheme, &escrow.handle),
            _ => bail!("{}: a payee is either a contributor or an escrow", text.file),
        };
        Ok(PayeeShare { payee: id, ppm: payee.ppm })
    };
    let mut shares = text.payees.iter().map(share).collect::<anyhow::Result<Vec<_>>>()?;
    shares.sort_by_key(|share| share.payee);
    Payees::parse(shares).with_context(|| format!("{}: its payees", text.file))
}

fn description(manifest: &Manifest, text: &Text) -> Description {
    let named = text.payees.iter().filter_map(|payee| payee.contributor.as_ref());
    let names = named.filter_map(|key| {
        let address = signer_address(&dev_key(key).ok()?);
        Some((PayeeId::from_address(address), manifest.contributors.get(key)?.name.clone()))
    });
    let escrows = text.payees.iter().filter_map(|payee| payee.escrow.as_ref());
    Description {
        doc: text.file.clone(),
        title: text.title.clone(),
        created: text.created.clone(),
        escrows: escrows.map(|escrow| (escrow.scheme, escrow.handle.clone())).collect(),
        names: names.collect(),
        ..Description::default()
    }
}

/// The consents of the other payees with an address, in the payees' order.
fn signatures(
    chain: &ChainClient,
    id: DatanetId,
    content_hash: ContentHash,
    signer: &PrivateKeySigner,
    payees: &Payees,
    deadline: u64,
) -> anyhow::Result<Vec<footnote_ledger::chain::Signature>> {
    let deployment = chain.deployment();
    let sender = signer_address(signer);
    let consent = Consent { id, content_hash, sender, payees, deadline };
    let others = payees.shares().iter().filter_map(|share| share.payee.address());
    others
        .filter(|address| *address != sender)
        .map(|address| {
            let key = dev_key_of(address).context("a payee without a known key")?;
            Ok(sign_payee(&key, deployment.chain_id, deployment.registry, &consent)?)
        })
        .collect()
}
