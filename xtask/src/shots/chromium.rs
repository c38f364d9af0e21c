//! Which Chromium takes the pictures, and how does one get it?

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{output_of, run_logged};
use crate::progress::Step;

/// The environment variable that names a browser.
const VARIABLE: &str = "FOOTNOTE_CHROMIUM";
const PROGRAMS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/// The browser, its driver for browser tests, and letters for Chinese and emoji.
const PACKAGES: [&str; 4] =
    ["chromium", "chromium-driver", "fonts-noto-cjk", "fonts-noto-color-emoji"];

/// A Chromium on this machine, installed from Debian's packages where that is possible.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE).filter(|name| !name.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if !is_root() || !starts("apt-get") {
        bail!(
            "Chromium is missing\n  with root on Debian or Ubuntu:  apt-get install {}\n  without \
             root:                   set {VARIABLE} to a Chromium or Chrome",
            PACKAGES.join(" ")
        );
    }
    install()?;
    match find() {
        Some(found) => Ok(found),
        None => bail!("apt-get installed Chromium, but it does not start"),
    }
}

fn find() -> Option<PathBuf> {
    PROGRAMS.iter().find(|program| starts(program)).map(PathBuf::from)
}

fn install() -> Result<()> {
    let step = Step::start(&format!("installing {} by apt-get", PACKAGES.join(", ")));
    let log = env::temp_dir().join(format!("footnote-apt-{}.log", std::process::id()));
    run_logged(Command::new("apt-get").args(["--quiet", "update"]), &log)?;
    let mut install = Command::new("apt-get");
    install
        .args(["--quiet", "--yes", "--no-install-recommends", "install"])
        .args(PACKAGES)
        .env("DEBIAN_FRONTEND", "noninteractive");
    run_logged(&mut install, &log)?;
    step.done();
    Ok(())
}

fn starts(program: &str) -> bool {
    output_of(Command::new(program).arg("--version")).is_ok()
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}
