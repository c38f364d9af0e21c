//! What did readers think of their answers?

use crate::LedgerError;
use crate::access::Feedback;
use crate::entity::answer_feedback;
use footnote_domain::id::AnswerId;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};

/// One reader's word, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFeedback {
    /// Of which answer.
    pub answer: AnswerId,
    /// The word.
    pub feedback: Feedback,
}

/// The newest words.
pub(crate) async fn newest<C: ConnectionTrait>(
    connection: &C,
    limit: u32,
) -> Result<Vec<GivenFeedback>, LedgerError> {
    let newest = answer_feedback::Entity::find().order_by_desc(answer_feedback::Column::GivenAt);
    let newest = newest.order_by_asc(answer_feedback::Column::Answer).limit(u64::from(limit));
    let rows = newest.all(connection).await?;
    let read = |row: answer_feedback::Model| GivenFeedback {
        answer: row.answer.into(),
        feedback: Feedback {
            good: row.good,
            reason: row.reason,
            given_at: row.given_at.unsigned_abs(),
        },
    };
    Ok(rows.into_iter().map(read).collect())
}
