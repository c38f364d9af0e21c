//! `footnote adapters add`: admit, keep, publish.

use super::{Common, editor, on_chain, open, show};
use crate::ask::now;
use crate::cli::signer::SignerArgs;
use crate::config::Config;
use anyhow::Context;
use clap::Args;
use footnote_domain::id::{Address, PayeeId};
use footnote_generator::adapter::Admitted;
use footnote_generator::adapter::alias::AliasName;
use footnote_generator::adapter::{AdapterError, AdapterRegistry, BaseShape};
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `footnote adapters add`.
#[derive(Debug, Args)]
pub(in crate::cli) struct AddArgs {
    /// Folder as PEFT saves it: adapter_config.json and adapter_model.safetensors.
    folder: PathBuf,
    /// The name that it is asked for by: 1 to 64 of a-z, 0-9 and inner hyphens.
    #[arg(long)]
    alias: AliasName,
    /// Folder of the base model, instead of generation.model_dir.
    #[arg(long)]
    base: Option<PathBuf>,
    /// Address that is paid when the adapter answers; on chain it is the entry's owner.
    #[arg(long, conflicts_with = "publish")]
    payee: Option<Address>,
    /// Register it on chain, and let that entry govern the name.
    #[arg(long)]
    publish: bool,
    /// SPDX licence of the adapter, recorded on chain.
    #[arg(long, default_value = "", requires = "publish")]
    licence: String,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    pub(super) common: Common,
}

pub(super) async fn run(args: AddArgs) -> anyhow::Result<()> {
    let config = args.common.config()?;
    let base = base(&args, &config)?;
    let registry = open(&config)?;
    let record = if args.publish {
        publish(&args, &config, &registry, &base).await?
    } else {
        keep(&args, &registry, &base)?
    };
    let adapter = registry.show(&args.alias)?;
    let words = format!(
        "admitted {}: rank {}, {} layers, {} KiB in memory\n{}",
        record.digest,
        record.rank,
        record.sites,
        record.bytes.div_ceil(1024),
        show::in_words(&adapter)
    );
    args.common.say(&words, || json!({ "record": record, "adapter": adapter }))
}

fn base(args: &AddArgs, config: &Config) -> anyhow::Result<BaseShape> {
    let folder = args.base.as_ref().or(config.adapters.base_dir.as_ref()).context(
        "name the folder of the base model with --base, or in the configuration as generation.model_dir",
    )?;
    Ok(BaseShape::of_model_folder(folder)?)
}

fn keep(args: &AddArgs, registry: &AdapterRegistry, base: &BaseShape) -> anyhow::Result<Admitted> {
    let payee = args.payee.map(PayeeId::from_address);
    let added = registry.add(&args.folder, base, &args.alias, payee, &editor(), now());
    Ok(added?.0)
}

async fn publish(
    args: &AddArgs,
    config: &Config,
    registry: &AdapterRegistry,
    base: &BaseShape,
) -> anyhow::Result<Admitted> {
    let signer = args.signer.resolve(config, "operator")?;
    let record = registry.disk.add(&args.folder, base).map_err(AdapterError::from)?;
    let chain = crate::cli::import::connect(config).await?;
    let version = on_chain::Version { alias: &args.alias, record: &record, licence: &args.licence };
    let block = on_chain::publish(config, registry, &chain, &signer, &version).await?;
    on_chain::mirror_when_safe(registry, &chain, block).await?;
    Ok(record)
}
