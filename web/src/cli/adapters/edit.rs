//! Edits of a name: here, or by a transaction where an entry of the registry governs it.

use super::{Common, editor, on_chain, open, show};
use crate::ask::now;
use crate::cli::signer::SignerArgs;
use clap::Args;
use footnote_domain::id::DatanetId;
use footnote_generator::adapter::AdapterRegistry;
use footnote_generator::adapter::alias::{AliasChange, AliasName};
use serde_json::json;

/// Arguments of every edit.
#[derive(Debug, Args)]
pub(in crate::cli) struct EditArgs {
    /// The alias.
    pub(super) name: AliasName,
    #[command(flatten)]
    pub(super) signer: SignerArgs,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Makes an edit and says what the name means then.
pub(super) async fn run(args: &EditArgs, change: AliasChange) -> anyhow::Result<()> {
    let config = args.common.config()?;
    let registry = open(&config)?;
    let entry = registry.aliases.table()?.entry(&args.name)?.clone();
    let here = matches!(change, AliasChange::Disable | AliasChange::Enable);
    match entry.follows {
        Some(followed) if !here => {
            let signer = args.signer.resolve(&config, "operator")?;
            let chain = crate::cli::import::connect(&config).await?;
            let block = on_chain::send(&registry, &chain, &signer, followed, &change).await?;
            on_chain::mirror_when_safe(&registry, &chain, block).await?;
        }
        _ => {
            let expected = Some(entry.generation);
            registry.aliases.change(&args.name, expected, change, &editor(), now())?;
        }
    }
    say(args, &registry)
}

/// Lets an entry govern the alias, and takes over what it says.
pub(super) async fn follow(args: &EditArgs, entry: DatanetId) -> anyhow::Result<()> {
    let config = args.common.config()?;
    let registry = open(&config)?;
    let chain = crate::cli::import::connect(&config).await?;
    on_chain::check_is_adapter(&chain, entry).await?;
    let expected = Some(registry.generation_of(&args.name)?);
    let follow = AliasChange::Follow { entry };
    registry.aliases.change(&args.name, expected, follow, &editor(), now())?;
    on_chain::mirror(&registry, &chain).await?;
    say(args, &registry)
}

fn say(args: &EditArgs, registry: &AdapterRegistry) -> anyhow::Result<()> {
    let adapter = registry.show(&args.name)?;
    args.common.say(&show::in_words(&adapter), || json!(adapter))
}
