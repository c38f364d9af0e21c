//! How fast are receipts verified, by ours and by a stranger's verifier, and do both find all true and
//! every changed one false? `cargo xtask bench receipts`.

use anyhow::{Context, ensure};
use clap::Parser;
use footnote_bench::random_receipt::random_receipt;
use footnote_domain::receipt::{Envelope, Receipt, canonical_bytes};
use footnote_ledger::chain::{PrivateKeySigner, sign_receipt, signer_address};
use footnote_ledger::signed_fields;
use footnote_ledger::verify::{verify_receipt, verify_receipts};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

#[derive(Parser)]
struct Arguments {
    /// Receipts, each following the one before it
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Changed receipts: one digit or letter each
    #[arg(long, default_value_t = 1_000)]
    changed: u32,
    /// Seed of what is made up
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave the Python verifier out
    #[arg(long)]
    no_python: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut random = StdRng::seed_from_u64(arguments.seed);
    eprintln!("making {} receipts from seed {}", arguments.count, arguments.seed);
    let lines = signed(&mut random, arguments.count)?;
    let jsonl = lines.join(&b'\n');

    let began = Instant::now();
    verify_receipts(&jsonl, None).context("our verifier on true receipts")?;
    let ours = began.elapsed();
    let noticed = noticed(&mut random, &lines, arguments.changed);
    let python = match arguments.no_python {
        true => None,
        false => Some(by_python(&jsonl)?),
    };
    let each = |took: Duration| took.as_secs_f64() * 1e3 / f64::from(arguments.count);
    if arguments.json {
        let report = json!({
            "receipts": arguments.count,
            "ours_ms_each": each(ours),
            "python_ms_each": python.map(each),
            "changed": arguments.changed,
            "changed_noticed": noticed,
        });
        println!("{report:#}");
    } else {
        println!("{} receipts hold: ours {:.3} ms each", arguments.count, each(ours));
        match python {
            Some(took) => println!("the Python verifier: all hold, {:.3} ms each", each(took)),
            None => println!("the Python verifier was left out"),
        }
        println!("{noticed} of {} changed receipts noticed", arguments.changed);
    }
    ensure!(noticed == arguments.changed, "a changed receipt passed for true");
    Ok(())
}

/// Receipts in canonical form, signed, in order.
fn signed(random: &mut StdRng, count: u32) -> anyhow::Result<Vec<Vec<u8>>> {
    let signer = PrivateKeySigner::from_slice(&[7; 32]).context("making a key")?;
    let mut before: Option<Receipt> = None;
    let mut lines = Vec::new();
    for _ in 0..count {
        let receipt = random_receipt(random, before.as_ref())?;
        let hash = receipt.hash();
        let (domain, fields) = signed_fields(&receipt, hash);
        let signature = sign_receipt(&signer, &domain, &fields)?;
        let signature = format!("0x{}", hex::encode(signature));
        let envelope = Envelope { receipt, hash, signer: signer_address(&signer), signature };
        lines.push(canonical_bytes(&envelope));
        before = Some(envelope.receipt);
    }
    Ok(lines)
}

/// How many of `most` receipts with one digit or letter changed are found false.
fn noticed(random: &mut StdRng, lines: &[Vec<u8>], most: u32) -> u32 {
    let mut noticed = 0;
    for _ in 0..most {
        let mut line = lines[random.random_range(0..lines.len())].clone();
        let at = loop {
            let at = random.random_range(0..line.len());
            if line[at].is_ascii_alphanumeric() {
                break at;
            }
        };
        line[at] = if line[at] == b'1' { b'2' } else { b'1' };
        noticed += u32::from(verify_receipt(&line, None).is_err());
    }
    noticed
}

/// The time that docs/verify/verify.py takes for all of them; it must find all true.
fn by_python(jsonl: &[u8]) -> anyhow::Result<Duration> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify/verify.py");
    let file: PathBuf =
        std::env::temp_dir().join(format!("footnote-bench-{}.jsonl", std::process::id()));
    std::fs::write(&file, jsonl).with_context(|| format!("writing {}", file.display()))?;
    let began = Instant::now();
    let run = Command::new("python3").arg(script).arg(&file).output();
    let took = began.elapsed();
    let removed = std::fs::remove_file(&file);
    let out = run.context("running python3")?;
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    ensure!(out.status.success(), "the Python verifier refuses a true receipt: {said}");
    removed.with_context(|| format!("removing {}", file.display()))?;
    Ok(took)
}
