//! The chain has paid a payee: what it has claimed in all leaves its accounts.

use crate::book::{Book, Kind, Movement, derived};
use crate::chain::nano_of_token_units;
use crate::clock::now;
use crate::entity::{claim, epoch, epoch_balance, receipt_line};
use crate::ledger::Context;
use crate::writer::Operation;
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::id::PayeeId;
use footnote_domain::money::Nano;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

/// What the settlement contract says it has paid to a payee in all.
pub(crate) struct RecordClaim {
    pub(crate) payee: PayeeId,
    pub(crate) claimed_units: u128,
}

#[async_trait]
impl Operation for RecordClaim {
    /// What was newly paid.
    type Output = Nano;

    async fn apply(
        &self,
        context: &Context,
        tx: &DatabaseTransaction,
    ) -> Result<Nano, LedgerError> {
        self.check_leaf(tx).await?;
        let total = nano_of_token_units(self.claimed_units, context.settings.token_decimals)?;
        let known =
            claim::Entity::find_by_id(crate::bytes::Bytes32::from(self.payee)).one(tx).await?;
        let before = Nano::new(i128::from(known.map_or(0, |row| row.paid_nano)))?;
        if total > before {
            self.pay(tx, total.minus(before)?).await?;
        } else if total < before {
            // A development chain that lost its last blocks: the claim never happened.
            self.unpay(tx, before.minus(total)?).await?;
        } else {
            return Ok(Nano::ZERO);
        }
        self.record(tx, total).await?;
        Ok(Nano::new((total.wide() - before.wide()).max(0))?)
    }
}

impl RecordClaim {
    async fn check_leaf(&self, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let accepted = epoch::Entity::find()
            .filter(epoch::Column::State.eq("accepted"))
            .order_by_desc(epoch::Column::Number)
            .one(tx)
            .await?;
        let number = accepted.map_or(0, |row| row.number);
        let key = (number, crate::bytes::Bytes32::from(self.payee));
        let row = epoch_balance::Entity::find_by_id(key).one(tx).await?;
        let leaf = row.map_or(Ok(0), |row| parse_units(&row.cumulative_units))?;
        if self.claimed_units <= leaf {
            return Ok(());
        }
        Err(LedgerError::ClaimBeyondLeaf { payee: self.payee, claimed: self.claimed_units, leaf })
    }

    /// Takes from each account in which the payee earned, as far as it goes.
    async fn pay(&self, tx: &DatabaseTransaction, amount: Nano) -> Result<(), LedgerError> {
        let mut book = Book::open(tx).await?;
        let mut left = amount;
        for account in self.accounts(tx).await? {
            let part = book.available(account).await?.min(left);
            if part > Nano::ZERO {
                let movement =
                    self.movement(&book, account, Account::Withdrawals, part, Kind::Claim);
                book.post(movement).await?;
                left = left.minus(part)?;
            }
        }
        if left > Nano::ZERO {
            let payee = self.payee;
            return Err(LedgerError::Corrupt(format!("{payee} was paid {left} it never earned")));
        }
        book.close().await
    }

    async fn unpay(&self, tx: &DatabaseTransaction, amount: Nano) -> Result<(), LedgerError> {
        let accounts = self.accounts(tx).await?;
        let account = *accounts.first().ok_or_else(|| {
            LedgerError::Corrupt(format!("{} was paid without having earned", self.payee))
        })?;
        let mut book = Book::open(tx).await?;
        let movement = self.movement(&book, Account::Withdrawals, account, amount, Kind::Reversal);
        book.post(movement).await?;
        book.close().await
    }

    fn movement(
        &self,
        book: &Book<'_>,
        debit: Account,
        credit: Account,
        amount: Nano,
        kind: Kind,
    ) -> Movement {
        let id = derived("claim", &format!("{}/{}", self.payee, book.next_sequence()));
        let group = derived("claims", &self.payee.to_string());
        Movement { id, debit, credit, amount, kind, group, answer: None, at: now() }
    }

    async fn accounts(&self, tx: &DatabaseTransaction) -> Result<Vec<Account>, LedgerError> {
        let names: Vec<String> = receipt_line::Entity::find()
            .select_only()
            .column(receipt_line::Column::Account)
            .distinct()
            .filter(receipt_line::Column::Payee.eq(crate::bytes::Bytes32::from(self.payee)))
            .order_by_asc(receipt_line::Column::Account)
            .into_tuple()
            .all(tx)
            .await?;
        names.iter().map(|name| name.parse()).collect()
    }

    async fn record(&self, tx: &DatabaseTransaction, total: Nano) -> Result<(), LedgerError> {
        let row = claim::ActiveModel {
            payee: Set(self.payee.into()),
            paid_nano: Set(total.get()),
            paid_units: Set(self.claimed_units.to_string()),
            updated_at: Set(now()),
        };
        let renew = OnConflict::column(claim::Column::Payee)
            .update_columns([
                claim::Column::PaidNano,
                claim::Column::PaidUnits,
                claim::Column::UpdatedAt,
            ])
            .to_owned();
        claim::Entity::insert(row).on_conflict(renew).exec_without_returning(tx).await?;
        Ok(())
    }
}

/// Token units as they are stored.
pub(crate) fn parse_units(text: &str) -> Result<u128, LedgerError> {
    text.parse().map_err(|_| LedgerError::Corrupt(format!("`{text}` is no amount of token units")))
}
