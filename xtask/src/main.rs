//! Developer tasks of Footnote: `cargo xtask --help`.
//!
//! This tool builds and drives the binary `footnote`; it links no other crate of the workspace, so
//! that it compiles in seconds on a fresh machine, before anything else.

mod bench;
mod cargo;
mod demo;
mod http;
mod ledger;
mod process;
mod progress;
mod setup;
mod shots;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Developer tasks of Footnote")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Fetch or make the tools that are missing: dev chain, onnxruntime, embedding model
    Setup {
        /// Print where the tools are as lines for a shell: eval "$(cargo xtask setup --print)"
        #[arg(long)]
        print: bool,
    },
    /// Build and run everything: dev chain, sample Datanets, index, page
    Demo {
        /// Port of the page; it is served to this machine only
        #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
        /// Folder for the chain, the indexes, the ledger and the logs; kept between runs
        #[arg(long, default_value = "demo-data")]
        data_dir: PathBuf,
        /// Do not open the page in a browser
        #[arg(long)]
        no_browser: bool,
    },
    /// Check everything: format, contracts, licences, tests, lints; the times at the end
    Test {
        /// Leave out what needs a build of its own: language models in process, and clippy
        #[arg(long)]
        quick: bool,
    },
    /// Measure: what, and how it is told what to measure (`cargo xtask bench receipts --help`)
    Bench {
        /// What is measured
        what: bench::Measurement,
        /// Arguments of the measurement
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Kill a part at random, again and again, and check what is left
    Crash {
        #[command(subcommand)]
        part: Crashed,
    },
    /// Take screenshots by Chromium: phone, tablet and desk, light and dark
    Shots {
        /// The server, such as http://127.0.0.1:8080
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        url: String,
        /// Folder for the pictures
        #[arg(long)]
        out: PathBuf,
        /// JavaScript to run on each page before its picture; a promise is waited for
        #[arg(long)]
        script: Option<String>,
        /// Time for each page to come to rest, in milliseconds
        #[arg(long, default_value_t = 300)]
        settle_ms: u64,
        /// Take the whole page, not only what fits the screen
        #[arg(long)]
        full: bool,
        /// The pages
        #[arg(default_value = "/")]
        paths: Vec<String>,
    },
}

#[derive(Subcommand)]
enum Crashed {
    /// The books, sold on by processes that are killed while their disk refuses to work
    Ledger {
        /// How many operations, in all
        #[arg(long, default_value_t = 100_000)]
        operations: u64,
        /// Seed of an earlier run
        #[arg(long)]
        seed: Option<u64>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    match task {
        Task::Setup { print } => print_tools(&setup::run(&checkout())?, print),
        Task::Demo { port, data_dir, no_browser } => {
            let options = demo::Options { port, data_dir, browser: !no_browser };
            return demo::run(&checkout(), &options);
        }
        Task::Test { quick } => test::run(&checkout(), quick)?,
        Task::Bench { what, arguments } => bench::run(&checkout(), what, &arguments)?,
        Task::Crash { part: Crashed::Ledger { operations, seed } } => {
            ledger::crash(&checkout(), operations, seed)?;
        }
        Task::Shots { url, out, script, settle_ms, full, paths } => {
            let settle = Duration::from_millis(settle_ms);
            shots::run(&shots::Options { url, out, paths, script, settle, full })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The root of this checkout: the parent of the folder that this crate was built from.
fn checkout() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lies in a folder of the checkout").to_path_buf()
}

fn print_tools(tools: &setup::Tools, as_shell: bool) {
    for (name, path) in tools.variables().into_iter().filter(|_| as_shell) {
        println!("export {name}='{}'", path.display().to_string().replace('\'', r"'\''"));
    }
}
