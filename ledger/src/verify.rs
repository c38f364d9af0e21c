//! Is what was published true? Receipts and bundles recomputed offline, from their bytes alone: no
//! database, no chain, nothing but what anybody can download.

mod bundle;

pub use bundle::{BundleSummary, verify_bundle};

use crate::chain::recover_receipt_signer;
use crate::read::receipt::signed_fields;
use footnote_domain::id::{Address, Digest};
use footnote_domain::receipt::{Envelope, Fault, check};
use std::num::NonZero;
use std::path::PathBuf;

/// What does not hold, and where.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A field of a receipt.
    #[error(transparent)]
    Receipt(#[from] Fault),
    /// A field of a receipt among many.
    #[error("line {line}: {fault}")]
    Line {
        /// Its line, from 1.
        line: usize,
        /// What does not hold.
        fault: Fault,
    },
    /// A file of a bundle.
    #[error("{file}: {fault}")]
    File {
        /// Its name.
        file: String,
        /// What does not hold.
        fault: Fault,
    },
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Everything about one envelope that can be checked without asking anybody; `signer` is who must
/// have signed it, where that is known.
pub fn verify_receipt(bytes: &[u8], signer: Option<Address>) -> Result<Envelope, Fault> {
    let envelope = Envelope::parse(bytes)?;
    check(&envelope)?;
    let recovered = recover(&envelope)?;
    if recovered != envelope.signer {
        let reason = format!("is {}, but {recovered} signed", envelope.signer);
        return Err(fault("signer", reason));
    }
    match signer {
        Some(expected) if expected != recovered => {
            Err(fault("signer", format!("is {recovered}, but {expected} was expected")))
        }
        _ => Ok(envelope),
    }
}

fn recover(envelope: &Envelope) -> Result<Address, Fault> {
    let (domain, fields) = signed_fields(&envelope.receipt, envelope.hash);
    let mut signature = [0u8; 65];
    let digits = envelope.signature.strip_prefix("0x").unwrap_or_default();
    let lower = !digits.bytes().any(|digit| digit.is_ascii_uppercase());
    if !lower || hex::decode_to_slice(digits, &mut signature).is_err() {
        return Err(fault("signature", "is not 0x and 65 bytes in lower-case hexadecimal"));
    }
    recover_receipt_signer(&domain, &fields, &signature)
        .map_err(|error| fault("signature", error.to_string()))
}

/// The receipts of an epoch, an envelope a line: each holds, and each follows the one before it.
///
/// Uses every core: a receipt takes a fraction of a millisecond, an epoch may have 100 000.
pub fn verify_receipts(
    jsonl: &[u8],
    signer: Option<Address>,
) -> Result<Vec<Envelope>, VerifyError> {
    let body = jsonl.strip_suffix(b"\n").unwrap_or(jsonl);
    let lines: Vec<&[u8]> =
        if body.is_empty() { vec![] } else { body.split(|byte| *byte == b'\n').collect() };
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let each = lines.len().div_ceil(cores).max(1);
    let parts: Vec<Result<Vec<Envelope>, VerifyError>> = std::thread::scope(|scope| {
        let verify =
            |(part, lines): (usize, &'_ [&'_ [u8]])| verify_part(lines, part * each, signer);
        let workers: Vec<_> = lines
            .chunks(each)
            .enumerate()
            .map(|chunk| scope.spawn(move || verify(chunk)))
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("verifying does not panic")).collect()
    });
    let envelopes = parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    check_succession(&envelopes)?;
    Ok(envelopes)
}

fn verify_part(
    lines: &[&[u8]],
    before: usize,
    signer: Option<Address>,
) -> Result<Vec<Envelope>, VerifyError> {
    let numbered = (before + 1..).zip(lines);
    numbered
        .map(|(line, bytes)| {
            verify_receipt(bytes, signer).map_err(|fault| VerifyError::Line { line, fault })
        })
        .collect()
}

fn check_succession(envelopes: &[Envelope]) -> Result<(), VerifyError> {
    for (at, pair) in envelopes.windows(2).enumerate() {
        let (before, after) = (&pair[0], &pair[1].receipt);
        let named = |field, reason: String| {
            Err(VerifyError::Line { line: at + 2, fault: fault(field, reason) })
        };
        let next = before.receipt.sequence.checked_add(1);
        if next != Some(after.sequence) {
            let reason = format!("is {}, after {}", after.sequence, before.receipt.sequence);
            return named("receipt.sequence", reason);
        }
        if after.previous != before.hash {
            return named("receipt.previous", format!("is not {}", before.hash));
        }
        if after.epoch != before.receipt.epoch {
            return named("receipt.epoch", format!("is not {}", before.receipt.epoch));
        }
    }
    Ok(())
}

fn fault(field: impl Into<String>, reason: impl Into<String>) -> Fault {
    Fault { field: field.into(), reason: reason.into() }
}

fn same<T: PartialEq + std::fmt::Display>(
    file: &str,
    field: &str,
    found: &T,
    wanted: &T,
) -> Result<(), VerifyError> {
    if found == wanted {
        return Ok(());
    }
    let fault = fault(field, format!("is {found}, but recomputes to {wanted}"));
    Err(VerifyError::File { file: file.to_owned(), fault })
}

/// keccak-256 of a file's bytes.
fn digest(bytes: &[u8]) -> Digest {
    Digest::of(&[bytes])
}
