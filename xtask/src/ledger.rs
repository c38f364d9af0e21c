//! How fast are the books, and do they survive being killed? Starts the measuring and the crashing
//! program of the crate `footnote-ledger`, with the features that they need.

use std::path::Path;

use anyhow::{Result, bail};

use crate::cargo::cargo;
use crate::process::run_visible;

const PACKAGE: [&str; 4] = ["--package", "footnote-ledger", "--features", "postgres"];

/// Charged answers a second on both databases, beside `pgbench` on the same server.
pub(crate) fn bench(checkout: &Path, arguments: &[String]) -> Result<()> {
    if let Some(unknown) =
        arguments.iter().find(|one| !["--json", "--short"].contains(&one.as_str()))
    {
        bail!("`cargo xtask bench ledger` takes --json and --short, not `{unknown}`");
    }
    let mut bench = cargo(checkout);
    // The profile of demo and tests, so that nothing is compiled twice.
    bench.args(["bench", "--profile", "dev"]).args(PACKAGE).args(["--bench", "answers", "--"]);
    run_visible(bench.args(arguments))
}

/// Random operations by processes that are killed, audited after every death.
pub(crate) fn crash(checkout: &Path, operations: u64, seed: Option<u64>) -> Result<()> {
    let mut crash = cargo(checkout);
    // The whole workspace, as the tests build it, so that nothing is compiled twice.
    crash.args(["test", "--workspace", "--exclude", "xtask", "--test", "crash", "--"]);
    crash.args(["--operations", &operations.to_string()]);
    if let Some(seed) = seed {
        crash.args(["--seed", &seed.to_string()]);
    }
    run_visible(&mut crash)
}
