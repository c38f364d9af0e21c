//! What became of an answer, and what was the caller shown?

use crate::LedgerError;
use crate::bytes::Bytes;
use crate::entity::{answer, receipt};
use footnote_domain::id::{AnswerId, Digest};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// What is kept of a question and answer that were forgotten.
pub(crate) const ERASED: &[u8] = b"erased";

/// Where an answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerState {
    /// It is being written.
    Running,
    /// It was charged and has a receipt.
    Captured,
    /// It cost nothing: a refusal, a failure.
    Voided,
}

/// An answer as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Its id.
    pub id: AnswerId,
    /// Where it stands.
    pub state: AnswerState,
    /// What the caller was shown, complete; none while it runs, after a failure, and once forgotten.
    pub body: Option<Vec<u8>>,
    /// Whether its reader wanted it forgotten.
    pub erased: bool,
    /// Why it cost nothing.
    pub reason: Option<String>,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Hash of its receipt.
    pub receipt: Option<Digest>,
}

/// An answer by its id.
pub(crate) async fn answer<C: ConnectionTrait>(
    connection: &C,
    id: AnswerId,
) -> Result<Option<StoredAnswer>, LedgerError> {
    let key = Bytes::from(id);
    let Some(row) = answer::Entity::find_by_id(key).one(connection).await? else { return Ok(None) };
    let receipt =
        receipt::Entity::find().filter(receipt::Column::Answer.eq(key)).one(connection).await?;
    Ok(Some(StoredAnswer {
        id,
        state: state_of(&row.state)?,
        erased: row.body.as_deref() == Some(ERASED),
        body: row.body.filter(|body| body != ERASED),
        reason: row.reason,
        created_at: row.created_at.unsigned_abs(),
        receipt: receipt.map(|row| row.hash.into()),
    }))
}

pub(super) fn state_of(name: &str) -> Result<AnswerState, LedgerError> {
    match name {
        "running" => Ok(AnswerState::Running),
        "captured" => Ok(AnswerState::Captured),
        "voided" => Ok(AnswerState::Voided),
        other => Err(LedgerError::Corrupt(format!("`{other}` is no state of an answer"))),
    }
}
