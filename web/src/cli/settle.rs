//! `footnote settle`.

use super::Place;
use super::import::connect;
use super::signer::SignerArgs;
use crate::app::ledger_beside;
use clap::Args;
use footnote_ledger::settle::{Proposer, settle};

/// Arguments of `footnote settle`.
#[derive(Debug, Args)]
pub(super) struct SettleArgs {
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    place: Place,
}

/// Closes the open epoch, publishes its bundle, proposes it, waits for the challenge window and has
/// it accepted. Takes up where an interrupted run stood.
pub(super) async fn run(args: SettleArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    let signer = args.signer.resolve(&config, "proposer")?;
    let chain = connect(&config).await?;
    let (ledger, _) = ledger_beside(&config).await?;
    let outcome = settle(&ledger, &Proposer::new(chain, signer)).await;
    ledger.close().await;
    println!("{}", outcome?);
    Ok(())
}
