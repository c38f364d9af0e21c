//! An epoch closes: its receipts and everybody's balances are frozen, and the next one opens, in the
//! same transaction, so that no receipt falls between them.

use super::capture::open_epoch;
use super::claim::parse_units;
use crate::book::{available, chunked};
use crate::chain::token_units;
use crate::clock::{now, seconds};
use crate::entity::{account, epoch, epoch_balance, epoch_leaf, receipt, receipt_line, transfer};
use crate::ledger::Context;
use crate::writer::Operation;
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::id::PayeeId;
use footnote_domain::money::Nano;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, IntoActiveModel,
    JoinType, QueryFilter, QueryOrder, QuerySelect, Set,
};
use std::collections::BTreeMap;

/// Opens the first epoch, when there is none.
pub(crate) struct OpenFirstEpoch;

#[async_trait]
impl Operation for OpenFirstEpoch {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        if epoch::Entity::find().one(tx).await?.is_none() {
            open(tx, 1, 1, 1, now()).await?;
        }
        Ok(())
    }
}

/// Closes the open epoch, when it has a receipt.
pub(crate) struct CloseEpoch {
    pub(crate) at: u64,
}

#[async_trait]
impl Operation for CloseEpoch {
    /// The number of the closed epoch.
    type Output = Option<u64>;

    async fn apply(
        &self,
        context: &Context,
        tx: &DatabaseTransaction,
    ) -> Result<Option<u64>, LedgerError> {
        let current = open_epoch(tx).await?;
        let last = receipt::Entity::find().order_by_desc(receipt::Column::Sequence).one(tx).await?;
        let Some(last) = last.filter(|row| row.epoch == current.number) else { return Ok(None) };
        let last_transfer = transfer::Entity::find()
            .order_by_desc(transfer::Column::Sequence)
            .one(tx)
            .await?
            .map_or(0, |row| row.sequence);
        let number = current.number;
        let decimals = context.settings.token_decimals;
        let total = freeze_balances(tx, number, decimals).await?;
        freeze_payers(tx, number, context).await?;
        check_funded(tx, number, total, decimals).await?;
        let at = seconds(self.at);
        let mut closed = current.clone().into_active_model();
        closed.state = Set("closed".to_owned());
        closed.closed_at = Set(Some(at));
        closed.last_sequence = Set(Some(last.sequence));
        closed.last_transfer = Set(Some(last_transfer));
        closed.receipt_count = Set(Some(last.sequence - current.first_sequence + 1));
        closed.token_decimals = Set(Some(i64::from(decimals)));
        closed.total_cumulative = Set(Some(total.to_string()));
        closed.update(tx).await?;
        open(tx, number + 1, last.sequence + 1, last_transfer + 1, at).await?;
        Ok(Some(number.unsigned_abs()))
    }
}

async fn open(
    tx: &DatabaseTransaction,
    number: i64,
    first_sequence: i64,
    first_transfer: i64,
    at: i64,
) -> Result<(), LedgerError> {
    let row = epoch::ActiveModel {
        number: Set(number),
        state: Set("open".to_owned()),
        opened_at: Set(at),
        first_sequence: Set(first_sequence),
        first_transfer: Set(first_transfer),
        returned: Set(0),
        ..Default::default()
    };
    epoch::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// What each payee has earned in all: the cumulative of the epoch before, and this epoch's lines.
/// Returns Σ of the leaves, in token units.
async fn freeze_balances(
    tx: &DatabaseTransaction,
    number: i64,
    decimals: u8,
) -> Result<u128, LedgerError> {
    let mut cumulative: BTreeMap<PayeeId, i128> = BTreeMap::new();
    let before = epoch_balance::Entity::find()
        .filter(epoch_balance::Column::Epoch.eq(number - 1))
        .all(tx)
        .await?;
    for row in before {
        cumulative.insert(row.payee.into(), i128::from(row.cumulative_nano));
    }
    for (payee, amount) in earned_in(tx, number).await? {
        *cumulative.entry(payee).or_default() += i128::from(amount);
    }
    let mut total: u128 = 0;
    let (mut balances, mut leaves) = (Vec::new(), Vec::new());
    for (payee, nano) in cumulative {
        let units = token_units(nano, decimals)?;
        let escrow = payee.address().is_none();
        if !escrow && units > 0 {
            total = total.checked_add(units).ok_or(LedgerError::Unfunded {
                epoch: number.unsigned_abs(),
                owed: u128::MAX,
                funded: 0,
            })?;
            leaves.push(leaf(number, "balances", payee, units));
        }
        balances.push(epoch_balance::ActiveModel {
            epoch: Set(number),
            payee: Set(payee.into()),
            escrow: Set(escrow),
            cumulative_nano: Set(Nano::new(nano)?.get()),
            cumulative_units: Set(units.to_string()),
        });
    }
    for rows in chunked(balances) {
        epoch_balance::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    insert_leaves(tx, leaves).await?;
    Ok(total)
}

async fn earned_in(
    tx: &DatabaseTransaction,
    number: i64,
) -> Result<Vec<(PayeeId, i64)>, LedgerError> {
    let join = receipt_line::Entity::belongs_to(receipt::Entity)
        .from(receipt_line::Column::Sequence)
        .to(receipt::Column::Sequence)
        .into();
    let rows: Vec<(crate::bytes::Bytes32, i64)> = receipt_line::Entity::find()
        .select_only()
        .column(receipt_line::Column::Payee)
        .column_as(receipt_line::Column::Amount.sum().cast_as("bigint"), "earned")
        .join(JoinType::InnerJoin, join)
        .filter(receipt::Column::Epoch.eq(number))
        .group_by(receipt_line::Column::Payee)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|(payee, amount)| (payee.into(), amount)).collect())
}

/// Payers' balances, for the day on which they must leave without us. What is reserved for answers
/// that still run is theirs until it is captured.
async fn freeze_payers(
    tx: &DatabaseTransaction,
    number: i64,
    context: &Context,
) -> Result<(), LedgerError> {
    let rows = account::Entity::find()
        .filter(account::Column::Kind.is_in(["payer", "promotion"]))
        .all(tx)
        .await?;
    let mut owed: BTreeMap<PayeeId, i128> = BTreeMap::new();
    for row in rows {
        let payer = match row.name.parse()? {
            Account::Payer(address) => Some(address),
            _ => context.settings.promotion_funder,
        };
        let balance = available(&row)?.wide() + i128::from(row.debits_pending);
        if let Some(payer) = payer {
            *owed.entry(PayeeId::from_address(payer)).or_default() += balance;
        }
    }
    let mut leaves = Vec::new();
    for (payer, nano) in owed {
        let units = token_units(nano, context.settings.token_decimals)?;
        if units > 0 {
            leaves.push(leaf(number, "payers", payer, units));
        }
    }
    insert_leaves(tx, leaves).await
}

/// The contract refuses an epoch beyond its funds; so do we, before anything is frozen.
async fn check_funded(
    tx: &DatabaseTransaction,
    number: i64,
    owed: u128,
    decimals: u8,
) -> Result<(), LedgerError> {
    let row = account::Entity::find_by_id(Account::Deposits.to_string()).one(tx).await?;
    let deposited =
        row.map_or(0, |row| i128::from(row.debits_posted) - i128::from(row.credits_posted));
    let funded = token_units(deposited.max(0), decimals)?;
    if owed <= funded {
        return Ok(());
    }
    Err(LedgerError::Unfunded { epoch: number.unsigned_abs(), owed, funded })
}

fn leaf(epoch: i64, tree: &str, account: PayeeId, units: u128) -> epoch_leaf::ActiveModel {
    epoch_leaf::ActiveModel {
        epoch: Set(epoch),
        tree: Set(tree.to_owned()),
        account: Set(account.into()),
        units: Set(units.to_string()),
    }
}

async fn insert_leaves(
    tx: &DatabaseTransaction,
    leaves: Vec<epoch_leaf::ActiveModel>,
) -> Result<(), LedgerError> {
    for rows in chunked(leaves) {
        epoch_leaf::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The leaves of one tree, ascending by account.
pub(crate) async fn leaves_of<C: sea_orm::ConnectionTrait>(
    connection: &C,
    number: u64,
    tree: &str,
) -> Result<Vec<(PayeeId, u128)>, LedgerError> {
    let rows = epoch_leaf::Entity::find()
        .filter(epoch_leaf::Column::Epoch.eq(seconds(number)))
        .filter(epoch_leaf::Column::Tree.eq(tree))
        .order_by_asc(epoch_leaf::Column::Account)
        .all(connection)
        .await?;
    rows.iter().map(|row| Ok((row.account.into(), parse_units(&row.units)?))).collect()
}
