//! `footnote demo-chain`: makes a fresh development chain ready for the demo. May be run again.

use super::{Place, chain::deploy_for_development, samples};
use crate::app::dev_keys::dev_key;
use crate::app::make_private;
use crate::config::Config;
use anyhow::{Context, bail};
use clap::Args;
use footnote_domain::money::Nano;
use footnote_indexer::BlobStore;
use footnote_ledger::chain::{
    ChainClient, ChainError, Deployment, PrivateKeySigner, signer_address,
};
use std::path::PathBuf;

/// What the promotion account is funded with, in nano-credits: 1 000 tokens.
const PROMOTION: i128 = 1_000_000_000_000;

/// Arguments of `footnote demo-chain`.
#[derive(Debug, Args)]
pub(super) struct DemoChainArgs {
    /// Folder of the sample Datanets.
    #[arg(long, default_value = "samples")]
    samples: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: DemoChainArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    if !config.dev {
        bail!("demo-chain is for development chains; set chain.dev = true");
    }
    make_private(&config.data_dir)?;
    let operator = dev_key("operator")?;
    let chain = deployed(&config, &operator).await?;
    fund(&chain, &operator).await?;
    let blobs = BlobStore::open(config.data_dir.join("blobs"))?;
    // One beside the other: order matters within a Datanet only, and each waits for blocks.
    let folders = samples::folders(&args.samples)?;
    let registering = folders.iter().map(|folder| samples::register(&chain, &blobs, folder));
    for (slug, new) in futures::future::try_join_all(registering).await? {
        println!("Datanet `{slug}`: {new} texts registered");
    }
    Ok(())
}

/// The contracts, deployed where they are missing. A development chain that was killed before it saved
/// its first state has lost them: the same keys put them at the same addresses again.
async fn deployed(config: &Config, operator: &PrivateKeySigner) -> anyhow::Result<ChainClient> {
    if config.deployment.exists() {
        let deployment = Deployment::load(&config.deployment)?;
        match ChainClient::connect(&config.rpc_url, deployment).await {
            Err(ChainError::NoCode { .. }) => println!("the chain has lost its contracts"),
            outcome => return Ok(outcome?),
        }
    }
    println!("deploying the contracts");
    let deployment = deploy_for_development(config, operator).await?;
    Ok(ChainClient::connect(&config.rpc_url, deployment).await?)
}

/// Deposits for the promotion once: the settlement holds it from then on.
async fn fund(chain: &ChainClient, operator: &PrivateKeySigner) -> anyhow::Result<()> {
    use footnote_domain::chain::{EventSource, Finality};
    let head = chain.head(Finality::Latest).await?.number;
    let deposits = chain.deposits(chain.deployment().block, head).await?;
    if deposits.iter().any(|deposit| deposit.account == signer_address(operator)) {
        return Ok(());
    }
    let amount = Nano::new(PROMOTION).context("the promotion's amount")?;
    println!("funding the promotion account with {} OPEN", amount.in_tokens());
    chain.mint_and_deposit(operator, operator, amount).await?;
    Ok(())
}
