//! The command line of `footnote`.

mod adapters;
mod ask;
mod audit;
mod backup;
mod bundle;
mod chain;
mod claim;
mod demo_chain;
mod doctor;
mod eval;
mod feedback;
mod import;
mod output;
mod remote;
mod samples;
mod search;
mod serve;
mod settle;
mod signer;
mod verify;

use crate::config::{Config, DOCUMENTED, Overrides};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Ask a question; every sentence of the answer is footnoted, and its price is paid out to the
/// people who wrote the passages.
#[derive(Debug, Parser)]
#[command(name = "footnote", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and API, follow the chain, index.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address and port, instead of the configured one.
        #[arg(long)]
        listen: Option<String>,
    },
    /// Ask a question: through the running service of this data folder, or alone when none runs.
    Ask(ask::AskArgs),
    /// Find passages without an answer, free of charge; every hit says why it was found.
    Search(search::SearchArgs),
    /// Register texts of a folder (.md, .txt) or a .jsonl(.gz) file in a Datanet.
    Import(import::ImportArgs),
    /// Admit LoRA adapters, and govern the names they are asked for by.
    Adapters {
        #[command(subcommand)]
        command: adapters::AdaptersCommand,
    },
    /// Close the open epoch and settle it on chain.
    Settle(settle::SettleArgs),
    /// Claim what a contributor has earned, on chain.
    Claim(claim::ClaimArgs),
    /// Write the audit bundle of a settled epoch anew, from the books.
    Bundle(bundle::BundleArgs),
    /// Recompute the books by a model that shares no code with what wrote them; exit 0 when every rule
    /// holds, 1 naming those that are broken. Safe beside a running service.
    Audit(audit::AuditArgs),
    /// What readers thought of their answers, the newest first. Safe beside a running service.
    Feedback(feedback::FeedbackArgs),
    /// Copy what a restored service cannot make again into a new folder; safe beside a running service.
    Backup(backup::BackupArgs),
    /// Check everything that a service needs, changing nothing: a line per part, and the next step where
    /// something is amiss; exit 1 then.
    Doctor(doctor::DoctorArgs),
    /// Recompute a receipt offline; exit 0 when all of it holds, 1 naming the field that does not.
    Verify(verify::VerifyArgs),
    /// Measure the product on judged sets.
    Eval {
        #[command(subcommand)]
        command: eval::EvalCommand,
    },
    /// Deploy the contracts.
    Chain {
        #[command(subcommand)]
        command: chain::ChainCommand,
    },
    /// Development chain: deploy what is missing, fund the promotion, register the sample Datanets.
    DemoChain(demo_chain::DemoChainArgs),
    /// Print the configuration file with every key, its default and its meaning.
    Config,
}

/// Which data folder, which chain.
#[derive(Debug, Clone, Args)]
struct Place {
    /// Configuration file; `footnote config` prints one.
    #[arg(long, env = "FOOTNOTE_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of all data, instead of the configured one.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// JSON-RPC address of the chain, instead of the configured one.
    #[arg(long)]
    rpc_url: Option<String>,
}

impl Place {
    fn config(&self, listen: Option<String>) -> anyhow::Result<Config> {
        self.config_with(Overrides { listen, ..Overrides::default() })
    }

    fn config_with(&self, overrides: Overrides) -> anyhow::Result<Config> {
        let overrides = Overrides {
            data_dir: self.data_dir.clone(),
            rpc_url: self.rpc_url.clone(),
            ..overrides
        };
        Ok(Config::load(self.config.as_deref(), &overrides)?)
    }
}

/// Parses the arguments, runs the command, prints a failure with its causes.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    start_log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(dispatch(cli.command));
    // A blocking thread in the middle of a computation must not hold the end up.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", causes(&error));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve { place, listen } => serve::run(place.config(listen)?).await?,
        Command::Ask(args) => return ask::run(args).await,
        Command::Search(args) => return search::run(args).await,
        Command::Import(args) => import::run(args).await?,
        Command::Adapters { command } => return adapters::run(command).await,
        Command::Settle(args) => settle::run(args).await?,
        Command::Claim(args) => claim::run(args).await?,
        Command::Bundle(args) => bundle::run(args).await?,
        Command::Audit(args) => return audit::run(args).await,
        Command::Feedback(args) => feedback::run(args).await?,
        Command::Backup(args) => backup::run(args).await?,
        Command::Doctor(args) => return doctor::run(args).await,
        Command::Verify(args) => return verify::run(&args),
        Command::Eval { command } => eval::run(command).await?,
        Command::Chain { command } => chain::run(command).await?,
        Command::DemoChain(args) => demo_chain::run(args).await?,
        Command::Config => output::print(DOCUMENTED)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The error and its causes, leaving out what a message says already.
fn causes(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |said, cause| {
        let cause = cause.to_string();
        match said.as_str() {
            "" => cause,
            said if said.contains(&cause) => said.to_owned(),
            said => format!("{said}: {cause}"),
        }
    })
}

/// Logs to standard error; `FOOTNOTE_LOG` sets the filter (default `info` for this house), and
/// `FOOTNOTE_LOG_FORMAT=json` makes every line an object.
fn start_log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("FOOTNOTE_LOG").unwrap_or_else(|_| {
        EnvFilter::new("warn,qdrant_edge=error,footnote_web=info,footnote_indexer=info,footnote_ledger=info,footnote_retriever=info")
    });
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match std::env::var("FOOTNOTE_LOG_FORMAT").as_deref() {
        Ok("json") => log.json().init(),
        _ => log.init(),
    }
}
