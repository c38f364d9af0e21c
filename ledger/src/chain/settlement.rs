//! Who paid in, who was paid out? Deposits, claims and the token behind them.

use super::address::{from_chain, signer_address, to_chain};
use super::bindings::{OpenToken, Settlement};
use super::client::ChainClient;
use super::error::ChainError;
use super::money::token_units;
use super::transaction::Mined;
use alloy::primitives::{B256, U256};
use alloy::rpc::types::{Filter, Log, TransactionReceipt};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolEvent;
use footnote_domain::id::{Address, BlockHash, Digest, PayeeId};
use footnote_domain::money::Nano;

/// A deposit, as the chain tells it; its key is (chain, block hash, log index).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deposit {
    /// Whose balance grew.
    pub account: Address,
    /// By how much, in units of the token.
    pub amount_token_wei: u128,
    /// Number of the block that holds it.
    pub block: u64,
    /// Hash of that block.
    pub block_hash: BlockHash,
    /// Position in the block.
    pub log_index: u64,
    /// The transaction that made it.
    pub transaction: Digest,
}

/// A claim that was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed {
    /// Where it is on chain.
    pub mined: Mined,
    /// What was paid, in units of the token.
    pub paid: u128,
}

impl ChainClient {
    /// Deposits so much of the signer's tokens to its own balance: approves, then deposits.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with `ERC20InsufficientBalance` when the signer has too few tokens.
    pub async fn deposit(
        &self,
        signer: &PrivateKeySigner,
        amount: Nano,
    ) -> Result<Deposit, ChainError> {
        let units = self.units(amount).await?;
        let spender = to_chain(self.deployment.settlement);
        let approve = OpenToken::approveCall { spender, value: U256::from(units) };
        self.transact(signer, self.deployment.token, &approve).await?;
        let deposit = Settlement::depositCall { amount: U256::from(units) };
        let receipt = self.transact(signer, self.deployment.settlement, &deposit).await?;
        let log = self.log_of::<Settlement::Deposited>(&receipt)?;
        self.read_deposit(log)
    }

    /// Creates tokens on a development chain, as the deployer of its token.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with `OwnableUnauthorizedAccount` for any other signer.
    pub async fn mint(
        &self,
        deployer: &PrivateKeySigner,
        to: Address,
        amount: Nano,
    ) -> Result<Mined, ChainError> {
        let units = self.units(amount).await?;
        let call = OpenToken::mintCall { to: to_chain(to), amount: U256::from(units) };
        let receipt = self.transact(deployer, self.deployment.token, &call).await?;
        Ok(Mined::of(&receipt))
    }

    /// The deposits in blocks `from..=to`, in order.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] when the node has no block `to` yet.
    pub async fn deposits(&self, from: u64, to: u64) -> Result<Vec<Deposit>, ChainError> {
        if from > to {
            return Ok(Vec::new());
        }
        self.require_block(to).await?;
        let filter = Filter::new()
            .address(to_chain(self.deployment.settlement))
            .event_signature(Settlement::Deposited::SIGNATURE_HASH);
        let logs = self.logs(&filter, from, to).await?;
        logs.iter().map(|log| self.read_deposit(log)).collect()
    }

    /// Pays `account` what the last accepted epoch says it earned in all (`cumulative`, in token
    /// units, proven by `proof`) less what it was paid before. Anyone may send it.
    ///
    /// # Errors
    /// [`ChainError::NotAnAddress`] for an escrow; [`ChainError::Reverted`]: `BadProof`,
    /// `NothingToClaim`, `NotAccepted` or `BeyondAccepted`.
    pub async fn claim(
        &self,
        signer: &PrivateKeySigner,
        account: PayeeId,
        cumulative: u128,
        proof: &[Digest],
    ) -> Result<Claimed, ChainError> {
        let address = account.address().ok_or(ChainError::NotAnAddress(account))?;
        let call = Settlement::claimCall {
            account: to_chain(address),
            cumulative: U256::from(cumulative),
            proof: proof.iter().map(|node| B256::from(node.0)).collect(),
        };
        let receipt = self.transact(signer, self.deployment.settlement, &call).await?;
        let log = self.log_of::<Settlement::Claimed>(&receipt)?;
        let event = self.read_event::<Settlement::Claimed>(log)?;
        Ok(Claimed { mined: Mined::of(&receipt), paid: self.amount(event.amount)? })
    }

    /// What an account was paid in all, in token units; 0 for an escrow.
    pub async fn claimed(&self, account: PayeeId) -> Result<u128, ChainError> {
        let Some(address) = account.address() else {
            return Ok(0);
        };
        let call = Settlement::claimedCall { account: to_chain(address) };
        let paid = self.view(self.deployment.settlement, &call).await?;
        self.amount(paid)
    }

    /// The tokens of an account, in units.
    pub async fn token_balance(&self, account: Address) -> Result<u128, ChainError> {
        let call = OpenToken::balanceOfCall { account: to_chain(account) };
        let balance = self.view(self.deployment.token, &call).await?;
        self.amount(balance)
    }

    /// The token's decimals.
    pub async fn token_decimals(&self) -> Result<u8, ChainError> {
        self.view(self.deployment.token, &OpenToken::decimalsCall {}).await
    }

    /// Deposits for the signer after minting it what it lacks: a development chain only.
    ///
    /// # Errors
    /// As [`Self::mint`] and [`Self::deposit`].
    pub async fn mint_and_deposit(
        &self,
        deployer: &PrivateKeySigner,
        signer: &PrivateKeySigner,
        amount: Nano,
    ) -> Result<Deposit, ChainError> {
        self.mint(deployer, signer_address(signer), amount).await?;
        self.deposit(signer, amount).await
    }

    pub(super) fn amount(&self, units: U256) -> Result<u128, ChainError> {
        u128::try_from(units).map_err(|_| self.rpc.malformed(format!("{units} units of a token")))
    }

    async fn units(&self, amount: Nano) -> Result<u128, ChainError> {
        token_units(amount.wide(), self.token_decimals().await?)
    }

    fn log_of<'a, E: SolEvent>(
        &self,
        receipt: &'a TransactionReceipt,
    ) -> Result<&'a Log, ChainError> {
        let settlement = to_chain(self.deployment.settlement);
        let mut logs = receipt.logs().iter();
        logs.find(|log| log.address() == settlement && log.topic0() == Some(&E::SIGNATURE_HASH))
            .ok_or_else(|| {
                let transaction = receipt.transaction_hash;
                self.rpc.malformed(format!("{transaction} raised no {}", E::SIGNATURE))
            })
    }

    fn read_event<E: SolEvent>(&self, log: &Log) -> Result<E, ChainError> {
        let broken = |error| self.rpc.malformed(format!("a log is no {}: {error}", E::SIGNATURE));
        E::decode_log_data_validate(&log.inner.data).map_err(broken)
    }

    fn read_deposit(&self, log: &Log) -> Result<Deposit, ChainError> {
        let event = self.read_event::<Settlement::Deposited>(log)?;
        let (Some(block), Some(block_hash), Some(log_index), Some(transaction)) =
            (log.block_number, log.block_hash, log.log_index, log.transaction_hash)
        else {
            return Err(self.rpc.malformed("a deposit that is in no block"));
        };
        Ok(Deposit {
            account: from_chain(event.account),
            amount_token_wei: self.amount(event.amount)?,
            block,
            block_hash: BlockHash(block_hash.0),
            log_index,
            transaction: Digest(transaction.0),
        })
    }
}
