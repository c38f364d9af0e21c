//! `footnote backup`.

use super::Place;
use crate::app::{ledger_settings_of, make_private};
use crate::config::Config;
use anyhow::{Context, bail};
use clap::Args;
use footnote_ledger::back_up;
use footnote_ledger::chain::Deployment;
use std::path::{Path, PathBuf};

/// What a restored service cannot make again, besides the books.
const KEPT: [&str; 4] = ["keys", "blobs", "bundles", "chain/deployment.json"];

/// Arguments of `footnote backup`.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// Folder of the backup; it must not exist.
    folder: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Copies everything that a restored service cannot make again into a new folder, laid out as the data
/// folder is. The books are last: whatever they name was there before them.
pub(super) async fn run(args: BackupArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    if args.folder.exists() {
        bail!("{} exists already; name a new folder", args.folder.display());
    }
    make_private(&args.folder)?;
    for part in KEPT {
        copy(&config.data_dir.join(part), &args.folder.join(part))?;
    }
    let books = copy_books(&config, &args.folder).await?;
    println!("{books}; keep {} apart and encrypted: it holds keys", args.folder.display());
    Ok(())
}

async fn copy_books(config: &Config, folder: &Path) -> anyhow::Result<&'static str> {
    if config.database_url.is_some() {
        return Ok("all but the books is copied; copy those with pg_dump, now");
    }
    let settings = ledger_settings_of(config, Deployment::load(&config.deployment)?)?;
    back_up(&settings, &folder.join("ledger.sqlite")).await?;
    Ok("books, keys, texts, bundles and deployment are copied")
}

/// Copies a file or a folder, modes included; what is not there yet need not be copied.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let failed = || format!("copying {}", from.display());
    if !from.exists() {
        return Ok(());
    }
    if from.is_file() {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).with_context(failed)?;
        }
        std::fs::copy(from, to).with_context(failed)?;
        return Ok(());
    }
    std::fs::create_dir_all(to).with_context(failed)?;
    let mode = from.metadata().with_context(failed)?.permissions();
    std::fs::set_permissions(to, mode).with_context(failed)?;
    for entry in std::fs::read_dir(from).with_context(failed)? {
        let name = entry.with_context(failed)?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}
