//! `footnote verify`: recomputes a receipt from itself alone, offline.

use clap::Args;
use footnote_domain::id::Address;
use footnote_domain::receipt::{Envelope, check};
use footnote_ledger::chain::recover_receipt_signer;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `footnote verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The envelope, as `GET /v1/receipts/{id}` gives it; `-` reads standard input.
    receipt: PathBuf,
    /// The signer that is expected; any is accepted and named when this is left out.
    #[arg(long)]
    signer: Option<Address>,
}

/// Exit 0 when all of it holds, 1 naming the field that does not.
pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    use anyhow::Context;
    let bytes = if args.receipt.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes)
            .context("reading standard input")?;
        bytes
    } else {
        std::fs::read(&args.receipt)
            .with_context(|| format!("reading the receipt {}", args.receipt.display()))?
    };
    match verify(&bytes, args.signer) {
        Ok(envelope) => {
            super::output::print(&in_words(&envelope))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            eprintln!("invalid: {fault}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What was recomputed.
fn in_words(envelope: &Envelope) -> String {
    let receipt = &envelope.receipt;
    let mut text = format!(
        "valid: receipt {} of epoch {}, signed by {}\n",
        receipt.sequence, receipt.epoch, envelope.signer
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

/// Everything that can be checked without asking anybody.
fn verify(bytes: &[u8], expected: Option<Address>) -> Result<Envelope, String> {
    let envelope = Envelope::parse(bytes).map_err(|error| error.to_string())?;
    check(&envelope).map_err(|fault| fault.to_string())?;
    let (domain, fields) = footnote_ledger::signed_fields(&envelope.receipt, envelope.hash);
    let mut signature = [0u8; 65];
    let digits = envelope.signature.strip_prefix("0x").unwrap_or_default();
    hex::decode_to_slice(digits, &mut signature)
        .map_err(|_| "field `signature`: is not 0x and 65 bytes in hexadecimal".to_owned())?;
    if format!("0x{}", hex::encode(signature)) != envelope.signature {
        return Err("field `signature`: hexadecimal must be lower case".to_owned());
    }
    let recovered = recover_receipt_signer(&domain, &fields, &signature)
        .map_err(|error| format!("field `signature`: {error}"))?;
    if recovered != envelope.signer {
        return Err(format!("field `signer`: is {}, but {recovered} signed", envelope.signer));
    }
    match expected {
        Some(expected) if expected != recovered => {
            Err(format!("field `signer`: is {recovered}, but {expected} was expected"))
        }
        _ => Ok(envelope),
    }
}
