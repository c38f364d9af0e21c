//! An epoch's bundle: every file is the one that the manifest names, every receipt holds, and the
//! roots that went on chain are those of the receipts and balances in it.

use super::{VerifyError, digest, fault, same, verify_receipts};
use crate::chain::EpochProposal;
use crate::merkle::{StandardTree, balances_tree, receipts_tree};
use footnote_domain::decimal;
use footnote_domain::id::{Address, Digest, PayeeId};
use footnote_domain::receipt::Envelope;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A bundle that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleSummary {
    /// The epoch.
    pub epoch: u64,
    /// Its receipts.
    pub receipts: usize,
    /// Who signed them; one address in a healthy epoch.
    pub signers: BTreeSet<Address>,
    /// Cumulative token units owed to all payees.
    pub total_cumulative: u128,
    /// keccak-256 of the manifest: the `bundleHash` on chain.
    pub bundle_hash: Digest,
    /// The epoch's hash, as the settlement contract computes it.
    pub epoch_hash: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    #[serde(with = "decimal")]
    chain_id: u64,
    settlement: Address,
    #[serde(with = "decimal")]
    epoch: u64,
    previous_hash: Digest,
    #[serde(with = "decimal", rename = "closed_at")]
    _closed_at: u64,
    #[serde(with = "decimal")]
    first_sequence: u64,
    #[serde(with = "decimal")]
    last_sequence: u64,
    #[serde(with = "decimal")]
    receipt_count: u64,
    #[serde(with = "decimal", rename = "first_transfer")]
    _first_transfer: u64,
    #[serde(with = "decimal", rename = "last_transfer")]
    _last_transfer: u64,
    #[serde(with = "decimal", rename = "token_decimals")]
    _token_decimals: u8,
    #[serde(with = "decimal")]
    total_cumulative: u128,
    receipts_root: Digest,
    balances_root: Digest,
    payers_root: Digest,
    files: BTreeMap<String, Digest>,
}

/// The part of an OpenZeppelin dump from which its tree is built again.
#[derive(Deserialize)]
struct Dump {
    values: Vec<DumpValue>,
}

#[derive(Deserialize)]
struct DumpValue {
    value: (PayeeId, String),
}

/// Verifies the bundle in `folder`; `signer` is who must have signed its receipts, where known.
///
/// That the manifest is the one on chain is for the caller to compare: [`BundleSummary`] has the
/// hashes.
pub fn verify_bundle(folder: &Path, signer: Option<Address>) -> Result<BundleSummary, VerifyError> {
    let bytes = read(folder, "manifest.json")?;
    let manifest: Manifest = parse("manifest.json", &bytes)?;
    let wanted = crate::bundle::FORMAT.to_owned();
    same("manifest.json", "format", &manifest.format, &wanted)?;
    for (name, wanted) in &manifest.files {
        if name.contains(['/', '\\']) || name.starts_with('.') {
            let fault = fault("files", format!("`{name}` is not the name of a file beside it"));
            return Err(VerifyError::File { file: "manifest.json".into(), fault });
        }
        same(name, "(whole)", &digest(&read(folder, name)?), wanted)?;
    }
    let receipts = verify_receipts(&read(folder, "receipts.jsonl")?, signer)?;
    check_receipts(&manifest, &receipts)?;
    let balances = leaves(folder, "balances.json")?;
    let payers = leaves(folder, "payers.json")?;
    check_roots(&manifest, &receipts, &balances, &payers)?;
    let bundle_hash = digest(&bytes);
    let proposal = EpochProposal {
        number: manifest.epoch,
        previous_hash: manifest.previous_hash,
        receipts_root: manifest.receipts_root,
        balances_root: manifest.balances_root,
        payers_root: manifest.payers_root,
        bundle_hash,
        total_cumulative: manifest.total_cumulative,
        receipt_count: manifest.receipt_count,
    };
    Ok(BundleSummary {
        epoch: manifest.epoch,
        receipts: receipts.len(),
        signers: receipts.iter().map(|envelope| envelope.signer).collect(),
        total_cumulative: manifest.total_cumulative,
        bundle_hash,
        epoch_hash: proposal.hash(manifest.chain_id, manifest.settlement),
    })
}

fn check_receipts(manifest: &Manifest, receipts: &[Envelope]) -> Result<(), VerifyError> {
    let file = "manifest.json";
    same(file, "receipt_count", &manifest.receipt_count, &(receipts.len() as u64))?;
    let (Some(first), Some(last)) = (receipts.first(), receipts.last()) else { return Ok(()) };
    same(file, "first_sequence", &manifest.first_sequence, &first.receipt.sequence)?;
    same(file, "last_sequence", &manifest.last_sequence, &last.receipt.sequence)?;
    same(file, "epoch", &manifest.epoch, &first.receipt.epoch)?;
    for envelope in receipts {
        same(file, "chain_id", &manifest.chain_id, &envelope.receipt.chain_id)?;
        same(file, "settlement", &manifest.settlement, &envelope.receipt.settlement)?;
    }
    Ok(())
}

fn check_roots(
    manifest: &Manifest,
    receipts: &[Envelope],
    balances: &[(PayeeId, u128)],
    payers: &[(PayeeId, u128)],
) -> Result<(), VerifyError> {
    let file = "manifest.json";
    let root = |tree: Option<StandardTree>| tree.map_or(Digest::default(), |tree| tree.root());
    let numbered: Vec<(u64, Digest)> =
        receipts.iter().map(|one| (one.receipt.sequence, one.hash)).collect();
    same(file, "receipts_root", &manifest.receipts_root, &root(receipts_tree(&numbered)))?;
    same(file, "balances_root", &manifest.balances_root, &root(balances_tree(balances)))?;
    same(file, "payers_root", &manifest.payers_root, &root(balances_tree(payers)))?;
    let total = balances.iter().try_fold(0u128, |sum, (_, units)| sum.checked_add(*units));
    let total = total.unwrap_or(u128::MAX);
    same(file, "total_cumulative", &manifest.total_cumulative, &total)
}

fn leaves(folder: &Path, file: &str) -> Result<Vec<(PayeeId, u128)>, VerifyError> {
    let dump: Dump = parse(file, &read(folder, file)?)?;
    let leaf = |one: DumpValue| {
        let (account, units) = one.value;
        let units = units.parse().map_err(|_| VerifyError::File {
            file: file.to_owned(),
            fault: fault("values", format!("`{units}` is not an amount")),
        })?;
        Ok((account, units))
    };
    dump.values.into_iter().map(leaf).collect()
}

fn read(folder: &Path, file: &str) -> Result<Vec<u8>, VerifyError> {
    let path = folder.join(file);
    std::fs::read(&path).map_err(|source| VerifyError::Unreadable { path, source })
}

fn parse<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, VerifyError> {
    serde_json::from_slice(bytes).map_err(|error| VerifyError::File {
        file: file.to_owned(),
        fault: fault("(whole)", error.to_string()),
    })
}
