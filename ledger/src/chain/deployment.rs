//! Where are the contracts? Puts them on a chain, in one block, and keeps their addresses in a file.

use super::address::{from_chain, signer_address, to_chain};
use super::bindings::{FeePolicy, OpenToken, Registry, Settlement};
use super::error::ChainError;
use super::rpc::Rpc;
use super::transaction::{Mined, Outbox, Sent};
use alloy::primitives::Address as ChainAddress;
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolConstructor;
use footnote_domain::id::Address;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The contracts of one installation, as `deployment.json` holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// The chain.
    pub chain_id: u64,
    /// Who registered what.
    pub registry: Address,
    /// How a charge is split.
    pub fee_policy: Address,
    /// The pool that pays.
    pub settlement: Address,
    /// What it pays in.
    pub token: Address,
    /// The first block that can hold an event.
    pub block: u64,
}

impl Deployment {
    /// Reads a deployment file.
    pub fn load(path: &Path) -> Result<Self, ChainError> {
        let fail = |reason: String| ChainError::DeploymentFile { path: path.to_owned(), reason };
        let text = std::fs::read(path).map_err(|error| {
            fail(format!("{error}; deploy the contracts first, or name the right file"))
        })?;
        serde_json::from_slice(&text).map_err(|error| fail(format!("is not understood: {error}")))
    }

    /// Writes the file in one step: a crash leaves the old one or the new one.
    pub fn save(&self, path: &Path) -> Result<(), ChainError> {
        let fail = |error: std::io::Error| ChainError::DeploymentFile {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let text = serde_json::to_vec_pretty(self).map_err(|error| fail(error.into()))?;
        let fresh = path.with_extension("json.tmp");
        std::fs::write(&fresh, text).map_err(fail)?;
        std::fs::File::open(&fresh).and_then(|file| file.sync_all()).map_err(fail)?;
        std::fs::rename(&fresh, path).map_err(fail)
    }
}

/// What the contracts are told once and for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeployParameters {
    /// Between the proposal of an epoch and its acceptance: 24 h, 5 s on a development chain.
    pub challenge_window_seconds: u64,
    /// During which an escrow assignment can be challenged: 30 days.
    pub escrow_delay_seconds: u64,
    /// Before a new payout address counts.
    pub payout_delay_seconds: u64,
    /// May propose epochs.
    pub proposer: Address,
    /// May veto them; another key than the proposer's.
    pub guardian: Address,
    /// The operator, who owns the roles and the fee policy; in production a timelock.
    pub platform: Address,
    /// The token to pay in; `None` deploys the development token, minted by the deployer.
    pub token: Option<Address>,
}

impl DeployParameters {
    /// For a development chain: short delays, and the development token.
    pub fn development(platform: Address, proposer: Address, guardian: Address) -> Self {
        Self {
            challenge_window_seconds: 5,
            escrow_delay_seconds: 30,
            payout_delay_seconds: 10,
            proposer,
            guardian,
            platform,
            token: None,
        }
    }
}

/// Deploys token (unless one is named), registry, settlement and fee policy, and waits for them.
///
/// All are sent at once, each knowing the others' addresses from the deployer's nonces.
///
/// # Errors
/// [`ChainError::Reverted`] when a constructor refuses its parameters, say the same key as proposer
/// and guardian; [`ChainError::Unreachable`] when nobody answers.
pub async fn deploy(
    rpc_url: &str,
    deployer: &PrivateKeySigner,
    parameters: DeployParameters,
) -> Result<Deployment, ChainError> {
    let rpc = Rpc::new(rpc_url)?;
    let chain_id = rpc.get("reading the chain id", || rpc.provider.get_chain_id()).await?;
    let mut site = Site { outbox: Outbox::new(rpc.clone(), chain_id), rpc, deployer, sent: vec![] };
    let token = match parameters.token {
        Some(token) => to_chain(token),
        None => site.place("the token", OpenToken::BYTECODE.to_vec()).await?,
    };
    let registry = site.place("the registry", registry_code(&parameters)).await?;
    let settlement =
        site.place("the settlement", settlement_code(&parameters, token, registry)).await?;
    let fee_policy = site.place("the fee policy", policy_code(&parameters, settlement)).await?;
    let block = site.finish().await?;
    Ok(Deployment {
        chain_id,
        registry: from_chain(registry),
        fee_policy: from_chain(fee_policy),
        settlement: from_chain(settlement),
        token: from_chain(token),
        block,
    })
}

/// Deployments under way.
struct Site<'a> {
    rpc: Rpc,
    outbox: Outbox,
    deployer: &'a PrivateKeySigner,
    sent: Vec<(Sent, ChainAddress)>,
}

impl Site<'_> {
    /// Sends one contract's creation and foretells its address.
    async fn place(&mut self, what: &str, code: Vec<u8>) -> Result<ChainAddress, ChainError> {
        let action = format!("deploying {what}");
        let gas = creation_gas(code.len());
        let request = TransactionRequest::default().gas_limit(gas);
        let request = alloy::network::TransactionBuilder::with_deploy_code(request, code);
        let sent = self.outbox.send(self.deployer, &action, request).await?;
        let address = self.deployer.address().create(sent.nonce());
        self.sent.push((sent, address));
        Ok(address)
    }

    /// Waits for all and says which block came first.
    async fn finish(self) -> Result<u64, ChainError> {
        let mut first = u64::MAX;
        for (sent, foretold) in &self.sent {
            let receipt = self.outbox.confirm(sent).await?;
            if receipt.contract_address != Some(*foretold) {
                let deployer = signer_address(self.deployer);
                let what = format!("the contract of {deployer} is not at {foretold}");
                return Err(self.rpc.malformed(what));
            }
            first = first.min(Mined::of(&receipt).block);
        }
        Ok(first)
    }
}

/// An upper bound: 200 gas per byte kept, 40 per byte sent, and what constructors store.
fn creation_gas(code_length: usize) -> u64 {
    600_000 + 240 * code_length as u64
}

fn registry_code(parameters: &DeployParameters) -> Vec<u8> {
    let arguments = Registry::constructorCall {
        guardian_: to_chain(parameters.guardian),
        escrowDelay_: parameters.escrow_delay_seconds,
        payoutDelay_: parameters.payout_delay_seconds,
    };
    [Registry::BYTECODE.to_vec(), arguments.abi_encode()].concat()
}

fn settlement_code(
    parameters: &DeployParameters,
    token: ChainAddress,
    registry: ChainAddress,
) -> Vec<u8> {
    let arguments = Settlement::constructorCall {
        token_: token,
        registry_: registry,
        proposer_: to_chain(parameters.proposer),
        guardian_: to_chain(parameters.guardian),
        owner_: to_chain(parameters.platform),
        challengeWindow_: parameters.challenge_window_seconds,
    };
    [Settlement::BYTECODE.to_vec(), arguments.abi_encode()].concat()
}

fn policy_code(parameters: &DeployParameters, settlement: ChainAddress) -> Vec<u8> {
    let arguments = FeePolicy::constructorCall {
        settlement_: settlement,
        owner_: to_chain(parameters.platform),
    };
    [FeePolicy::BYTECODE.to_vec(), arguments.abi_encode()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_comes_back_as_written_and_a_missing_one_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deployment.json");
        let missing = Deployment::load(&path).expect_err("not yet written").to_string();
        assert!(missing.contains("deployment.json") && missing.contains("deploy"), "{missing}");
        let deployment = Deployment {
            chain_id: 31_337,
            registry: Address([1; 20]),
            fee_policy: Address([2; 20]),
            settlement: Address([3; 20]),
            token: Address([4; 20]),
            block: 7,
        };
        deployment.save(&path).expect("written");
        assert_eq!(Deployment::load(&path).expect("read"), deployment);
    }
}
