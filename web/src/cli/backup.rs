//! `footnote backup`.

use super::Place;
use crate::app::{ledger_settings_of, make_private};
use crate::config::Config;
use anyhow::{Context, bail};
use clap::Args;
use footnote_ledger::back_up;
use footnote_ledger::chain::Deployment;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Arguments of `footnote backup`.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// Folder of the backup; it must not exist.
    folder: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Copies everything that a restored service cannot make again into a new folder, laid out as the data
/// folder is. It has another name until it is whole, so that half a backup is never taken for one.
pub(super) async fn run(args: BackupArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    let unfinished = unfinished(&args.folder);
    for folder in [&args.folder, &unfinished] {
        if folder.exists() {
            bail!("{} exists already; name a new folder, or remove it", folder.display());
        }
    }
    make_private(&unfinished)?;
    // The books first: whatever they name is there by then, and never taken away.
    let books = copy_books(&config, &unfinished).await?;
    for (from, name) in kept(&config) {
        copy(&from, &unfinished.join(name))?;
    }
    std::fs::rename(&unfinished, &args.folder)
        .with_context(|| format!("naming {}", args.folder.display()))?;
    println!("{books}; keep {} apart and encrypted: it holds keys", args.folder.display());
    Ok(())
}

fn unfinished(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

/// What a restored service cannot make again, besides the books, and where it belongs.
fn kept(config: &Config) -> Vec<(PathBuf, &'static str)> {
    let own = ["keys", "blobs", "unigrams", "bundles"];
    let mut kept: Vec<_> = own.map(|name| (config.data_dir.join(name), name)).into();
    kept.push((config.adapters.dir.clone(), "adapters"));
    kept.push((config.deployment.clone(), "chain/deployment.json"));
    kept
}

async fn copy_books(config: &Config, folder: &Path) -> anyhow::Result<&'static str> {
    if config.database_url.is_some() {
        return Ok("all but the books is copied; copy those with pg_dump, now");
    }
    let file = config.data_dir.join("ledger.sqlite");
    if !file.exists() {
        bail!("{} is not there: there are no books to copy yet", file.display());
    }
    let settings = ledger_settings_of(config, Deployment::load(&config.deployment)?)?;
    back_up(&settings, &folder.join("ledger.sqlite")).await?;
    Ok("books, keys, texts, token counts, adapters, bundles and deployment are copied")
}

/// Copies a file or a folder, modes included; what is not there, or no longer, need not be copied: a
/// service beside it renames what it has finished.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let failed = || format!("copying {}", from.display());
    let found = match from.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.with_context(failed)?,
    };
    if found.is_file() {
        if let Some(folder) = to.parent() {
            make_private(folder)?;
        }
        return match std::fs::copy(from, to) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            copied => copied.map(drop).with_context(failed),
        };
    }
    make_private(to)?;
    std::fs::set_permissions(to, found.permissions()).with_context(failed)?;
    for entry in std::fs::read_dir(from).with_context(failed)? {
        let name = entry.with_context(failed)?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_copied_whole_and_what_is_not_there_is_left_out() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().expect("a folder");
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        std::fs::create_dir_all(from.join("deep/empty")).expect("made");
        std::fs::write(from.join("deep/key"), "secret").expect("written");
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(from.join("deep/key"), private).expect("ours");
        copy(&from, &to).expect("copied");
        copy(&root.path().join("nowhere"), &root.path().join("nothing")).expect("left out");
        assert_eq!(std::fs::read_to_string(to.join("deep/key")).expect("there"), "secret");
        let mode = to.join("deep/key").metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(to.join("deep/empty").is_dir() && !root.path().join("nothing").exists());
    }

    #[test]
    fn an_unfinished_backup_lies_beside_its_place() {
        assert_eq!(unfinished(Path::new("/a/b")), Path::new("/a/b.unfinished"));
    }
}
