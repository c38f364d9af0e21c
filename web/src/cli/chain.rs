//! `footnote chain`.

use super::Place;
use super::signer::SignerArgs;
use crate::app::dev_keys::dev_key;
use crate::config::Config;
use anyhow::{Context, bail};
use clap::Subcommand;
use footnote_domain::id::Address;
use footnote_ledger::chain::{
    DeployParameters, Deployment, PrivateKeySigner, deploy, signer_address,
};

/// Seconds of a day.
const DAY: u64 = 86_400;

/// Commands of `footnote chain`.
#[derive(Debug, Subcommand)]
pub(super) enum ChainCommand {
    /// Deploy registry, fee policy and settlement (and on a development chain a token).
    Deploy {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        signer: SignerArgs,
        /// Address that may propose epochs.
        #[arg(long)]
        proposer: Option<Address>,
        /// Address that may veto them; another one.
        #[arg(long)]
        guardian: Option<Address>,
        /// The ERC-20 to pay in.
        #[arg(long)]
        token: Option<Address>,
    },
}

pub(super) async fn run(command: ChainCommand) -> anyhow::Result<()> {
    let ChainCommand::Deploy { place, signer, proposer, guardian, token } = command;
    let config = place.config(None)?;
    if config.deployment.exists() {
        bail!("{} exists already; remove it to deploy anew", config.deployment.display());
    }
    let deployer = signer.resolve(&config, "operator")?;
    let deployment = if config.dev {
        deploy_for_development(&config, &deployer).await?
    } else {
        let (Some(proposer), Some(guardian), Some(token)) = (proposer, guardian, token) else {
            bail!("outside a development chain name --proposer, --guardian and --token");
        };
        let parameters = DeployParameters {
            challenge_window_seconds: DAY,
            escrow_delay_seconds: 30 * DAY,
            payout_delay_seconds: 2 * DAY,
            proposer,
            guardian,
            platform: signer_address(&deployer),
            token: Some(token),
        };
        let deployment = deploy(&config.rpc_url, &deployer, parameters).await?;
        save(&config, &deployment)?;
        deployment
    };
    println!("settlement {} on chain {}", deployment.settlement, deployment.chain_id);
    println!("written to {}", config.deployment.display());
    Ok(())
}

/// Deploys with the well-known keys and short delays.
pub(super) async fn deploy_for_development(
    config: &Config,
    deployer: &PrivateKeySigner,
) -> anyhow::Result<Deployment> {
    let parameters = DeployParameters::development(
        signer_address(deployer),
        signer_address(&dev_key("proposer")?),
        signer_address(&dev_key("guardian")?),
    );
    let deployment = deploy(&config.rpc_url, deployer, parameters).await?;
    save(config, &deployment)?;
    Ok(deployment)
}

fn save(config: &Config, deployment: &Deployment) -> anyhow::Result<()> {
    if let Some(folder) = config.deployment.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
    }
    Ok(deployment.save(&config.deployment)?)
}
