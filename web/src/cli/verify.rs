//! `footnote verify`: recomputes a receipt, a list of them or an epoch's bundle, offline.

use super::{Place, output};
use crate::app::embedder;
use crate::deep::{EvidenceFile, recompute};
use anyhow::Context;
use clap::Args;
use footnote_domain::id::{Address, ContentHash};
use footnote_domain::receipt::Envelope;
use footnote_ledger::verify::{
    BundleSummary, VerifyError, verify_bundle, verify_receipt, verify_receipts,
};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `footnote verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// An envelope, as `GET /v1/receipts/{id}` gives it (`-` reads standard input); a `.jsonl` of
    /// them, each following the one before it; or the folder of an epoch's bundle.
    receipt: PathBuf,
    /// The signer that is expected. Without it any signer is accepted, and said to be unchecked.
    #[arg(long)]
    signer: Option<Address>,
    /// Also say why every contribution that was found earned what it earned, or nothing.
    #[arg(long)]
    explain: bool,
    /// Also recompute the evidence from the texts: a file that GET /v1/answers/ID/evidence gave.
    /// Meaning takes the embedding model of the configuration, where it is the receipt's.
    #[arg(long, value_name = "EVIDENCE")]
    deep: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Exit 0 when all of it holds, 1 naming the field that does not.
pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    match verified(args) {
        Ok((said, envelope)) => {
            output::print(&said)?;
            match (envelope, &args.deep) {
                (Some(envelope), Some(file)) => deep(&envelope, file, &args.place),
                (None, Some(_)) => anyhow::bail!("--deep takes one receipt, not many"),
                (_, None) => Ok(ExitCode::SUCCESS),
            }
        }
        Err(error @ VerifyError::Unreadable { .. }) => Err(error.into()),
        Err(error) => {
            eprintln!("invalid: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Recomputes the evidence from the texts.
fn deep(envelope: &Envelope, file: &Path, place: &Place) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let file = EvidenceFile::parse(&bytes)?;
    let model = embedder::open(&place.config(None)?)?;
    match recompute(&envelope.receipt, &file, model.as_deref()) {
        Ok(summary) => {
            output::print(&format!("{}\n", summary.in_words()))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            eprintln!("invalid: {fault}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn verified(args: &VerifyArgs) -> Result<(String, Option<Envelope>), VerifyError> {
    let path = args.receipt.as_path();
    if path.is_dir() {
        return Ok((bundle_in_words(&verify_bundle(path, args.signer)?, args.signer), None));
    }
    let bytes = read(path)?;
    if path.extension().is_some_and(|extension| extension == "jsonl") {
        let count = verify_receipts(&bytes, args.signer)?.len();
        let signer = signer_in_words(args.signer);
        let said = format!("valid: {count} receipts, each following the one before it\n{signer}");
        return Ok((said, None));
    }
    let envelope = verify_receipt(&bytes, args.signer)?;
    let mut said = in_words(&envelope, args.signer);
    if args.explain {
        said += &explained(&envelope);
    }
    Ok((said, Some(envelope)))
}

fn read(path: &Path) -> Result<Vec<u8>, VerifyError> {
    let read = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    read.map_err(|source| VerifyError::Unreadable { path: path.to_owned(), source })
}

/// What was recomputed.
fn in_words(envelope: &Envelope, expected: Option<Address>) -> String {
    let receipt = &envelope.receipt;
    let mut text = format!(
        "valid: receipt {} of epoch {}, signed by {}\n{}",
        receipt.sequence,
        receipt.epoch,
        envelope.signer,
        signer_in_words(expected)
    );
    text += &format!(
        "gross {} · charged {} · refunded {}\n",
        receipt.gross, receipt.charged, receipt.refunded
    );
    for (owner, share) in receipt.attribution.owners.iter().zip(&receipt.attribution.shares) {
        text += &format!("share {share:>7} ppm  {}\n", owner.content_hash);
    }
    for line in &receipt.lines {
        let role = format!("{:?}", line.role).to_lowercase();
        text += &format!("{:>12} nano-credits  {role:<8}  {}\n", line.amount, line.payee);
    }
    text
}

/// Anybody can sign a receipt that adds up; whose signature it is, the reader must know.
fn signer_in_words(expected: Option<Address>) -> &'static str {
    match expected {
        Some(_) => "",
        None => {
            "not checked: whether that signer is the service's; pass --signer 0x… with the address it publishes\n"
        }
    }
}

fn explained(envelope: &Envelope) -> String {
    let title = |text: ContentHash| text.to_string();
    let explanations = envelope.receipt.explanations().expect("a valid receipt's amounts fit");
    let one = |explanation: &footnote_domain::receipt::Explanation| {
        let said = explanation.in_words(&title).join("\n  ");
        format!("\n{}\n  {said}\n", explanation.content_hash)
    };
    explanations.iter().map(one).collect()
}

fn bundle_in_words(summary: &BundleSummary, expected: Option<Address>) -> String {
    let signers: Vec<String> = summary.signers.iter().map(Address::to_string).collect();
    format!(
        "valid: epoch {} with {} receipts, signed by {}\n{}owed in all {} token units\nbundle hash {}\nepoch hash  {}\ncompare the hashes with those of the epoch in the settlement contract\n",
        summary.epoch,
        summary.receipts,
        if signers.is_empty() { "nobody".to_owned() } else { signers.join(", ") },
        if signers.is_empty() { "" } else { signer_in_words(expected) },
        summary.total_cumulative,
        summary.bundle_hash,
        summary.epoch_hash
    )
}
