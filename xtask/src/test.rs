//! The whole check of a checkout: what runs, in which order, and how long did each part take?
//!
//! Every step runs even when one before it failed, so that one run shows all that is wrong. A step
//! that cannot run here is listed as skipped, with the reason; a step that should is never skipped.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cargo::cargo;
use crate::process::{run_logged, run_visible};
use crate::progress::seconds;
use crate::setup::{self, Tools, prerequisite};

/// Run every step and print what each took. Errors name the steps that failed.
pub(crate) fn run(checkout: &Path, quick: bool) -> Result<()> {
    let started = Instant::now();
    let tools = setup::run(checkout)?;
    let mut report = Report::default();
    report.ran("set-up", started.elapsed(), Ok(()));
    report.step("format", || run_visible(cargo(checkout).args(["fmt", "--all", "--check"])));
    report.step("contracts", || contracts(checkout));
    if cargo_deny_is_here(checkout) {
        report.step("licences", || licences(checkout));
    } else {
        report.skip("licences", "cargo-deny is not installed: cargo install --locked cargo-deny");
    }
    let mut tally = Tally::default();
    report.step("tests", || tests(checkout, &tools, &mut tally));
    if quick {
        report.skip("language models", "left out by --quick");
        report.skip("postgresql", "left out by --quick");
        report.skip("lint", "left out by --quick");
    } else {
        report.step("language models", || language_models(checkout, &tools, &mut tally));
        if postgresql_is_here() {
            report.step("postgresql", || postgresql(checkout, &tools, &mut tally));
        } else {
            let next = "no PostgreSQL server is installed: on Debian, apt-get install postgresql";
            report.skip("postgresql", next);
        }
        report.step("lint", || clippy(checkout));
    }
    println!("\n{}{tally}", report.table(started.elapsed()));
    report.verdict()
}

/// Build the contracts and the test vectors again and compare them with what is committed.
fn contracts(checkout: &Path) -> Result<()> {
    let folder = checkout.join("ledger").join("contracts");
    install_packages(&folder)?;
    for script in ["build.mjs", "vectors.mjs"] {
        let mut check = Command::new("node");
        run_visible(check.args([script, "--check"]).current_dir(&folder))?;
    }
    Ok(())
}

/// `npm ci`, unless the packages are those of this very lock file. The proof is a copy of it, written
/// last.
fn install_packages(folder: &Path) -> Result<()> {
    let path = folder.join("package-lock.json");
    let lock = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
    let installed = folder.join("node_modules").join(".installed-lock.json");
    if fs::read(&installed).is_ok_and(|of| of == lock) {
        return Ok(());
    }
    let mut install = Command::new(prerequisite::npm()?);
    install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
    let log = env::temp_dir().join(format!("footnote-npm-{}.log", std::process::id()));
    run_logged(&mut install, &log)?;
    let _ = fs::remove_file(log);
    fs::write(&installed, lock).with_context(|| format!("write {}", installed.display()))
}

fn cargo_deny_is_here(checkout: &Path) -> bool {
    let mut version = cargo(checkout);
    version.args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

fn licences(checkout: &Path) -> Result<()> {
    run_visible(cargo(checkout).args([
        "deny",
        "--log-level",
        "error",
        "check",
        "licenses",
        "bans",
        "sources",
    ]))
}

fn clippy(checkout: &Path) -> Result<()> {
    let scope = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run_visible(cargo(checkout).args(scope))
}

/// All tests of the workspace. The tools are named to them: a test that finds one broken fails.
///
/// This tool's own tests run apart: built together, its dependencies would switch on features that
/// the service does not use, and what depends on those would be compiled a second time.
fn tests(checkout: &Path, tools: &Tools, tally: &mut Tally) -> Result<()> {
    let product = cargo_test(checkout, &["--workspace", "--exclude", "xtask"], tools, tally);
    cargo_test(checkout, &["--package", "xtask"], tools, tally).and(product)
}

/// What the default build leaves out: the backends behind cargo features, apart for the same reason.
fn language_models(checkout: &Path, tools: &Tools, tally: &mut Tally) -> Result<()> {
    let scope = ["--package", "footnote-generator", "--features", "mistralrs", "--lib"];
    cargo_test(checkout, &scope, tools, tally)
}

/// The books on a server that the tests start themselves.
fn postgresql(checkout: &Path, tools: &Tools, tally: &mut Tally) -> Result<()> {
    let scope = ["--package", "footnote-ledger", "--features", "postgres", "--test", "postgres"];
    cargo_test(checkout, &scope, tools, tally)
}

/// Whether the programs of a PostgreSQL server lie where the tests look for them.
fn postgresql_is_here() -> bool {
    let on_path = env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join("initdb").is_file()));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    on_path || versions.into_iter().any(|one| one.path().join("bin/initdb").is_file())
}

fn cargo_test(checkout: &Path, scope: &[&str], tools: &Tools, tally: &mut Tally) -> Result<()> {
    let mut command = cargo(checkout);
    command
        .args(["test", "--no-fail-fast"])
        .args(scope)
        .envs(tools.variables())
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("start cargo test")?;
    let output = child.stdout.take().context("read what cargo test says")?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("read what cargo test says")?;
        tally.count(&String::from_utf8_lossy(&line));
        let mut terminal = std::io::stdout().lock();
        terminal.write_all(&line).and_then(|()| terminal.write_all(b"\n")).context("print")?;
    }
    let status = child.wait().context("wait for cargo test")?;
    if !status.success() {
        bail!("cargo test failed ({status})");
    }
    if tally.passed == 0 {
        bail!("cargo test ran no test at all");
    }
    Ok(())
}

/// The sum of the result lines of all test programs.
#[derive(Default, Debug, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    /// Add a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`; others count nothing.
    fn count(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = counts.split([' ', ';', '.']).filter(|w| !w.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u64>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = if self.failed == 0 && self.passed > 0 { "ok" } else { "FAILED" };
        let Self { passed, failed, ignored } = self;
        write!(f, "test result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored")
    }
}

/// How a step went.
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(&'static str),
}

/// The steps in order, and how each went.
#[derive(Default)]
struct Report {
    rows: Vec<(&'static str, Outcome)>,
}

impl Report {
    fn step(&mut self, name: &'static str, run: impl FnOnce() -> Result<()>) {
        eprintln!("\n── {name}");
        let started = Instant::now();
        let result = run();
        self.ran(name, started.elapsed(), result);
    }

    fn ran(&mut self, name: &'static str, took: Duration, result: Result<()>) {
        let outcome = match result {
            Ok(()) => Outcome::Passed(took),
            Err(error) => {
                eprintln!("{name} failed: {error:#}");
                Outcome::Failed(took)
            }
        };
        self.rows.push((name, outcome));
    }

    fn skip(&mut self, name: &'static str, reason: &'static str) {
        self.rows.push((name, Outcome::Skipped(reason)));
    }

    fn table(&self, total: Duration) -> String {
        let mut table = String::new();
        for (name, outcome) in &self.rows {
            table += &match outcome {
                Outcome::Passed(took) => format!("{name:<12} ok       {:>12}\n", seconds(*took)),
                Outcome::Failed(took) => format!("{name:<12} FAILED   {:>12}\n", seconds(*took)),
                Outcome::Skipped(reason) => format!("{name:<12} skipped  ({reason})\n"),
            };
        }
        table + &format!("{:<12}          {:>12}\n", "in all", seconds(total))
    }

    fn verdict(&self) -> Result<()> {
        let failed = self.rows.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
        let names: Vec<&str> = failed.map(|(name, _)| *name).collect();
        if !names.is_empty() {
            bail!("failed: {}", names.join(", "));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_test_programs_are_summed() {
        let mut tally = Tally::default();
        tally.count("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out");
        tally.count("test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured");
        tally.count("test money::splits ... ok, 40 passed");
        assert_eq!(tally, Tally { passed: 17, failed: 2, ignored: 1 });
        assert_eq!(tally.to_string(), "test result: FAILED. 17 passed; 2 failed; 1 ignored");
    }

    #[test]
    fn no_test_at_all_is_not_a_success() {
        assert!(Tally::default().to_string().contains("FAILED"));
    }

    #[test]
    fn the_verdict_names_each_failed_step_and_the_table_shows_all() {
        let mut report = Report::default();
        report.step("one", || Ok(()));
        report.step("two", || bail!("broken"));
        report.skip("three", "not here");
        report.step("four", || bail!("broken"));
        assert_eq!(report.verdict().unwrap_err().to_string(), "failed: two, four");
        let table = report.table(Duration::from_secs(61));
        assert_eq!(table.lines().count(), 5, "{table}");
        assert!(table.contains("three        skipped  (not here)"), "{table}");
        assert!(table.contains("1 min 01 s"), "{table}");
    }
}
