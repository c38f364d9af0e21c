//! Money arrives from the chain, once per event however often it is seen; and is taken back when its
//! block leaves the chain.

use crate::book::{Book, Kind, Movement, derived};
use crate::clock::{now, seconds};
use crate::entity::{cursor, deposit};
use crate::ledger::Context;
use crate::writer::Operation;
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::id::{Address, BlockHash};
use footnote_domain::money::Nano;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, Set};

/// A deposit as it stands on chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deposit {
    /// Who deposited; the promotion account is credited when this is its funder.
    pub depositor: Address,
    /// How much, whole nano-credits.
    pub amount: Nano,
    /// Which chain.
    pub chain_id: u64,
    /// Height of its block.
    pub block_number: u64,
    /// Its block.
    pub block_hash: BlockHash,
    /// Its place in the block.
    pub log_index: u64,
}

impl Deposit {
    fn key(&self) -> (i64, crate::bytes::Bytes32, i64) {
        (seconds(self.chain_id), self.block_hash.into(), seconds(self.log_index))
    }

    fn name(&self) -> String {
        format!("{}/{}/{}", self.chain_id, self.block_hash, self.log_index)
    }
}

#[async_trait]
impl Operation for Deposit {
    /// Whether it was new.
    type Output = bool;

    async fn apply(
        &self,
        context: &Context,
        tx: &DatabaseTransaction,
    ) -> Result<bool, LedgerError> {
        let seen = deposit::Entity::find_by_id(self.key()).one(tx).await?;
        if seen.as_ref().is_some_and(|row| row.orphaned_at.is_none()) {
            return Ok(false);
        }
        let account = match context.settings.promotion_funder {
            Some(funder) if funder == self.depositor => Account::Promotion,
            _ => Account::Payer(self.depositor),
        };
        let mut book = Book::open(tx).await?;
        let id = derived("deposit", &format!("{}/{}", self.name(), book.next_sequence()));
        book.post(Movement {
            id,
            debit: Account::Deposits,
            credit: account,
            amount: self.amount,
            kind: Kind::Deposit,
            group: derived("deposit", &self.name()),
            answer: None,
            at: now(),
        })
        .await?;
        book.close().await?;
        self.record(tx, account, seen).await?;
        Ok(true)
    }
}

impl Deposit {
    async fn record(
        &self,
        tx: &DatabaseTransaction,
        account: Account,
        seen: Option<deposit::Model>,
    ) -> Result<(), LedgerError> {
        if let Some(row) = seen {
            let mut row = row.into_active_model();
            row.orphaned_at = Set(None);
            row.update(tx).await?;
            return Ok(());
        }
        let (chain_id, block_hash, log_index) = self.key();
        let row = deposit::ActiveModel {
            chain_id: Set(chain_id),
            block_hash: Set(block_hash),
            log_index: Set(log_index),
            block_number: Set(seconds(self.block_number)),
            depositor: Set(self.depositor.into()),
            account: Set(account.to_string()),
            amount: Set(self.amount.get()),
            orphaned_at: Set(None),
        };
        deposit::Entity::insert(row).exec_without_returning(tx).await?;
        Ok(())
    }
}

/// A credited deposit whose block is no longer part of the chain (a development chain that lost its
/// last blocks). What its payer has already spent, the operator bears: a payer's balance never
/// falls below zero.
pub(crate) struct Orphan {
    pub(crate) deposit: deposit::Model,
}

#[async_trait]
impl Operation for Orphan {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let row = &self.deposit;
        let key = (row.chain_id, row.block_hash, row.log_index);
        let current = deposit::Entity::find_by_id(key).one(tx).await?;
        let Some(current) = current.filter(|row| row.orphaned_at.is_none()) else { return Ok(()) };
        let account: Account = current.account.parse()?;
        let amount = Nano::new(i128::from(current.amount))?;
        let hash = BlockHash::from(current.block_hash);
        let name = format!("{}/{hash}/{}", current.chain_id, current.log_index);
        let mut book = Book::open(tx).await?;
        let taken = book.available(account).await?.min(amount);
        let parts = [
            (account, taken, Kind::Reversal),
            (Account::ProviderLoss, amount.minus(taken)?, Kind::Loss),
        ];
        for (debit, amount, kind) in parts.into_iter().filter(|(_, part, _)| *part > Nano::ZERO) {
            book.post(Movement {
                id: derived("orphan", &format!("{name}/{}", book.next_sequence())),
                debit,
                credit: Account::Deposits,
                amount,
                kind,
                group: derived("deposit", &name),
                answer: None,
                at: now(),
            })
            .await?;
        }
        book.close().await?;
        let mut orphaned = current.into_active_model();
        orphaned.orphaned_at = Set(Some(now()));
        orphaned.update(tx).await?;
        Ok(())
    }
}

/// How far deposits were read.
pub(crate) struct MoveCursor {
    pub(crate) name: &'static str,
    pub(crate) block_number: u64,
    pub(crate) block_hash: BlockHash,
}

#[async_trait]
impl Operation for MoveCursor {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let row = cursor::ActiveModel {
            name: Set(self.name.to_owned()),
            block_number: Set(seconds(self.block_number)),
            block_hash: Set(self.block_hash.into()),
        };
        let renew = OnConflict::column(cursor::Column::Name)
            .update_columns([cursor::Column::BlockNumber, cursor::Column::BlockHash])
            .to_owned();
        cursor::Entity::insert(row).on_conflict(renew).exec_without_returning(tx).await?;
        Ok(())
    }
}
