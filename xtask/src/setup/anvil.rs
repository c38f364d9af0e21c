//! The dev chain: how does anvil get onto this machine?

use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::cache::Cache;
use super::prerequisite;
use crate::process::{output_of, run_logged};

/// The pinned version: its state file and its reorganisation behaviour are what the tests know.
pub(crate) const VERSION: &str = "1.7.1";

/// The folder of the tool in the cache, and the name of its log.
pub(crate) const NAME: &str = "anvil";

/// What makes the cached tool: another version or platform is another recipe.
pub(crate) fn recipe() -> Result<String> {
    Ok(format!("{}@{VERSION}\n", package(OS, ARCH)?))
}

/// Install the npm package of this platform into `folder`, and start it once to prove it.
pub(crate) fn make(cache: &Cache, folder: &Path) -> Result<()> {
    let package = package(OS, ARCH)?;
    let mut install = Command::new(prerequisite::npm()?);
    install
        .args(["install", "--no-audit", "--no-fund", "--no-save", "--loglevel=error", "--prefix"])
        .arg(folder)
        // npm turns in circles for ever when it cannot write its own cache in the home folder.
        .arg("--cache")
        .arg(cache.root().join("npm"))
        .arg(format!("{package}@{VERSION}"));
    run_logged(&mut install, &cache.log(NAME))?;
    let version = output_of(Command::new(binary(folder)?).arg("--version"))?;
    if !version.contains(VERSION) {
        bail!("anvil says {version:?} instead of version {VERSION}");
    }
    Ok(())
}

/// The program inside the installed `folder`.
pub(crate) fn binary(folder: &Path) -> Result<PathBuf> {
    let package = package(OS, ARCH)?;
    Ok(folder.join("node_modules").join(package).join("bin").join("anvil"))
}

/// The npm package that holds anvil for a platform.
fn package(os: &str, arch: &str) -> Result<&'static str> {
    let package = match (os, arch) {
        ("linux", "x86_64") => "@foundry-rs/anvil-linux-amd64",
        ("linux", "aarch64") => "@foundry-rs/anvil-linux-arm64",
        ("macos", "x86_64") => "@foundry-rs/anvil-darwin-amd64",
        ("macos", "aarch64") => "@foundry-rs/anvil-darwin-arm64",
        _ => return None.with_context(|| no_package(os, arch)),
    };
    Ok(package)
}

fn no_package(os: &str, arch: &str) -> String {
    format!(
        "no anvil is packaged for {os} on {arch}: install it by hand and set FOOTNOTE_ANVIL to it"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_has_its_package_or_a_way_on() {
        assert_eq!(package("linux", "x86_64").unwrap(), "@foundry-rs/anvil-linux-amd64");
        let error = package("windows", "x86_64").unwrap_err().to_string();
        assert!(error.contains("windows") && error.contains("FOOTNOTE_ANVIL"), "{error}");
    }
}
