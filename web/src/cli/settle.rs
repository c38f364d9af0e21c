//! `footnote settle`.

use super::Place;
use super::import::connect;
use super::signer::SignerArgs;
use crate::app::{ledger_beside, shared};
use crate::ask::live::LiveAnswers;
use anyhow::bail;
use clap::Args;
use footnote_ledger::settle::{Proposer, settle};
use std::time::Duration;

/// How long one settler keeps others out: a challenge window is waited for without it.
const SETTLING_MOST: Duration = Duration::from_secs(600);

/// Arguments of `footnote settle`.
#[derive(Debug, Args)]
pub(super) struct SettleArgs {
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    place: Place,
}

/// Closes the open epoch, publishes its bundle, proposes it, waits for the challenge window and has
/// it accepted. Takes up where an interrupted run stood. Two settlers at once would do no harm, the
/// contract takes an epoch once; where processes share a memory, the second is told.
pub(super) async fn run(args: SettleArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    let signer = args.signer.resolve(&config, "proposer")?;
    let chain = connect(&config).await?;
    let (ledger, deployment) = ledger_beside(&config).await?;
    let leases = shared(&config, &deployment, &LiveAnswers::default()).await?.leases;
    let Some(lease) = leases.take("settler", SETTLING_MOST).await? else {
        bail!("another process is settling; run this again when it has ended");
    };
    let outcome = settle(&ledger, &Proposer::new(chain, signer)).await;
    leases.release(lease).await?;
    ledger.close().await;
    println!("{}", outcome?);
    Ok(())
}
