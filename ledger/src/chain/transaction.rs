//! How does a transaction get into a block exactly once? It is signed here, so its hash is known
//! before it leaves; a dropped connection is met by sending the same bytes again, and a taken nonce
//! by asking for the next one.

use super::error::ChainError;
use super::revert::Revert;
use super::rpc::{Rpc, is_connection};
use alloy::consensus::TxEnvelope;
use alloy::eips::eip2718::Encodable2718;
use alloy::network::{EthereumWallet, NetworkTransactionBuilder};
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::Provider;
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use alloy::signers::local::PrivateKeySigner;
use alloy::transports::TransportError;
use footnote_domain::id::Digest;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex as AsyncMutex;

/// How long a transaction may take to be mined before its sender is told so.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(120);

/// How often a receipt is asked for.
const POLL: Duration = Duration::from_millis(150);

/// After so long without a receipt the same bytes are sent again, in case a restarted node lost
/// them.
const RESEND_AFTER: Duration = Duration::from_secs(5);

/// Other transactions of the same key may take a nonce before us; more often than this is a loop.
const NONCE_ATTEMPTS: usize = 5;

/// The base fee may grow this much while a transaction waits (12.5 % per full block).
const FEE_HEADROOM: u128 = 2;

/// A transaction that is in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mined {
    /// Its hash.
    pub transaction: Digest,
    /// The block that holds it.
    pub block: u64,
}

impl Mined {
    pub(super) fn of(receipt: &TransactionReceipt) -> Self {
        Self {
            transaction: Digest(receipt.transaction_hash.0),
            block: receipt.block_number.expect("only receipts that are in a block are confirmed"),
        }
    }
}

/// A transaction on its way.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    action: String,
    hash: B256,
    nonce: u64,
    raw: Bytes,
    request: TransactionRequest,
}

impl Sent {
    /// Its place in the sender's order; foretells the address of a contract it creates.
    pub(super) fn nonce(&self) -> u64 {
        self.nonce
    }

    fn displaced(&self) -> ChainError {
        let transaction = Digest(self.hash.0);
        ChainError::Displaced { action: self.action.clone(), transaction }
    }
}

/// The last transaction of one account.
type Lane = Arc<AsyncMutex<Option<(u64, B256)>>>;

/// Sends transactions of any number of accounts, each account's in order.
#[derive(Debug, Clone)]
pub(super) struct Outbox {
    rpc: Rpc,
    chain_id: u64,
    lanes: Arc<Mutex<HashMap<Address, Lane>>>,
}

impl Outbox {
    pub(super) fn new(rpc: Rpc, chain_id: u64) -> Self {
        Self { rpc, chain_id, lanes: Arc::default() }
    }

    /// Estimates, sends and waits: for single transactions, whose refusal shows before they cost.
    pub(super) async fn run(
        &self,
        signer: &PrivateKeySigner,
        action: &str,
        request: TransactionRequest,
    ) -> Result<TransactionReceipt, ChainError> {
        let gas = self.estimate(signer, action, &request).await?;
        let request = request.gas_limit(gas);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let sent = self.send(signer, action, request.clone()).await?;
            match self.confirm(&sent).await {
                Err(ChainError::Displaced { .. }) if attempts < NONCE_ATTEMPTS => {}
                outcome => return outcome,
            }
        }
    }

    /// The gas limit for a transaction, or why a contract would refuse it.
    pub(super) async fn estimate(
        &self,
        signer: &PrivateKeySigner,
        action: &str,
        request: &TransactionRequest,
    ) -> Result<u64, ChainError> {
        let request = request.clone().from(signer.address());
        let provider = &self.rpc.provider;
        let gas = self.rpc.get(action, || provider.estimate_gas(request.clone())).await?;
        // A fifth more, for storage that other transactions touch meanwhile.
        Ok(gas.saturating_add(gas / 5))
    }

    /// Signs and hands over one transaction with its gas limit set; returns before it is mined.
    pub(super) async fn send(
        &self,
        signer: &PrivateKeySigner,
        action: &str,
        request: TransactionRequest,
    ) -> Result<Sent, ChainError> {
        let lane = self.lane(signer.address());
        let mut last = lane.lock().await;
        for _ in 0..NONCE_ATTEMPTS {
            let nonce = self.next_nonce(action, signer.address(), *last).await?;
            let sent = self.sign(signer, action, request.clone(), nonce).await?;
            match self.hand_over(&sent).await {
                Ok(()) => {
                    *last = Some((sent.nonce, sent.hash));
                    return Ok(sent);
                }
                Err(error) if takes_nonce(&error) => {
                    tracing::debug!(action, nonce, %error, "the nonce is taken; asking again");
                    *last = None;
                }
                Err(error) => return Err(self.rpc.explain(action, error)),
            }
        }
        Err(ChainError::Refused {
            url: self.rpc.url.clone(),
            action: action.to_owned(),
            reason: format!("somebody else keeps sending with the key of {}", signer.address()),
        })
    }

    /// Waits until a transaction is in a block and says whether it did what it should.
    pub(super) async fn confirm(&self, sent: &Sent) -> Result<TransactionReceipt, ChainError> {
        let started = Instant::now();
        let mut resent = started;
        let mut reason = String::from("it is pending");
        while started.elapsed() < CONFIRM_TIMEOUT {
            match self.rpc.provider.get_transaction_receipt(sent.hash).await {
                // Some nodes answer for what is pending, too.
                Ok(Some(receipt)) if receipt.block_number.is_none() => {}
                Ok(Some(receipt)) if receipt.status() => return Ok(receipt),
                Ok(Some(receipt)) => return Err(self.why_reverted(sent, &receipt).await),
                Ok(None) => {}
                Err(error) => reason = self.rpc.explain(&sent.action, error).to_string(),
            }
            if resent.elapsed() > RESEND_AFTER {
                resent = Instant::now();
                match self.hand_over(sent).await {
                    Ok(()) => {}
                    Err(error) if takes_nonce(&error) => return Err(sent.displaced()),
                    Err(error) => reason = self.rpc.explain(&sent.action, error).to_string(),
                }
            }
            tokio::time::sleep(POLL).await;
        }
        Err(ChainError::Unconfirmed {
            action: sent.action.clone(),
            transaction: Digest(sent.hash.0),
            seconds: CONFIRM_TIMEOUT.as_secs(),
            reason,
        })
    }

    fn lane(&self, account: Address) -> Lane {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lanes.entry(account).or_default())
    }

    /// What the node expects next, or the one after our last transaction when the node that
    /// answers has not counted that yet. A last transaction that the node forgot counts for nothing,
    /// so a reset chain leaves no gap.
    async fn next_nonce(
        &self,
        action: &str,
        account: Address,
        last: Option<(u64, B256)>,
    ) -> Result<u64, ChainError> {
        let provider = &self.rpc.provider;
        let expected =
            self.rpc.get(action, || provider.get_transaction_count(account).pending()).await?;
        match last {
            Some((nonce, hash)) if nonce >= expected && self.knows(action, hash).await? => {
                Ok(nonce + 1)
            }
            _ => Ok(expected),
        }
    }

    async fn knows(&self, action: &str, hash: B256) -> Result<bool, ChainError> {
        let provider = &self.rpc.provider;
        let found = self.rpc.get(action, || provider.get_transaction_by_hash(hash)).await?;
        Ok(found.is_some())
    }

    async fn sign(
        &self,
        signer: &PrivateKeySigner,
        action: &str,
        request: TransactionRequest,
        nonce: u64,
    ) -> Result<Sent, ChainError> {
        let provider = &self.rpc.provider;
        let fees = self.rpc.get(action, || provider.estimate_eip1559_fees()).await?;
        let mut request = request.from(signer.address()).nonce(nonce);
        request.chain_id = Some(self.chain_id);
        request.max_priority_fee_per_gas = Some(fees.max_priority_fee_per_gas);
        request.max_fee_per_gas = Some(fees.max_fee_per_gas.saturating_mul(FEE_HEADROOM));
        let wallet = EthereumWallet::from(signer.clone());
        let envelope: TxEnvelope = request.clone().build(&wallet).await.map_err(|error| {
            ChainError::Signature { what: "signing a transaction", reason: error.to_string() }
        })?;
        let raw = Bytes::from(envelope.encoded_2718());
        let hash = *envelope.tx_hash();
        Ok(Sent { action: action.to_owned(), hash, nonce, raw, request })
    }

    /// Sends the signed bytes. An error about them counts only when the node does not hold this
    /// very transaction, since the try before may have arrived while its answer was lost.
    async fn hand_over(&self, sent: &Sent) -> Result<(), TransportError> {
        let provider = &self.rpc.provider;
        let answer = self.rpc.ask(|| provider.send_raw_transaction(&sent.raw)).await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) if is_connection(&error) => Err(error),
            Err(error) => match provider.get_transaction_by_hash(sent.hash).await {
                Ok(Some(_)) => Ok(()),
                _ => Err(error),
            },
        }
    }

    /// Runs a reverted transaction once more as a call, to learn the reason.
    async fn why_reverted(&self, sent: &Sent, receipt: &TransactionReceipt) -> ChainError {
        let spent_all = sent.request.gas == Some(receipt.gas_used);
        let Mined { transaction, block } = Mined::of(receipt);
        // Without nonce and fees, which would be refused for reasons of their own.
        let again = TransactionRequest {
            from: sent.request.from,
            to: sent.request.to,
            input: sent.request.input.clone(),
            gas: sent.request.gas,
            ..Default::default()
        };
        let call = self.rpc.provider.call(again).block(block.into()).await;
        let revert = match call.map_err(|error| self.rpc.explain(&sent.action, error)) {
            Err(ChainError::Reverted { revert, .. }) => revert,
            _ if spent_all => Revert::unexplained("it ran out of gas"),
            _ => Revert::unexplained("it reverted, but does not when tried again"),
        };
        ChainError::Reverted {
            action: sent.action.clone(),
            revert,
            transaction: Some(transaction),
            block: Some(block),
        }
    }
}

/// Whether another transaction has the nonce that this one wanted.
fn takes_nonce(error: &TransportError) -> bool {
    let Some(payload) = error.as_error_resp() else {
        return false;
    };
    let message = payload.message.to_lowercase();
    message.contains("nonce too low") || message.contains("replacement transaction underpriced")
}
