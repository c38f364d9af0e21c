//! A chain with the contracts on it, and the people who use it.

use alloy::network::Ethereum;
use alloy::providers::{Provider, RootProvider};
use footnote_domain::id::{Address, ContentHash, DatanetId, PayeeId};
use footnote_domain::payee::Payees;
use footnote_ledger::chain::{
    ChainClient, ContributionItem, DeployParameters, Deployment, PrivateKeySigner, deploy,
    dev_signer, signer_address,
};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The development keys by their roles.
pub(crate) const OPERATOR: u32 = 0;
pub(crate) const PROPOSER: u32 = 1;
pub(crate) const GUARDIAN: u32 = 2;
pub(crate) const ANA: u32 = 3;
pub(crate) const BO: u32 = 4;

/// A running anvil, ended when dropped.
pub(crate) struct Anvil {
    child: Child,
    pub(crate) url: String,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Anvil {
    /// Starts one with the given further arguments; `None`, with a word why, when there is none.
    pub(crate) async fn start(arguments: &[&str]) -> Option<Self> {
        let Ok(binary) = std::env::var("FOOTNOTE_ANVIL") else {
            eprintln!("SKIPPED: FOOTNOTE_ANVIL names no anvil to test with");
            return None;
        };
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("bound").port();
        drop(free);
        let child = Command::new(&binary)
            .args(["--port", &port.to_string(), "--accounts", "12", "--silent"])
            .args(["--slots-in-an-epoch", "1"])
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("FOOTNOTE_ANVIL={binary} does not start: {error}"));
        let anvil = Self { child, url: format!("http://127.0.0.1:{port}") };
        anvil.wait_until_up().await;
        Some(anvil)
    }

    async fn wait_until_up(&self) {
        let started = Instant::now();
        while self.raw().get_chain_id().await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "anvil does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// For what only a development chain can do.
    pub(crate) fn raw(&self) -> RootProvider<Ethereum> {
        RootProvider::new_http(self.url.parse().expect("a URL"))
    }

    pub(crate) async fn ask(&self, method: &'static str, arguments: serde_json::Value) {
        let answer = self.raw().raw_request::<_, serde_json::Value>(method.into(), arguments).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"));
    }

    /// Lets time pass on the chain.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.ask("evm_increaseTime", serde_json::json!([seconds])).await;
        self.ask("evm_mine", serde_json::json!([])).await;
    }
}

/// A chain with the contracts deployed.
pub(crate) struct Stage {
    pub(crate) anvil: Anvil,
    pub(crate) chain: ChainClient,
}

impl Stage {
    pub(crate) async fn set(arguments: &[&str]) -> Option<Self> {
        let anvil = Anvil::start(arguments).await?;
        let deployment = deploy_on(&anvil.url).await;
        let chain = ChainClient::connect(&anvil.url, deployment).await.expect("just deployed");
        Some(Self { anvil, chain })
    }

    /// An open Datanet of the operator.
    pub(crate) async fn datanet(&self) -> DatanetId {
        let made = self.chain.create_datanet(&key(OPERATOR), "tea", true).await;
        made.expect("a new Datanet")
    }
}

pub(crate) async fn deploy_on(url: &str) -> Deployment {
    let parameters =
        DeployParameters::development(address(OPERATOR), address(PROPOSER), address(GUARDIAN));
    deploy(url, &key(OPERATOR), parameters).await.expect("deployed")
}

pub(crate) fn key(index: u32) -> PrivateKeySigner {
    dev_signer(index).expect("a development key")
}

pub(crate) fn address(index: u32) -> Address {
    signer_address(&key(index))
}

pub(crate) fn payee(index: u32) -> PayeeId {
    PayeeId::from_address(address(index))
}

/// A text of its own bytes, paid to `payees` in equal parts.
pub(crate) fn text(name: &str, payees: &[PayeeId]) -> ContributionItem {
    let content_hash = ContentHash::of(name.as_bytes());
    ContributionItem {
        content_hash,
        uri: format!("blob:{content_hash}?title={name}"),
        size: name.len() as u64,
        supersedes: None,
        payees: Payees::equal(payees.to_vec()).expect("a few payees"),
    }
}
