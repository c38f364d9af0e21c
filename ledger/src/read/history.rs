//! What has one caller asked? The keys of their requests name it: they are kept to know a repetition.

use super::answer::{AnswerState, ERASED, state_of};
use crate::LedgerError;
use crate::bytes::Bytes;
use crate::clock::seconds;
use crate::entity::idempotency;
use footnote_domain::id::AnswerId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement, Value,
};

/// One answer of a caller's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedAnswer {
    /// Its id.
    pub id: AnswerId,
    /// Where it stands.
    pub state: AnswerState,
    /// What the caller was shown, complete; none while it runs, after a failure, and once forgotten.
    pub body: Option<Vec<u8>>,
    /// Whether its reader wanted it forgotten.
    pub erased: bool,
    /// The caller's name for it.
    pub name: Option<String>,
    /// Seconds since 1970.
    pub created_at: u64,
}

/// A place in a caller's list: after the answer of this time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When it was asked.
    pub created_at: u64,
    /// Its id.
    pub id: AnswerId,
}

#[derive(FromQueryResult)]
struct Row {
    id: Bytes<16>,
    state: String,
    body: Option<Vec<u8>>,
    name: Option<String>,
    created_at: i64,
}

const ASKED: &str = "SELECT a.id AS id, a.state AS state, a.body AS body, n.name AS name, \
    a.created_at AS created_at \
    FROM idempotency i JOIN answers a ON a.id = i.answer \
    LEFT JOIN answer_names n ON n.answer = a.id \
    WHERE i.scope = $1 AND (a.created_at < $2 OR (a.created_at = $2 AND a.id < $3)) \
    ORDER BY a.created_at DESC, a.id DESC LIMIT $4";

/// Answers of a scope, the newest first.
pub(crate) async fn asked<C: ConnectionTrait>(
    connection: &C,
    scope: &str,
    before: Option<Cursor>,
    limit: u32,
) -> Result<Vec<AskedAnswer>, LedgerError> {
    let (time, id) = before.map_or((i64::MAX, Bytes([0xff; 16])), |before| {
        (seconds(before.created_at), Bytes::from(before.id))
    });
    let values: Vec<Value> = vec![scope.into(), time.into(), id.into(), i64::from(limit).into()];
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, ASKED, values);
    let rows = Row::find_by_statement(statement).all(connection).await?;
    let read = |row: Row| {
        Ok(AskedAnswer {
            id: row.id.into(),
            state: state_of(&row.state)?,
            erased: row.body.as_deref() == Some(ERASED),
            body: row.body.filter(|body| body != ERASED),
            name: row.name,
            created_at: row.created_at.unsigned_abs(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// The scope of the key that an answer was given to.
pub(crate) async fn scope_of<C: ConnectionTrait>(
    connection: &C,
    answer: AnswerId,
) -> Result<Option<String>, LedgerError> {
    let key = idempotency::Column::Answer.eq(Bytes::from(answer));
    let row = idempotency::Entity::find().filter(key).one(connection).await?;
    Ok(row.map(|row| row.scope))
}
