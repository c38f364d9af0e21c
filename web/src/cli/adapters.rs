//! `footnote adapters`: which experts there are, what their names mean, and every edit of that.

mod add;
mod edit;
mod on_chain;
mod show;

use super::{Place, output};
use crate::config::Config;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use footnote_domain::id::DatanetId;
use footnote_generator::adapter::alias::{AliasChange, AliasName};
use footnote_generator::adapter::store::StoreError;
use footnote_generator::adapter::{AdapterError, AdapterRegistry};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Commands of `footnote adapters`.
#[derive(Debug, Subcommand)]
pub(super) enum AdaptersCommand {
    /// Admit a PEFT folder and publish it under a name; --publish registers it on chain too.
    Add(add::AddArgs),
    /// All names, what they mean, and who is paid.
    List(Common),
    /// One name: its versions and every edit of it.
    Show {
        /// The alias.
        name: AliasName,
        #[command(flatten)]
        common: Common,
    },
    /// Take no new version; the current one goes on answering.
    Freeze(edit::EditArgs),
    /// Take new versions again.
    Unfreeze(edit::EditArgs),
    /// Make the version before, or another one, current.
    Rollback {
        #[command(flatten)]
        edit: edit::EditArgs,
        /// Number of the version, as `show` lists them.
        #[arg(long)]
        to: Option<u32>,
    },
    /// Let another alias answer in its place.
    Redirect {
        #[command(flatten)]
        edit: edit::EditArgs,
        /// The alias that answers.
        #[arg(required_unless_present = "off")]
        to: Option<AliasName>,
        /// Take the redirect back.
        #[arg(long, conflicts_with = "to")]
        off: bool,
    },
    /// Stop answering, on this machine and at once.
    Disable(edit::EditArgs),
    /// Answer again.
    Enable(edit::EditArgs),
    /// Let an entry of the registry govern the alias.
    Follow {
        #[command(flatten)]
        edit: edit::EditArgs,
        /// The entry's id, 0x and 64 digits.
        entry: DatanetId,
    },
    /// Take over what the chain says at its safe head; a running service does it by itself.
    Sync(Common),
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(super) struct Common {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

impl Common {
    fn config(&self) -> anyhow::Result<Config> {
        self.place.config(None)
    }

    /// Prints `value` as JSON, or `words`.
    fn say(&self, words: &str, value: impl FnOnce() -> Value) -> anyhow::Result<()> {
        if self.json {
            return output::print(&format!("{:#}\n", value()));
        }
        output::print(words)
    }
}

/// Runs a command; with --json a refused adapter is told as JSON too, with its code.
pub(super) async fn run(command: AdaptersCommand) -> anyhow::Result<ExitCode> {
    let json = matches!(&command, AdaptersCommand::Add(args) if args.common.json);
    match dispatch(command).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => match error.downcast_ref::<AdapterError>() {
            Some(AdapterError::Store(StoreError::Rejected(rejected))) if json => {
                let error = json!({"code": rejected.code(), "detail": rejected.detail});
                output::print(&format!("{:#}\n", json!({ "error": error })))?;
                Ok(ExitCode::FAILURE)
            }
            _ => Err(error),
        },
    }
}

async fn dispatch(command: AdaptersCommand) -> anyhow::Result<()> {
    use AdaptersCommand as Command;
    match command {
        Command::Add(args) => add::run(args).await,
        Command::List(common) => show::list(&common),
        Command::Show { name, common } => show::one(&name, &common),
        Command::Freeze(args) => edit::run(&args, AliasChange::Freeze).await,
        Command::Unfreeze(args) => edit::run(&args, AliasChange::Unfreeze).await,
        Command::Rollback { edit, to } => {
            let version = version_before(&edit, to)?;
            edit::run(&edit, AliasChange::RollBack { version }).await
        }
        Command::Redirect { edit, to: Some(to), .. } => {
            edit::run(&edit, AliasChange::Redirect { to }).await
        }
        Command::Redirect { edit, to: None, .. } => edit::run(&edit, AliasChange::Unredirect).await,
        Command::Disable(args) => edit::run(&args, AliasChange::Disable).await,
        Command::Enable(args) => edit::run(&args, AliasChange::Enable).await,
        Command::Follow { edit, entry } => edit::follow(&edit, entry).await,
        Command::Sync(common) => on_chain::sync(&common).await,
    }
}

/// The version named, or the one before the current one.
fn version_before(edit: &edit::EditArgs, to: Option<u32>) -> anyhow::Result<u32> {
    if let Some(version) = to {
        return Ok(version);
    }
    let shown = open(&edit.common.config()?)?.show(&edit.name)?;
    match shown.current.checked_sub(1) {
        Some(before) if before > 0 => Ok(before),
        _ => bail!(
            "the adapter `{}` has no version before its current one; name one with --to",
            edit.name
        ),
    }
}

/// The adapters of the configured data folder.
fn open(config: &Config) -> anyhow::Result<AdapterRegistry> {
    crate::app::make_private(&config.adapters.dir)?;
    AdapterRegistry::open(&config.adapters.dir, config.adapters.adapter_bytes_max)
        .context("opening the adapters")
}

/// Who edits, for the audit log.
fn editor() -> String {
    let user = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let user = user.map(|user| user.chars().filter(|ch| !ch.is_control()).take(64).collect());
    user.map_or_else(|| "command line".to_owned(), |user: String| format!("command line, {user}"))
}
