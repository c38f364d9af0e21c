//! Which keys are there, whose are they, and what have they spent?

use crate::LedgerError;
use crate::access::{ApiKey, KeyCaps, KeyKind, KeyTerms};
use crate::bytes::{Bytes, Bytes32};
use crate::entity::{api_key, hold, key_origin, key_use};
use footnote_domain::id::{Address, AnswerId, Digest, KeyId};
use footnote_domain::money::Nano;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, Statement, Value,
};

/// Days shown of a key's usage.
const DAYS_MOST: i64 = 60;

/// What was asked by a key on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    /// Days since 1970.
    pub day: u64,
    /// Questions, whatever became of them.
    pub questions: u64,
    /// Of these, answers that were charged.
    pub charged_answers: u64,
    /// What they cost.
    pub charged: Nano,
    /// What is reserved for those that still run.
    pub reserved: Nano,
}

/// Whose spending is meant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slot {
    /// The key's in all.
    Key,
    /// One address's.
    Ip(Digest),
    /// One visitor's.
    Visitor(Digest),
}

/// A hold counts in full until it ends, then with what was charged.
const SPENT: &str = "SELECT CAST(COALESCE(SUM(COALESCE(r.posted, h.amount)), 0) AS bigint) AS amount \
    FROM key_uses k JOIN holds h ON h.id = k.hold \
    LEFT JOIN hold_resolutions r ON r.pending_id = k.hold WHERE k.key_id = $1 AND k.day = $2";

const BY_DAY: &str = "SELECT k.day AS day, COUNT(*) AS questions, \
    CAST(SUM(CASE WHEN r.outcome = 'captured' THEN 1 ELSE 0 END) AS bigint) AS charged_answers, \
    CAST(COALESCE(SUM(r.posted), 0) AS bigint) AS charged, \
    CAST(SUM(CASE WHEN r.outcome IS NULL THEN h.amount ELSE 0 END) AS bigint) AS reserved \
    FROM key_uses k JOIN holds h ON h.id = k.hold \
    LEFT JOIN hold_resolutions r ON r.pending_id = k.hold WHERE k.key_id = $1 \
    GROUP BY k.day ORDER BY k.day DESC LIMIT $2";

#[derive(FromQueryResult)]
struct AmountRow {
    amount: i64,
}

#[derive(FromQueryResult)]
struct DayRow {
    day: i64,
    questions: i64,
    charged_answers: i64,
    charged: i64,
    reserved: i64,
}

/// What was charged and is reserved on a day.
pub(crate) async fn spent<C: ConnectionTrait>(
    connection: &C,
    key: KeyId,
    day: i64,
    slot: Slot,
) -> Result<Nano, LedgerError> {
    let mut values: Vec<Value> = vec![Bytes::from(key).into(), day.into()];
    let whose = match slot {
        Slot::Key => "",
        Slot::Ip(ip) => {
            values.push(Bytes32::from(ip).into());
            " AND k.ip = $3"
        }
        Slot::Visitor(visitor) => {
            values.push(Bytes32::from(visitor).into());
            " AND k.visitor = $3"
        }
    };
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, format!("{SPENT}{whose}"), values);
    let row = AmountRow::find_by_statement(statement).one(connection).await?;
    Ok(Nano::new(row.map_or(0, |row| i128::from(row.amount)))?)
}

/// Usage by day, the newest first.
pub(crate) async fn usage<C: ConnectionTrait>(
    connection: &C,
    key: KeyId,
) -> Result<Vec<KeyUsage>, LedgerError> {
    let values: Vec<Value> = vec![Bytes::from(key).into(), DAYS_MOST.into()];
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, BY_DAY, values);
    let rows = DayRow::find_by_statement(statement).all(connection).await?;
    let read = |row: DayRow| {
        Ok(KeyUsage {
            day: row.day.unsigned_abs(),
            questions: row.questions.unsigned_abs(),
            charged_answers: row.charged_answers.unsigned_abs(),
            charged: Nano::new(i128::from(row.charged))?,
            reserved: Nano::new(i128::from(row.reserved))?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The key behind a hash.
pub(crate) async fn of_hash<C: ConnectionTrait>(
    connection: &C,
    hash: Digest,
) -> Result<Option<ApiKey>, LedgerError> {
    let row = api_key::Entity::find()
        .filter(api_key::Column::Hash.eq(Bytes32::from(hash)))
        .one(connection)
        .await?;
    match row {
        None => Ok(None),
        Some(row) => read(connection, row).await.map(Some),
    }
}

/// All keys of an owner: those that open something first, the newest first.
pub(crate) async fn of_owner<C: ConnectionTrait>(
    connection: &C,
    owner: Address,
) -> Result<Vec<ApiKey>, LedgerError> {
    let rows = api_key::Entity::find()
        .filter(api_key::Column::Owner.eq(Bytes::from(owner)))
        .order_by_desc(api_key::Column::CreatedAt)
        .all(connection)
        .await?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        keys.push(read(connection, row).await?);
    }
    keys.sort_by_key(|key| key.revoked_at.is_some());
    Ok(keys)
}

/// Whether a live key names this site.
pub(crate) async fn serves_origin<C: ConnectionTrait>(
    connection: &C,
    origin: &str,
) -> Result<bool, LedgerError> {
    // A key that is revoked loses its origins.
    let named = key_origin::Entity::find().filter(key_origin::Column::Origin.eq(origin));
    Ok(named.count(connection).await? > 0)
}

/// By which key an answer was asked.
pub(crate) async fn of_answer<C: ConnectionTrait>(
    connection: &C,
    answer: AnswerId,
) -> Result<Option<KeyId>, LedgerError> {
    let held = hold::Entity::find().filter(hold::Column::Answer.eq(Bytes::from(answer)));
    let Some(held) = held.one(connection).await? else { return Ok(None) };
    let used = key_use::Entity::find_by_id(held.id).one(connection).await?;
    Ok(used.map(|used| used.key_id.into()))
}

async fn read<C: ConnectionTrait>(
    connection: &C,
    row: api_key::Model,
) -> Result<ApiKey, LedgerError> {
    let origins = key_origin::Entity::find()
        .filter(key_origin::Column::KeyId.eq(row.id))
        .order_by_asc(key_origin::Column::Origin)
        .all(connection)
        .await?;
    let cap = |cap: Option<i64>| cap.map(|cap| Nano::new(i128::from(cap))).transpose();
    Ok(ApiKey {
        id: row.id.into(),
        kind: match row.kind.as_str() {
            "secret" => KeyKind::Secret,
            "public" => KeyKind::Public,
            other => return Err(LedgerError::Corrupt(format!("`{other}` is no kind of key"))),
        },
        owner: row.owner.into(),
        hint: row.hint,
        terms: KeyTerms {
            name: row.name,
            origins: origins.into_iter().map(|row| row.origin).collect(),
            caps: KeyCaps {
                per_day: cap(row.per_day)?,
                per_ip: cap(row.per_ip)?,
                per_visitor: cap(row.per_visitor)?,
            },
            over_limit: row.over_limit,
        },
        created_at: row.created_at.unsigned_abs(),
        used_at: row.used_at.map(i64::unsigned_abs),
        revoked_at: row.revoked_at.map(i64::unsigned_abs),
    })
}
