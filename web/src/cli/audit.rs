//! `footnote audit`.

use super::Place;
use crate::app::ledger_beside;
use clap::Args;
use footnote_ledger::audit::audit;
use std::process::ExitCode;

/// Arguments of `footnote audit`.
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    place: Place,
}

/// Reads one snapshot of the books, beside a running service too, and recomputes everything in it
/// by a model that shares no code with what wrote them.
pub(super) async fn run(args: AuditArgs) -> anyhow::Result<ExitCode> {
    let config = args.place.config(None)?;
    let (ledger, _) = ledger_beside(&config).await?;
    let report = audit(&ledger).await;
    ledger.close().await;
    let report = report?;
    for fault in &report.faults {
        println!("BROKEN  {fault}");
    }
    println!(
        "{} movements, {} receipts ({} not signed yet), {} epochs, {} answers still running: {}",
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
    );
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
