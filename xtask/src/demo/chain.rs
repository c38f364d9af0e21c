//! The dev chain of the demo: how is anvil started so that its state survives?

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::chain_state::{ChainState, Found};
use super::data_dir::DataDir;
use super::service::Service;
use crate::http;
use crate::setup::remove_folder;

/// The chain id of a dev chain; the service refuses dev conveniences on any other.
const CHAIN_ID: u32 = 31337;
/// The same as the chain answers it.
const CHAIN_ID_HEX: &str = "0x7a69";
/// Operator, proposer, guardian and nine sample contributors have a funded key each.
const ACCOUNTS: &str = "12";
/// Time for anvil to write its state: it grows by some 2 kB with each block.
const GRACE: Duration = Duration::from_secs(30);

/// A running dev chain.
pub(crate) struct Chain {
    service: Service,
    state: ChainState,
    port: u16,
}

impl Chain {
    /// Start anvil on the port of the last run, or on another when that is taken.
    pub(crate) fn start(anvil: &Path, data: &DataDir) -> Result<Self> {
        let state = ChainState::new(data.chain("state.json"));
        match state.recover()? {
            Found::Nothing | Found::Whole => {}
            Found::Restored => {
                eprintln!("  The chain was cut off while saving: its last copy is used.")
            }
            Found::Lost => eprintln!("  The chain was cut off while saving: a new chain begins."),
        }
        let port = settled_port(&data.chain("port"))?;
        // States of old blocks, which a chain that ended has no use for.
        let states = data.chain("states");
        remove_folder(&states)?;
        let mut command = anvil_command(anvil, port, state.path(), &states);
        let service = Service::start("the dev chain", &mut command, data.log("chain"), GRACE)?;
        Ok(Self { service, state, port })
    }

    /// Where its RPC interface is.
    pub(crate) fn rpc_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether it answers by now, as the chain that it should be.
    pub(crate) fn answers(&self) -> bool {
        let question = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;
        http::post_json(self.port, "/", question)
            .is_ok_and(|answer| answer.status == 200 && answer.body.contains(CHAIN_ID_HEX))
    }

    /// An error when it has ended; else look after its state.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.service.check()?;
        self.state.keep_copy()
    }

    /// The process behind it.
    pub(crate) fn service(&mut self) -> &mut Service {
        &mut self.service
    }
}

/// anvil as the indexer needs it: without `--slots-in-an-epoch 1` no block ever becomes safe or final.
/// Blocks take a second; blocks and events are kept on disk. The account states of old blocks would
/// fill a disk within hours: some hundred in memory and 64 on disk are enough for a reorganisation.
fn anvil_command(anvil: &Path, port: u16, state: &Path, states: &Path) -> Command {
    let mut command = Command::new(anvil);
    command
        .args(["--host", "127.0.0.1", "--port", &port.to_string()])
        .args(["--chain-id", &CHAIN_ID.to_string()])
        .args(["--accounts", ACCOUNTS])
        .args(["--slots-in-an-epoch", "1", "--block-time", "1", "--quiet"])
        .args(["--state-interval", "5", "--max-persisted-states", "64"])
        .arg("--state")
        .arg(state)
        .arg("--cache-path")
        .arg(states);
    command
}

/// The port recorded in `file` if it is free, else any free one, which is recorded.
fn settled_port(file: &Path) -> Result<u16> {
    let recorded = fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok());
    if let Some(port) = recorded.filter(|port| is_free(*port)) {
        return Ok(port);
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .context("find a free port for the dev chain")?
        .port();
    fs::write(file, format!("{port}\n")).with_context(|| format!("write {}", file.display()))?;
    Ok(port)
}

/// Whether a server can listen on this port of this machine.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_stays_the_same_while_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("port");
        let first = settled_port(&file).unwrap();
        assert_eq!(settled_port(&file).unwrap(), first);

        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        let second = settled_port(&file).unwrap();
        assert_ne!(second, first);
        drop(taken);
        assert_eq!(settled_port(&file).unwrap(), second);
    }
}
