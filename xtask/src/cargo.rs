//! How does this tool, itself started by cargo, run cargo?

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A cargo command in the checkout.
///
/// The variables that `cargo run` sets for this tool are taken out: build scripts that watch them
/// would otherwise be rebuilt with every change between `cargo xtask` and plain `cargo`.
pub(crate) fn cargo(checkout: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(checkout);
    for (name, _) in env::vars_os().filter(|(name, _)| is_ours_alone(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

fn is_ours_alone(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

/// Build a program of the workspace, with cargo's own progress in sight, and say where it is.
pub(crate) fn build_program(checkout: &Path, package: &str, program: &str) -> Result<PathBuf> {
    let mut build = cargo(checkout);
    build
        .args(["build", "--package", package, "--bin", program])
        .args(["--message-format", "json-render-diagnostics"])
        .stdout(Stdio::piped());
    let child = build.spawn().context("start cargo build")?;
    let output = child.wait_with_output().context("read what cargo build says")?;
    if !output.status.success() {
        bail!("the build of {program} failed ({}): see the messages above", output.status);
    }
    executable(&String::from_utf8_lossy(&output.stdout), program)
        .with_context(|| format!("cargo built {package} but names no program {program}"))
}

/// The path of `program` among cargo's build messages, one JSON object a line.
fn executable(messages: &str, program: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["name"] == program)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: &str = r#"
{"reason":"build-script-executed","package_id":"a"}
not json, as a build script may print
{"reason":"compiler-artifact","target":{"name":"footnote","kind":["lib"]},"executable":null}
{"reason":"compiler-artifact","target":{"name":"other","kind":["bin"]},"executable":"/t/other"}
{"reason":"compiler-artifact","target":{"name":"footnote","kind":["bin"]},"executable":"/t/footnote"}
{"reason":"build-finished","success":true}"#;

    #[test]
    fn the_program_is_found_among_the_messages_of_cargo() {
        assert_eq!(executable(MESSAGES, "footnote"), Some(PathBuf::from("/t/footnote")));
        assert_eq!(executable(MESSAGES, "missing"), None);
    }

    #[test]
    fn only_the_variables_of_this_tools_own_build_are_dropped() {
        assert!(is_ours_alone("CARGO_PKG_VERSION") && is_ours_alone("CARGO_MANIFEST_DIR"));
        assert!(!is_ours_alone("CARGO_TARGET_DIR") && !is_ours_alone("CARGO_HOME"));
    }
}
