//! What happened to an account, movement by movement, and what did it leave behind? The balances after
//! each are folded from the transfers themselves, not from the cached balance, so that a page of them
//! is a proof.

use crate::book::derived;
use crate::bytes::{Bytes, Bytes32};
use crate::entity::deposit;
use crate::{Account, LedgerError};
use footnote_domain::id::{AnswerId, BlockHash, TransferId};
use footnote_domain::money::Nano;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement, Value,
};
use std::collections::HashMap;

/// Reservations shown at once.
const RESERVED_MOST: i64 = 100;

/// Why an account changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Money came from the chain.
    Deposited {
        /// The block, while it is part of the chain.
        block: Option<u64>,
    },
    /// An answer was charged.
    Charged {
        /// What had been reserved for it.
        held: Nano,
    },
    /// An answer cost nothing, and what had been reserved went back.
    Released {
        /// What had been reserved for it.
        held: Nano,
        /// Why it cost nothing.
        why: String,
    },
    /// A deposit was taken back: its block left the chain.
    TakenBack,
    /// Anything else, by the name of its kind.
    Other(String),
}

/// One movement of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountMovement {
    /// The transfer's number in the books.
    pub sequence: u64,
    /// Seconds since 1970.
    pub at: u64,
    /// Why.
    pub reason: Reason,
    /// Nano-credits that came (above zero) or went (below).
    pub change: i64,
    /// What the account held after it, reservations included.
    pub after: i64,
    /// The answer that it paid for.
    pub answer: Option<AnswerId>,
}

/// A page of movements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movements {
    /// The newest first.
    pub rows: Vec<AccountMovement>,
    /// Where the next page begins; none at the end.
    pub next: Option<u64>,
}

/// What is reserved for an answer that still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserved {
    /// The answer.
    pub answer: AnswerId,
    /// How much.
    pub amount: Nano,
    /// Since when, in seconds since 1970.
    pub at: u64,
}

#[derive(FromQueryResult)]
struct Row {
    sequence: i64,
    created_at: i64,
    kind: String,
    amount: i64,
    credited: i64,
    group_id: Bytes32,
    answer: Option<Bytes<16>>,
    held: Option<i64>,
    reason: Option<String>,
}

#[derive(FromQueryResult)]
struct SumRow {
    amount: i64,
}

#[derive(FromQueryResult)]
struct ReservedRow {
    answer: Bytes<16>,
    amount: i64,
    created_at: i64,
}

/// Reservations move nothing yet; they stand in a list of their own.
const PAGE: &str = "SELECT t.sequence AS sequence, t.created_at AS created_at, t.kind AS kind, \
    t.amount AS amount, CAST(CASE WHEN t.credit = $1 THEN 1 ELSE 0 END AS bigint) AS credited, \
    t.group_id AS group_id, t.answer AS answer, h.amount AS held, r.reason AS reason \
    FROM transfers t LEFT JOIN holds h ON h.id = t.pending_id \
    LEFT JOIN hold_resolutions r ON r.pending_id = t.pending_id \
    WHERE (t.debit = $1 OR t.credit = $1) AND t.kind <> 'hold' AND t.sequence < $2 \
    ORDER BY t.sequence DESC LIMIT $3";

const BALANCE_AT: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN kind IN ('hold', 'void') THEN 0 \
    WHEN credit = $1 THEN amount ELSE -amount END), 0) AS bigint) AS amount \
    FROM transfers WHERE (debit = $1 OR credit = $1) AND sequence <= $2";

const RESERVED: &str = "SELECT h.answer AS answer, h.amount AS amount, h.created_at AS created_at \
    FROM holds h LEFT JOIN hold_resolutions r ON r.pending_id = h.id \
    WHERE h.account = $1 AND r.pending_id IS NULL ORDER BY h.created_at DESC LIMIT $2";

/// Movements before a number, the newest first.
pub(crate) async fn movements<C: ConnectionTrait>(
    connection: &C,
    account: Account,
    before: Option<u64>,
    most: u64,
) -> Result<Movements, LedgerError> {
    let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
    let most = i64::try_from(most).unwrap_or(i64::MAX - 1);
    let name = account.to_string();
    let values: Vec<Value> = vec![name.clone().into(), before.into(), (most + 1).into()];
    let mut rows = select::<Row, C>(connection, PAGE, values).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|found| found > most);
    rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    // Up to the newest of these rows: what is written meanwhile belongs to neither.
    let newest = rows.first().map_or(0, |row| row.sequence);
    let values: Vec<Value> = vec![name.clone().into(), newest.into()];
    let sum = select::<SumRow, C>(connection, BALANCE_AT, values).await?;
    let mut after = sum.first().map_or(0, |row| row.amount);
    let blocks = blocks(connection, &name).await?;
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let movement = movement(row, after, &blocks)?;
        after -= movement.change;
        read.push(movement);
    }
    let next = read.last().filter(|_| more).map(|last| last.sequence);
    Ok(Movements { rows: read, next })
}

fn movement(
    row: Row,
    after: i64,
    blocks: &HashMap<TransferId, u64>,
) -> Result<AccountMovement, LedgerError> {
    let held = || Nano::new(i128::from(row.held.unwrap_or(row.amount)));
    let reason = match row.kind.as_str() {
        "deposit" => {
            Reason::Deposited { block: blocks.get(&TransferId::from(row.group_id)).copied() }
        }
        "capture" => Reason::Charged { held: held()? },
        "void" => Reason::Released { held: held()?, why: row.reason.clone().unwrap_or_default() },
        "reversal" => Reason::TakenBack,
        other => Reason::Other(other.to_owned()),
    };
    let change = match (row.kind.as_str(), row.credited) {
        ("void", _) => 0,
        (_, 0) => -row.amount,
        _ => row.amount,
    };
    Ok(AccountMovement {
        sequence: row.sequence.unsigned_abs(),
        at: row.created_at.unsigned_abs(),
        reason,
        change,
        after,
        answer: row.answer.map(Into::into),
    })
}

/// In which block a deposit's movement was made, by its group.
async fn blocks<C: ConnectionTrait>(
    connection: &C,
    account: &str,
) -> Result<HashMap<TransferId, u64>, LedgerError> {
    let rows = deposit::Entity::find()
        .filter(deposit::Column::Account.eq(account))
        .filter(deposit::Column::OrphanedAt.is_null())
        .all(connection)
        .await?;
    let group = |row: &deposit::Model| {
        let hash = BlockHash::from(row.block_hash);
        derived("deposit", &format!("{}/{hash}/{}", row.chain_id, row.log_index))
    };
    Ok(rows.iter().map(|row| (group(row), row.block_number.unsigned_abs())).collect())
}

/// What still runs, the newest first.
pub(crate) async fn reserved<C: ConnectionTrait>(
    connection: &C,
    account: Account,
) -> Result<Vec<Reserved>, LedgerError> {
    let values: Vec<Value> = vec![account.to_string().into(), RESERVED_MOST.into()];
    let rows = select::<ReservedRow, C>(connection, RESERVED, values).await?;
    let read = |row: ReservedRow| {
        Ok(Reserved {
            answer: row.answer.into(),
            amount: Nano::new(i128::from(row.amount))?,
            at: row.created_at.unsigned_abs(),
        })
    };
    rows.into_iter().map(read).collect()
}

async fn select<T: FromQueryResult, C: ConnectionTrait>(
    connection: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<T>, LedgerError> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(T::find_by_statement(statement).all(connection).await?)
}
