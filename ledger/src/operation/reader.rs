//! A reader says what an answer was worth, or wants it forgotten.

use crate::LedgerError;
use crate::access::Feedback;
use crate::bytes::Bytes;
use crate::clock::seconds;
use crate::entity::{answer, answer_feedback, answer_name};
use crate::ledger::Context;
use crate::read::answer::ERASED;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::AnswerId;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

/// An opinion; the last one counts.
pub(crate) struct GiveFeedback {
    pub(crate) answer: AnswerId,
    pub(crate) feedback: Feedback,
}

#[async_trait]
impl Operation for GiveFeedback {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let row = answer_feedback::ActiveModel {
            answer: Set(self.answer.into()),
            good: Set(self.feedback.good),
            reason: Set(self.feedback.reason.clone()),
            given_at: Set(seconds(self.feedback.given_at)),
        };
        let renew = OnConflict::column(answer_feedback::Column::Answer)
            .update_columns([
                answer_feedback::Column::Good,
                answer_feedback::Column::Reason,
                answer_feedback::Column::GivenAt,
            ])
            .to_owned();
        let renewed = answer_feedback::Entity::insert(row).on_conflict(renew);
        renewed.exec_without_returning(tx).await?;
        Ok(())
    }
}

/// Question and answer are forgotten; what was charged, and to whom it went, stays in the books. One
/// that still runs is let end first.
pub(crate) struct EraseAnswer {
    pub(crate) answer: AnswerId,
}

#[async_trait]
impl Operation for EraseAnswer {
    /// Whether there was something to forget.
    type Output = bool;

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<bool, LedgerError> {
        let key = Bytes::from(self.answer);
        let erased = answer::Entity::update_many()
            .col_expr(answer::Column::Body, Expr::value(ERASED.to_vec()))
            .filter(answer::Column::Id.eq(key))
            .filter(answer::Column::Body.is_not_null())
            .exec(tx)
            .await?;
        let opinions = answer_feedback::Entity::delete_many();
        opinions.filter(answer_feedback::Column::Answer.eq(key)).exec(tx).await?;
        answer_name::Entity::delete_by_id(key).exec(tx).await?;
        Ok(erased.rows_affected > 0)
    }
}
