//! What does an account have, and what has it spent?

use crate::book::available;
use crate::entity::{account, receipt};
use crate::{Account, LedgerError};
use footnote_domain::money::Nano;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};

/// An account as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Credits less debits, signed: accounts outside the books (deposits, losses) are below zero.
    pub posted: i128,
    /// Reserved for answers that still run.
    pub pending: Nano,
    /// What can be reserved or spent now.
    pub available: Nano,
}

/// The balance of an account; zero when nothing ever moved.
pub(crate) async fn balance<C: ConnectionTrait>(
    connection: &C,
    account: Account,
) -> Result<Balance, LedgerError> {
    let row = account::Entity::find_by_id(account.to_string()).one(connection).await?;
    let Some(row) = row else {
        return Ok(Balance { posted: 0, pending: Nano::ZERO, available: Nano::ZERO });
    };
    Ok(Balance {
        posted: i128::from(row.credits_posted) - i128::from(row.debits_posted),
        pending: Nano::new(i128::from(row.debits_pending))?,
        available: available(&row)?,
    })
}

/// What an account was charged since a time, and what is reserved now.
pub(crate) async fn spent_since<C: ConnectionTrait>(
    connection: &C,
    account: Account,
    from: i64,
) -> Result<Nano, LedgerError> {
    let charged = charged_since(connection, account, from).await?;
    Ok(charged.plus(balance(connection, account).await?.pending)?)
}

/// What an account was charged since a time.
pub(crate) async fn charged_since<C: ConnectionTrait>(
    connection: &C,
    account: Account,
    from: i64,
) -> Result<Nano, LedgerError> {
    let charged: Option<Option<i64>> = receipt::Entity::find()
        .select_only()
        .column_as(receipt::Column::Charged.sum().cast_as("bigint"), "charged")
        .filter(receipt::Column::Payer.eq(account.to_string()))
        .filter(receipt::Column::CreatedAt.gte(from))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(Nano::new(i128::from(charged.flatten().unwrap_or(0)))?)
}
