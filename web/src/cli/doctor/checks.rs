//! One function per part: each says what it found and, where something is amiss, the next step.

use super::finding::Finding;
use crate::app::{DataFolder, backend, embedder, ledger_settings_of};
use crate::config::{BackendConfig, Config};
use footnote_ledger::chain::{ChainClient, ChainError, Deployment};
use footnote_ledger::{Inspection, LedgerError, inspect};
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// Below this, an index that is rebuilt or a week of answers fills the disk.
const FREE_LEAST_MB: u64 = 2_048;
/// Receipts and holds carry the time; blocks carry it too.
const CLOCK_APART_MOST_SECONDS: u64 = 300;
/// A clock before the first release of this program is not set.
const CLOCK_LEAST: u64 = 1_767_225_600;

/// The file was read; who uses its data folder?
pub(super) fn configuration(config: &Config, file: Option<&Path>) -> Finding {
    let from = file.map_or("the defaults".to_owned(), |file| file.display().to_string());
    let used = match DataFolder::holder(&config.data_dir) {
        Some(running) => format!("in use by process {} on {}", running.pid, running.listen),
        None => "not in use".to_owned(),
    };
    Finding::good("configuration", format!("{from}; {} is {used}", config.data_dir.display()))
}

/// Room where the data lies.
pub(super) fn disk(config: &Config) -> Finding {
    let name = "disk";
    let folder = config.data_dir.ancestors().find(|folder| folder.exists());
    let Some(free_mb) = folder.and_then(free_mb) else {
        let found = format!("{} cannot be looked at", config.data_dir.display());
        return Finding::problem(name, found, "choose a folder that exists, in data.dir");
    };
    let found = format!("{free_mb} MB are free");
    if free_mb < FREE_LEAST_MB {
        return Finding::problem(name, found, "make room, or move data.dir to a larger disk");
    }
    Finding::good(name, found)
}

/// As POSIX's `df` says it: the fourth column of its last line, in KiB.
fn free_mb(folder: &Path) -> Option<u64> {
    let told = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let free: u64 = told.lines().last()?.split_whitespace().nth(3)?.parse().ok()?;
    Some(free * 1_024 / 1_000_000)
}

/// Where the contracts are.
pub(super) fn deployment(config: &Config) -> Result<Deployment, String> {
    Deployment::load(&config.deployment).map_err(|error| error.to_string())
}

const DEPLOY: &str = "deploy the contracts with `footnote chain deploy` (or `footnote demo-chain`), \
                      or name the right file in chain.deployment";

/// The database, its tables, and whose books they are.
pub(super) async fn books(config: &Config, deployment: &Result<Deployment, String>) -> Finding {
    let name = "books";
    let Ok(deployment) = deployment else {
        return Finding::problem(name, "whose books is not known without a deployment", DEPLOY);
    };
    let settings = match ledger_settings_of(config, *deployment) {
        Ok(settings) => settings,
        Err(error) => {
            return Finding::problem(name, error.to_string(), "restore the key from a backup");
        }
    };
    match inspect(&settings).await {
        Ok(Inspection::Empty) => Finding::good(name, "none yet; the first start makes them"),
        Ok(Inspection::Current { steps }) => {
            Finding::good(name, format!("they answer, with all {steps} steps of this program"))
        }
        Ok(Inspection::Older { missing }) => Finding::advice(
            name,
            format!("they are of an earlier version, {} steps behind", missing.len()),
            "back up, then start the service: it brings them up to date",
        ),
        Ok(Inspection::Newer { unknown }) => Finding::problem(
            name,
            format!("they are of a later version ({})", unknown.join(", ")),
            "start the version that wrote them, or restore a backup",
        ),
        Err(error) => {
            let next = match &error {
                LedgerError::OtherSettlement { .. } => "name the deployment that they belong to",
                LedgerError::WithoutPostgres => "build with --features postgres",
                _ => "start the database, and check ledger.database_url",
            };
            Finding::problem(name, error.to_string(), next)
        }
    }
}

/// The node, its chain's id, the contracts' code; and the newest block's time, where it answers.
pub(super) async fn chain(
    config: &Config,
    deployment: &Result<Deployment, String>,
) -> (Finding, Option<u64>) {
    let name = "chain";
    let deployment = match deployment {
        Ok(deployment) => *deployment,
        Err(error) => return (Finding::problem(name, error, DEPLOY), None),
    };
    match ChainClient::connect(&config.rpc_url, deployment).await {
        Ok(client) => {
            let found =
                format!("{} is chain {} and has the contracts", client.url(), deployment.chain_id);
            (Finding::good(name, found), client.chain_time().await.ok())
        }
        Err(error) => {
            let next = match &error {
                ChainError::WrongChain { .. } => "name a node of the right chain in chain.rpc_url",
                ChainError::NoCode { .. } => {
                    "the chain was reset, or it is another one: deploy anew"
                }
                _ => "start the node, or name another in chain.rpc_url; questions go on meanwhile",
            };
            (Finding::problem(name, error.to_string(), next), None)
        }
    }
}

/// This machine's clock, against the chain's where there is one.
pub(super) fn clock(chain: Option<u64>) -> Finding {
    let name = "clock";
    let next = "set the clock, by NTP";
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    if now < CLOCK_LEAST {
        return Finding::problem(name, format!("it stands at {now} seconds since 1970"), next);
    }
    match chain.map(|block| (block, now.abs_diff(block))) {
        None => Finding::good(name, "it is set; there is no chain to compare it with"),
        Some((_, apart)) if apart <= CLOCK_APART_MOST_SECONDS => {
            Finding::good(name, format!("{apart} s from the newest block"))
        }
        // A chain that stands still is old; a block from the future is no fault of the chain.
        Some((block, apart)) if block < now => Finding::advice(
            name,
            format!("the newest block is {apart} s old"),
            "check that the chain goes on; if it does, this clock is fast: set it, by NTP",
        ),
        Some((_, apart)) => {
            Finding::problem(name, format!("it is {apart} s behind the newest block"), next)
        }
    }
}

/// The embedding model loads and computes.
pub(super) async fn search_model(config: &Config) -> Finding {
    let name = "search by meaning";
    if config.embedding.is_none() {
        let next = "`cargo xtask setup` makes a model; name it in [embedding]";
        return Finding::advice(name, "off: no embedding model is configured", next);
    }
    let config = config.clone();
    let tried = tokio::task::spawn_blocking(move || {
        let embedder = embedder::open(&config).map_err(|error| error.to_string())?;
        let embedder = embedder.ok_or("no embedding model is configured")?;
        let vectors = embedder.embed(&["a probe"]).map_err(|error| error.to_string())?;
        Ok::<_, String>(vectors.first().map_or(0, Vec::len))
    });
    let next = "run `cargo xtask setup`, or check [embedding]";
    match tried.await {
        Ok(Ok(width)) if width > 0 => {
            Finding::good(name, format!("the model computes vectors of {width} numbers"))
        }
        Ok(Ok(_)) => Finding::problem(name, "the model computes nothing", next),
        Ok(Err(error)) => Finding::problem(name, error, next),
        Err(error) => Finding::problem(name, error.to_string(), next),
    }
}

/// Who writes the answers can be opened.
pub(super) async fn answer_model(config: &Config) -> Finding {
    let name = "answers";
    match backend::open(&config.backend, config.adapters.memory_bytes).await {
        Ok(backend) => Finding::good(name, format!("written by `{}`", backend.name())),
        Err(error) => Finding::problem(name, error.to_string(), next_for(&config.backend)),
    }
}

fn next_for(backend: &BackendConfig) -> &'static str {
    match backend {
        BackendConfig::Extractive => "report this: the extractive backend needs nothing",
        BackendConfig::Mistral { .. } | BackendConfig::Engine { .. } => {
            "check generation.model_dir"
        }
        BackendConfig::OpenAi(_) => "check generation.base_url, the model's name and the key",
    }
}
