//! The client itself: one chain, one deployment, any number of signers.

use super::address::to_chain;
use super::deployment::Deployment;
use super::error::ChainError;
use super::rpc::{Rpc, call_name, call_request};
use super::transaction::Outbox;
use alloy::eips::BlockNumberOrTag;
use alloy::primitives::Address as ChainAddress;
use alloy::providers::Provider;
use alloy::rpc::types::TransactionReceipt;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolCall;
use footnote_domain::id::Address;

/// Reads and writes the contracts of one deployment. Clones share connections and nonces.
#[derive(Debug, Clone)]
pub struct ChainClient {
    pub(super) rpc: Rpc,
    pub(super) outbox: Outbox,
    pub(super) deployment: Deployment,
}

impl ChainClient {
    /// Connects, and checks that this is the deployment's chain and that the contracts are there.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] when nobody answers, [`ChainError::WrongChain`] for another chain,
    /// [`ChainError::NoCode`] when the chain was reset.
    pub async fn connect(rpc_url: &str, deployment: Deployment) -> Result<Self, ChainError> {
        let rpc = Rpc::new(rpc_url)?;
        let expected = deployment.chain_id;
        let found = rpc.get("reading the chain id", || rpc.provider.get_chain_id()).await?;
        if found != expected {
            return Err(ChainError::WrongChain { url: rpc.url, expected, found });
        }
        let contracts = [
            ("registry", deployment.registry),
            ("fee policy", deployment.fee_policy),
            ("settlement", deployment.settlement),
            ("token", deployment.token),
        ];
        for (contract, address) in contracts {
            if !has_code(&rpc, address).await? {
                let (url, chain_id) = (rpc.url, expected);
                return Err(ChainError::NoCode { url, chain_id, contract, address });
            }
        }
        Ok(Self { outbox: Outbox::new(rpc.clone(), expected), rpc, deployment })
    }

    /// The client of a deployment whose node need not answer yet: for a service that starts while
    /// its node is down. Who writes or follows must check the chain's id first, as the indexer does.
    ///
    /// # Errors
    /// [`ChainError::BadUrl`].
    pub fn unchecked(rpc_url: &str, deployment: Deployment) -> Result<Self, ChainError> {
        let rpc = Rpc::new(rpc_url)?;
        Ok(Self { outbox: Outbox::new(rpc.clone(), deployment.chain_id), rpc, deployment })
    }

    /// Where the contracts are.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The node's scheme, host and port, for messages.
    pub fn url(&self) -> &str {
        &self.rpc.url
    }

    /// The newest block's timestamp, seconds since 1970: the clock of challenge windows.
    pub async fn chain_time(&self) -> Result<u64, ChainError> {
        let provider = &self.rpc.provider;
        let latest = || provider.get_block_by_number(BlockNumberOrTag::Latest);
        let block = self.rpc.get("reading the newest block", latest).await?;
        let block = block.ok_or_else(|| self.rpc.malformed("there is no newest block"))?;
        Ok(block.header.timestamp)
    }

    /// Calls a contract by a transaction of `signer` and waits until it is in a block.
    pub(super) async fn transact<C: SolCall>(
        &self,
        signer: &PrivateKeySigner,
        to: Address,
        call: &C,
    ) -> Result<TransactionReceipt, ChainError> {
        let request = call_request(to_chain(to), call.abi_encode().into());
        self.outbox.run(signer, call_name::<C>(), request).await
    }

    /// Calls a view.
    pub(super) async fn view<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<C::Return, ChainError> {
        self.rpc.view(to_chain(to), call).await
    }
}

async fn has_code(rpc: &Rpc, address: Address) -> Result<bool, ChainError> {
    let address: ChainAddress = to_chain(address);
    let code = rpc.get("looking for a contract", || rpc.provider.get_code_at(address)).await?;
    Ok(!code.is_empty())
}
