//! `footnote audit`.

use super::{Place, output};
use crate::app::{UnigramArchive, embedder, evidence_folders, ledger_beside};
use crate::config::Config;
use crate::deep::{Evidence, Sample};
use clap::Args;
use footnote_indexer::BlobStore;
use footnote_ledger::Ledger;
use footnote_ledger::audit::{AuditReport, audit};
use std::process::ExitCode;

/// Arguments of `footnote audit`.
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// Also recompute the evidence of this many receipts from their texts, drawn by --seed.
    #[arg(long, value_name = "N", requires = "seed")]
    sample: Option<u64>,
    /// Any text that nobody could know when the answers were given, such as the hash of a block mined
    /// after them: whoever has it draws the same receipts.
    #[arg(long, requires = "sample")]
    seed: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Reads one snapshot of the books, beside a running service too, and recomputes everything in it
/// by a model that shares no code with what wrote them.
pub(super) async fn run(args: AuditArgs) -> anyhow::Result<ExitCode> {
    let config = args.place.config(None)?;
    let (ledger, _) = ledger_beside(&config).await?;
    let sound = examine(&args, &config, &ledger).await;
    ledger.close().await;
    Ok(if sound? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(args: &AuditArgs, config: &Config, ledger: &Ledger) -> anyhow::Result<bool> {
    let books = audit(ledger).await?;
    output::print(&in_words(&books))?;
    let (Some(most), Some(seed)) = (args.sample, &args.seed) else {
        return Ok(books.is_sound());
    };
    let (blobs, unigrams) = evidence_folders(config);
    let model = embedder::open(config)?;
    let evidence = Evidence {
        ledger,
        blobs: &BlobStore::open(blobs)?,
        unigrams: &UnigramArchive::new(unigrams),
        model: model.as_deref(),
    };
    let sample = Sample::take(&evidence, seed, most).await?;
    output::print(&sample.in_words())?;
    Ok(books.is_sound() && sample.is_sound())
}

fn in_words(report: &AuditReport) -> String {
    let broken: String = report.faults.iter().map(|fault| format!("BROKEN  {fault}\n")).collect();
    format!(
        "{broken}{} movements, {} receipts ({} not signed yet), {} epochs, {} answers still running: {}\n",
        report.transfers,
        report.receipts,
        report.unsigned,
        report.epochs,
        report.running,
        match report.faults.len() {
            0 => "every rule holds".to_owned(),
            1 => "1 rule is broken".to_owned(),
            many => format!("{many} rules are broken"),
        }
    )
}
