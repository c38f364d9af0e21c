//! What did readers think of their answers?

use crate::LedgerError;
use crate::entity::feedback;
use crate::operation::feedback::Verdict;
use footnote_domain::id::AnswerId;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};

/// One reader's word, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFeedback {
    /// Of which answer.
    pub answer: AnswerId,
    /// Good or bad.
    pub verdict: Verdict,
    /// In the reader's words.
    pub reason: Option<String>,
    /// Seconds since 1970.
    pub at: u64,
}

/// The newest words.
pub(crate) async fn newest<C: ConnectionTrait>(
    connection: &C,
    limit: u32,
) -> Result<Vec<GivenFeedback>, LedgerError> {
    let newest = feedback::Entity::find().order_by_desc(feedback::Column::At);
    let newest = newest.order_by_asc(feedback::Column::Answer).limit(u64::from(limit));
    let rows = newest.all(connection).await?;
    let read = |row: feedback::Model| {
        let verdict = Verdict::parse(&row.verdict).ok_or_else(|| {
            LedgerError::Corrupt(format!("`{}` is no verdict of a reader", row.verdict))
        })?;
        let (answer, at) = (row.answer.into(), row.at.unsigned_abs());
        Ok(GivenFeedback { answer, verdict, reason: row.reason, at })
    };
    rows.into_iter().map(read).collect()
}
