//! How much is asked, charged and paid out? Totals and days, out of receipts and answers alone: no
//! question, no text and no payer is read.

use crate::LedgerError;
use crate::clock::{DAY, midnight};
use footnote_domain::money::Nano;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use std::collections::BTreeMap;

/// What one UTC day brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Day {
    /// Its midnight, in seconds since 1970.
    pub start: u64,
    /// Questions that ended that day.
    pub asked: u64,
    /// Of these, answered, charged and receipted.
    pub answered: u64,
    /// What was charged.
    pub charged: Nano,
    /// The part of the charge that went to those who wrote the texts.
    pub to_contributors: Nano,
}

/// The books in figures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statistics {
    /// The last days, the oldest first, those without a question included.
    pub days: Vec<Day>,
    /// All days there ever were, as one; its `start` is zero.
    pub total: Day,
    /// Payees that earned by a text in the days shown, escrows included.
    pub contributors: u64,
    /// Datanets whose texts earned in the days shown.
    pub datanets: u64,
}

#[derive(FromQueryResult)]
struct EndedRow {
    day: i64,
    asked: i64,
    answered: i64,
}

#[derive(FromQueryResult)]
struct ChargedRow {
    day: i64,
    charged: i64,
}

#[derive(FromQueryResult)]
struct ActiveRow {
    contributors: i64,
    datanets: i64,
}

const ENDED: &str = "SELECT finished_at / 86400 AS day, COUNT(*) AS asked, \
    CAST(SUM(CASE WHEN state = 'captured' THEN 1 ELSE 0 END) AS bigint) AS answered \
    FROM answers WHERE finished_at >= $1 GROUP BY 1";

const CHARGED: &str = "SELECT created_at / 86400 AS day, CAST(SUM(charged) AS bigint) AS charged \
    FROM receipts WHERE created_at >= $1 GROUP BY 1";

const PAID_OUT: &str = "SELECT r.created_at / 86400 AS day, CAST(SUM(l.amount) AS bigint) AS charged \
    FROM receipt_lines l JOIN receipts r ON r.sequence = l.sequence \
    WHERE l.role = 'data' AND r.created_at >= $1 GROUP BY 1";

const ACTIVE: &str = "SELECT COUNT(DISTINCT l.payee) AS contributors, \
    COUNT(DISTINCT l.datanet) AS datanets \
    FROM receipt_lines l JOIN receipts r ON r.sequence = l.sequence \
    WHERE l.role = 'data' AND r.created_at >= $1";

/// The last `days` days up to that of `now`, and everything before as a total.
pub(crate) async fn statistics<C: ConnectionTrait>(
    connection: &C,
    now: i64,
    days: u32,
) -> Result<Statistics, LedgerError> {
    let from = midnight(now) - (i64::from(days) - 1).max(0) * DAY;
    let mut all: BTreeMap<i64, Day> = BTreeMap::new();
    for row in select::<EndedRow, C>(connection, ENDED, 0).await? {
        let day = all.entry(row.day).or_default();
        (day.asked, day.answered) = (row.asked.unsigned_abs(), row.answered.unsigned_abs());
    }
    for row in select::<ChargedRow, C>(connection, CHARGED, 0).await? {
        all.entry(row.day).or_default().charged = Nano::new(i128::from(row.charged))?;
    }
    for row in select::<ChargedRow, C>(connection, PAID_OUT, 0).await? {
        all.entry(row.day).or_default().to_contributors = Nano::new(i128::from(row.charged))?;
    }
    let active = select::<ActiveRow, C>(connection, ACTIVE, from).await?.pop();
    let shown = (from / DAY..=midnight(now) / DAY).map(|number| Day {
        start: (number * DAY).unsigned_abs(),
        ..all.get(&number).copied().unwrap_or_default()
    });
    Ok(Statistics {
        days: shown.collect(),
        total: total(all.values())?,
        contributors: active.as_ref().map_or(0, |row| row.contributors.unsigned_abs()),
        datanets: active.as_ref().map_or(0, |row| row.datanets.unsigned_abs()),
    })
}

fn total<'d>(days: impl Iterator<Item = &'d Day>) -> Result<Day, LedgerError> {
    days.copied().try_fold(Day::default(), |sum, day| {
        Ok(Day {
            start: 0,
            asked: sum.asked + day.asked,
            answered: sum.answered + day.answered,
            charged: sum.charged.plus(day.charged)?,
            to_contributors: sum.to_contributors.plus(day.to_contributors)?,
        })
    })
}

async fn select<T: FromQueryResult, C: ConnectionTrait>(
    connection: &C,
    sql: &str,
    from: i64,
) -> Result<Vec<T>, LedgerError> {
    let values: Vec<Value> = vec![from.into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(T::find_by_statement(statement).all(connection).await?)
}
