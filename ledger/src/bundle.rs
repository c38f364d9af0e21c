//! What can everybody recompute an epoch from? A folder with its receipts, movements, balances,
//! policies and tariffs, and a manifest of their hashes whose own hash goes on chain.
//!
//! The same epoch always gives the same bytes, so a crash in the middle is repaired by writing it
//! again. Payers stay behind the pseudonyms of their receipts, and answers' ids (by which answers
//! are read) are left out; each movement's row hash still commits to both.

use crate::bytes::Bytes32;
use crate::chain::EpochProposal;
use crate::clock::seconds;
use crate::entity::{epoch, epoch_balance, receipt, transfer};
use crate::ledger::{Context, Ledger};
use crate::merkle::{StandardTree, balances_tree, receipts_tree};
use crate::operation::claim::parse_units;
use crate::operation::close::leaves_of;
use crate::operation::epoch::{Advance, SealedRoots, Step};
use crate::read;
use crate::{LedgerError, LedgerSettings};
use footnote_domain::id::{Digest, PayeeId, TransferId};
use footnote_domain::receipt::{Envelope, canonical_bytes};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The name of the format.
pub(crate) const FORMAT: &str = "footnote-bundle/1";

/// Everything that an epoch consists of.
struct Material {
    epoch: epoch::Model,
    previous_hash: Digest,
    receipts: Vec<Envelope>,
    transfers: Vec<transfer::Model>,
    balances: Vec<(PayeeId, u128)>,
    payers: Vec<(PayeeId, u128)>,
    escrows: Vec<epoch_balance::Model>,
}

impl Ledger {
    /// Makes the roots of a closed epoch, writes its bundle, and notes both; for an epoch that has
    /// them, nothing changes.
    pub(crate) async fn seal_epoch(&self, number: u64) -> Result<EpochProposal, LedgerError> {
        let known = read::epoch::record(&read::epoch::row(&self.readers, number).await?)?;
        if let Some(proposal) = known.proposal {
            return Ok(proposal);
        }
        self.sign_missing().await?;
        let material = self.material(number).await?;
        let context = self.context.clone();
        let writing = tokio::task::spawn_blocking(move || write_bundle(&context, &material));
        let proposal = writing.await.map_err(|error| {
            LedgerError::Corrupt(format!("the bundle of epoch {number}: {error}"))
        })??;
        let settings = self.settings();
        let roots = SealedRoots {
            previous_hash: proposal.previous_hash,
            receipts_root: proposal.receipts_root,
            balances_root: proposal.balances_root,
            payers_root: proposal.payers_root,
            bundle_hash: proposal.bundle_hash,
            epoch_hash: proposal.hash(settings.chain_id, settings.settlement),
        };
        let step = Step::Seal(Box::new(roots));
        self.writer.submit(Advance { epoch: number, step }).await?;
        Ok(proposal)
    }

    /// Writes the bundle of a sealed epoch anew from the books, for an auditor, or after a restore
    /// that brought the database back without its bundles; returns its folder.
    ///
    /// # Errors
    /// [`LedgerError::EpochState`] for an epoch that is not sealed yet,
    /// [`LedgerError::BundleDiffers`] when the books no longer say what went on chain; the bundle
    /// that is there stays as it is then.
    pub async fn write_bundle(&self, number: u64) -> Result<PathBuf, LedgerError> {
        let known = read::epoch::record(&read::epoch::row(&self.readers, number).await?)?;
        let sealed = known.proposal;
        let sealed = sealed.ok_or(LedgerError::EpochState { epoch: number, needed: "sealed" })?;
        let material = self.material(number).await?;
        let place = self.settings().bundles.clone();
        let apart = place.join("rewritten");
        let settings = LedgerSettings { bundles: apart.clone(), ..self.settings().clone() };
        let context = Context { settings, instance: self.context.instance };
        let writing = tokio::task::spawn_blocking(move || {
            let written = write_bundle(&context, &material)?;
            let folder = folder_of(&place, number);
            if written == sealed {
                remove(&folder)?;
                disk("rename", &folder, fs::rename(folder_of(&apart, number), &folder))?;
            }
            remove(&apart)?;
            sync_folder(&place)?;
            if written == sealed { Ok(folder) } else { Err(LedgerError::BundleDiffers(number)) }
        });
        writing.await.map_err(|error| {
            LedgerError::Corrupt(format!("the bundle of epoch {number}: {error}"))
        })?
    }

    async fn material(&self, number: u64) -> Result<Material, LedgerError> {
        let epoch = read::epoch::row(&self.readers, number).await?;
        let Some(last_transfer) = epoch.last_transfer else {
            return Err(LedgerError::EpochState { epoch: number, needed: "closed" });
        };
        let rows = read::receipt::of_epoch(&self.readers, epoch.number).await?;
        let envelopes = |rows: &[receipt::Model]| -> Result<Vec<Envelope>, LedgerError> {
            rows.iter().map(|row| read::receipt::envelope(&self.context, row)).collect()
        };
        let transfers = transfer::Entity::find()
            .filter(transfer::Column::Sequence.between(epoch.first_transfer, last_transfer))
            .order_by_asc(transfer::Column::Sequence)
            .all(&self.readers)
            .await?;
        let escrows = epoch_balance::Entity::find()
            .filter(epoch_balance::Column::Epoch.eq(seconds(number)))
            .filter(epoch_balance::Column::Escrow.eq(true))
            .order_by_asc(epoch_balance::Column::Payee)
            .all(&self.readers)
            .await?;
        Ok(Material {
            previous_hash: self.hash_before(number).await?,
            receipts: envelopes(&rows)?,
            transfers,
            balances: leaves_of(&self.readers, number, "balances").await?,
            payers: leaves_of(&self.readers, number, "payers").await?,
            escrows,
            epoch,
        })
    }

    /// Hash of the epoch before, which must be sealed first; zero before the first.
    async fn hash_before(&self, number: u64) -> Result<Digest, LedgerError> {
        if number == 1 {
            return Ok(Digest::default());
        }
        let before = read::epoch::row(&self.readers, number - 1).await?;
        let hash = before.epoch_hash.map(Into::into);
        hash.ok_or(LedgerError::EpochState { epoch: number - 1, needed: "sealed" })
    }
}

/// Where an epoch's bundle lies.
pub(crate) fn folder_of(bundles: &Path, epoch: u64) -> PathBuf {
    bundles.join(format!("epoch-{epoch:06}"))
}

/// Writes all files beside the folder's place, then puts it there in one step.
fn write_bundle(context: &Context, material: &Material) -> Result<EpochProposal, LedgerError> {
    let number = material.epoch.number.unsigned_abs();
    let folder = folder_of(&context.settings.bundles, number);
    let unfinished = folder.with_extension("tmp");
    remove(&unfinished)?;
    disk("create", &unfinished, fs::create_dir_all(&unfinished))?;
    let trees = Trees::of(material)?;
    let mut digests: BTreeMap<&str, Digest> = BTreeMap::new();
    for (name, bytes) in files(material, &trees) {
        write(&unfinished.join(name), &bytes)?;
        digests.insert(name, Digest::of(&[&bytes]));
    }
    let manifest = canonical_bytes(&manifest(context, material, &trees, &digests));
    write(&unfinished.join("manifest.json"), &manifest)?;
    remove(&folder)?;
    disk("rename", &unfinished, fs::rename(&unfinished, &folder))?;
    sync_folder(&context.settings.bundles)?;
    Ok(EpochProposal {
        number,
        previous_hash: material.previous_hash,
        receipts_root: trees.receipts,
        balances_root: trees.balances,
        payers_root: trees.payers,
        bundle_hash: Digest::of(&[&manifest]),
        total_cumulative: trees.total,
        receipt_count: material.receipts.len() as u64,
    })
}

struct Trees {
    receipts: Digest,
    balances: Digest,
    payers: Digest,
    total: u128,
}

impl Trees {
    fn of(material: &Material) -> Result<Self, LedgerError> {
        let root = |tree: Option<StandardTree>| tree.map_or(Digest::default(), |tree| tree.root());
        let numbered: Vec<(u64, Digest)> = material
            .receipts
            .iter()
            .map(|envelope| (envelope.receipt.sequence, envelope.hash))
            .collect();
        Ok(Self {
            receipts: root(receipts_tree(&numbered)),
            balances: root(balances_tree(&material.balances)),
            payers: root(balances_tree(&material.payers)),
            total: parse_units(material.epoch.total_cumulative.as_deref().unwrap_or_default())?,
        })
    }
}

fn files(material: &Material, trees: &Trees) -> Vec<(&'static str, Vec<u8>)> {
    debug_assert_eq!(trees.total, material.balances.iter().map(|leaf| leaf.1).sum::<u128>());
    let policies: BTreeSet<Vec<u8>> =
        material.receipts.iter().map(|e| canonical_bytes(&e.receipt.policy)).collect();
    let tariffs: BTreeSet<Vec<u8>> =
        material.receipts.iter().map(|e| canonical_bytes(&e.receipt.tariff)).collect();
    vec![
        ("receipts.jsonl", lines(material.receipts.iter().map(canonical_bytes))),
        ("transfers.jsonl", lines(transfer_lines(material))),
        ("balances.json", canonical_bytes(&dump(&material.balances))),
        ("payers.json", canonical_bytes(&dump(&material.payers))),
        ("escrows.json", canonical_bytes(&escrows(material))),
        ("policy.json", list(policies)),
        ("tariff.json", list(tariffs)),
    ]
}

fn manifest(
    context: &Context,
    material: &Material,
    trees: &Trees,
    files: &BTreeMap<&str, Digest>,
) -> Value {
    let epoch = &material.epoch;
    let number = |value: Option<i64>| value.unwrap_or_default().to_string();
    json!({
        "format": FORMAT,
        "chain_id": context.settings.chain_id.to_string(),
        "settlement": context.settings.settlement,
        "epoch": epoch.number.to_string(),
        "previous_hash": material.previous_hash,
        "closed_at": number(epoch.closed_at),
        "first_sequence": epoch.first_sequence.to_string(),
        "last_sequence": number(epoch.last_sequence),
        "receipt_count": number(epoch.receipt_count),
        "first_transfer": epoch.first_transfer.to_string(),
        "last_transfer": number(epoch.last_transfer),
        "token_decimals": number(epoch.token_decimals),
        "total_cumulative": trees.total.to_string(),
        "receipts_root": trees.receipts,
        "balances_root": trees.balances,
        "payers_root": trees.payers,
        "files": files,
    })
}

/// The dump of @openzeppelin/merkle-tree, which its `StandardMerkleTree.load` reads.
fn dump(leaves: &[(PayeeId, u128)]) -> Value {
    let tree = balances_tree(leaves);
    let (nodes, places) = tree.as_ref().map_or((&[][..], &[][..]), StandardTree::parts);
    let nodes: Vec<String> = nodes.iter().map(|node| Digest(*node).to_string()).collect();
    let values: Vec<Value> = leaves
        .iter()
        .zip(places)
        .map(|((account, units), place)| {
            json!({"value": [account.to_string(), units.to_string()], "treeIndex": place})
        })
        .collect();
    json!({
        "format": "standard-v1",
        "leafEncoding": ["bytes32", "uint256"],
        "tree": nodes,
        "values": values,
    })
}

fn escrows(material: &Material) -> Value {
    let one = |row: &epoch_balance::Model| {
        json!({
            "payee": PayeeId::from(row.payee),
            "cumulative_nano": row.cumulative_nano.to_string(),
        })
    };
    Value::Array(material.escrows.iter().map(one).collect())
}

fn transfer_lines(material: &Material) -> impl Iterator<Item = Vec<u8>> {
    let pseudonyms: BTreeMap<TransferId, Digest> =
        material.receipts.iter().map(|e| (e.receipt.hold_id, e.receipt.payer)).collect();
    material.transfers.iter().map(move |row| {
        let group = TransferId::from(row.group_id);
        let name = |account: &str| -> String {
            let private = account.starts_with("payer:") && row.kind != "deposit";
            match pseudonyms.get(&group) {
                _ if !private => account.to_owned(),
                Some(pseudonym) => format!("payer:{pseudonym}"),
                None => "payer".to_owned(),
            }
        };
        canonical_bytes(&json!({
            "sequence": row.sequence.to_string(),
            "id": TransferId::from(row.id),
            "debit": name(&row.debit),
            "credit": name(&row.credit),
            "amount": row.amount.to_string(),
            "kind": row.kind,
            "pending_id": row.pending_id.map(|id: Bytes32| TransferId::from(id)),
            "group": group,
            "created_at": row.created_at.to_string(),
            "row_hash": Digest::from(row.row_hash),
        }))
    })
}

fn lines(items: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        bytes.extend_from_slice(&item);
        bytes.push(b'\n');
    }
    bytes
}

/// A JSON array of what is canonical JSON already.
fn list(items: BTreeSet<Vec<u8>>) -> Vec<u8> {
    let mut bytes = vec![b'['];
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(&item);
    }
    bytes.push(b']');
    bytes
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    disk("write", path, written)
}

fn remove(folder: &Path) -> Result<(), LedgerError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            disk("replace", folder, Err(error))
        }
        _ => Ok(()),
    }
}

fn sync_folder(folder: &Path) -> Result<(), LedgerError> {
    disk("synchronise", folder, File::open(folder).and_then(|folder| folder.sync_all()))
}

fn disk<T>(action: &'static str, path: &Path, done: std::io::Result<T>) -> Result<T, LedgerError> {
    done.map_err(|source| LedgerError::Disk { action, path: path.to_owned(), source })
}
