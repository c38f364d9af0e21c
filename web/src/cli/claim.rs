//! `footnote claim`.

use super::Place;
use super::import::connect;
use super::signer::SignerArgs;
use crate::app::{claim, ledger_beside};
use clap::Args;
use footnote_domain::id::PayeeId;
use footnote_ledger::chain::signer_address;

/// Arguments of `footnote claim`.
#[derive(Debug, Args)]
pub(super) struct ClaimArgs {
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    place: Place,
}

/// Claims for the address of the signing key and prints its balance before and after.
pub(super) async fn run(args: ClaimArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    let signer = args.signer.resolve(&config, "ana")?;
    let address = signer_address(&signer);
    let chain = connect(&config).await?;
    let (ledger, _) = ledger_beside(&config).await?;
    let before = chain.token_balance(address).await?;
    let claimed = claim(&ledger, &chain, &signer, PayeeId::from_address(address)).await;
    ledger.close().await;
    let paid = claimed?;
    let after = chain.token_balance(address).await?;
    println!("{address} claimed {} OPEN ({paid} nano-credits)", paid.in_tokens());
    println!("token balance on chain: {before} → {after} units, + {}", after - before);
    Ok(())
}
