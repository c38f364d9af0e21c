//! What exactly did a payee earn, line by line and day by day? For statements: every line, in order,
//! page by page, so that the parts add up to the books to the last unit.

use super::epoch::EpochStage;
use crate::LedgerError;
use crate::bytes::{Bytes, Bytes32};
use crate::clock::DAY;
use crate::operation::capture::role_of;
use footnote_domain::id::{AnswerId, ContentHash, DatanetId, Digest, PayeeId};
use footnote_domain::money::{Nano, Role};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

/// Lines of one page.
const PAGE: i64 = 1_000;

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// The receipt's number.
    pub sequence: u64,
    /// The line's number in its receipt.
    pub number: u64,
    /// Seconds since 1970.
    pub at: u64,
    /// The epoch that settles it.
    pub epoch: u64,
    /// Where that stands.
    pub stage: EpochStage,
    /// The receipt.
    pub receipt: Digest,
    /// The answer.
    pub answer: AnswerId,
    /// In which role.
    pub role: Role,
    /// By which document.
    pub owner: Option<ContentHash>,
    /// In which Datanet.
    pub datanet: Option<DatanetId>,
    /// Whether a guest asked.
    pub by_promotion: bool,
    /// How much.
    pub amount: Nano,
}

/// What a payee earned on one UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayEarnings {
    /// Days since 1970.
    pub day: u64,
    /// How much.
    pub amount: Nano,
    /// By how many answers.
    pub answers: u64,
}

#[derive(FromQueryResult)]
struct Row {
    sequence: i64,
    number: i64,
    created_at: i64,
    epoch: i64,
    state: String,
    hash: Bytes32,
    answer: Bytes<16>,
    role: String,
    owner: Option<Bytes32>,
    datanet: Option<Bytes32>,
    payer: String,
    amount: i64,
}

#[derive(FromQueryResult)]
struct DayRow {
    day: i64,
    amount: i64,
    answers: i64,
}

const LINES: &str = "SELECT l.sequence AS sequence, l.number AS number, \
    r.created_at AS created_at, r.epoch AS epoch, e.state AS state, r.hash AS hash, \
    r.answer AS answer, l.role AS role, l.owner AS owner, l.datanet AS datanet, r.payer AS payer, \
    l.amount AS amount FROM receipt_lines l JOIN receipts r ON r.sequence = l.sequence \
    JOIN epochs e ON e.number = r.epoch WHERE l.payee = $1 \
    AND (l.sequence > $2 OR (l.sequence = $2 AND l.number > $3)) \
    ORDER BY l.sequence, l.number LIMIT $4";

const BY_DAY: &str = "SELECT r.created_at / $2 AS day, CAST(SUM(l.amount) AS bigint) AS amount, \
    COUNT(DISTINCT l.sequence) AS answers FROM receipt_lines l \
    JOIN receipts r ON r.sequence = l.sequence WHERE l.payee = $1 GROUP BY 1 ORDER BY 1";

/// The next page of lines after a receipt's line; empty at the end.
pub(crate) async fn lines<C: ConnectionTrait>(
    connection: &C,
    payee: PayeeId,
    after: Option<(u64, u64)>,
) -> Result<Vec<StatementLine>, LedgerError> {
    let place = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (sequence, number) = after.map_or((-1, -1), |(s, n)| (place(s), place(n)));
    let values: Vec<Value> =
        vec![Bytes32::from(payee).into(), sequence.into(), number.into(), PAGE.into()];
    let statement =
        Statement::from_sql_and_values(connection.get_database_backend(), LINES, values);
    let rows = Row::find_by_statement(statement).all(connection).await?;
    rows.into_iter().map(line).collect()
}

fn line(row: Row) -> Result<StatementLine, LedgerError> {
    Ok(StatementLine {
        sequence: row.sequence.unsigned_abs(),
        number: row.number.unsigned_abs(),
        at: row.created_at.unsigned_abs(),
        epoch: row.epoch.unsigned_abs(),
        stage: EpochStage::parse(&row.state)?,
        receipt: row.hash.into(),
        answer: row.answer.into(),
        role: role_of(&row.role)?,
        owner: row.owner.map(Into::into),
        datanet: row.datanet.map(Into::into),
        by_promotion: row.payer == "promotion",
        amount: Nano::new(i128::from(row.amount))?,
    })
}

/// Earnings by day, the oldest first; days without any are left out.
pub(crate) async fn by_day<C: ConnectionTrait>(
    connection: &C,
    payee: PayeeId,
) -> Result<Vec<DayEarnings>, LedgerError> {
    let values: Vec<Value> = vec![Bytes32::from(payee).into(), DAY.into()];
    let statement =
        Statement::from_sql_and_values(connection.get_database_backend(), BY_DAY, values);
    let rows = DayRow::find_by_statement(statement).all(connection).await?;
    let read = |row: DayRow| {
        Ok(DayEarnings {
            day: row.day.unsigned_abs(),
            amount: Nano::new(i128::from(row.amount))?,
            answers: row.answers.unsigned_abs(),
        })
    };
    rows.into_iter().map(read).collect()
}
