//! Runs the measurements of the room `bench/`, and the checks that are worth repeating far more often
//! than a test run has time for.

use std::path::Path;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::cargo::cargo;
use crate::ledger;
use crate::process::run_visible;

/// Cases of each property of attribution, where the arguments do not say.
const CASES: &str = "1000000";

/// What can be measured.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Measurement {
    /// The properties of shares and owners against brute force, a million cases each: [CASES]
    Attribution,
    /// Receipts a second, by ours and by the Python verifier, true and changed
    Receipts,
    /// Tokens a second with 1 to 64 different adapters in a batch, against the base model alone
    Lora,
    /// Charged answers a second on SQLite and PostgreSQL, beside pgbench; needs a PostgreSQL server's
    /// programs: [--json] [--short]
    Ledger,
}

/// Build and run one measurement; what it prints goes through.
pub(crate) fn run(checkout: &Path, what: Measurement, arguments: &[String]) -> Result<()> {
    match what {
        Measurement::Attribution => attribution(checkout, arguments),
        Measurement::Receipts => program(checkout, "receipts", arguments),
        Measurement::Lora => program(checkout, "lora", arguments),
        Measurement::Ledger => ledger::bench(checkout, arguments),
    }
}

fn program(checkout: &Path, name: &str, arguments: &[String]) -> Result<()> {
    let mut run = cargo(checkout);
    // The whole workspace, as the tests build it, so that nothing is compiled twice.
    run.args(["test", "--workspace", "--exclude", "xtask", "--bench", name, "--"]);
    run_visible(run.args(arguments))
}

/// The property tests of shares, owners and exact sums, with more cases than a test run takes.
fn attribution(checkout: &Path, arguments: &[String]) -> Result<()> {
    let cases = match arguments {
        [] => CASES,
        [cases] if cases.parse::<u32>().is_ok_and(|cases| cases > 0) => cases,
        _ => bail!("`cargo xtask bench attribution` takes one number, of cases for each property"),
    };
    let mut test = cargo(checkout);
    test.args(["test", "--package", "footnote-domain", "--lib", "--"]);
    test.args(["attribution::shapley", "ownership", "apportion"]);
    run_visible(test.env("PROPTEST_CASES", cases))
}
