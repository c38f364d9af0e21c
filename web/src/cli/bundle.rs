//! `footnote bundle EPOCH`.

use super::Place;
use crate::app::ledger_beside;
use clap::Args;

/// Arguments of `footnote bundle`.
#[derive(Debug, Args)]
pub(super) struct BundleArgs {
    /// Number of a settled epoch.
    epoch: u64,
    #[command(flatten)]
    place: Place,
}

/// Writes the audit bundle of a settled epoch anew from the books, when it comes to the hash that is
/// on chain, and prints its folder.
pub(super) async fn run(args: BundleArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    let (ledger, _) = ledger_beside(&config).await?;
    let written = ledger.write_bundle(args.epoch).await;
    ledger.close().await;
    println!("{}", written?.display());
    Ok(())
}
