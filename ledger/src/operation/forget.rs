//! A reader takes back what they asked: the stored text goes, the books stay.
//!
//! What the money rests on (the hold, its movements, the receipt with its salted hashes) is not text and
//! is not touched; without the salts, which go with the text, nobody can test a guess against them.

use crate::LedgerError;
use crate::bytes::Bytes;
use crate::entity::{answer, answer_name, feedback};
use crate::ledger::Context;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::AnswerId;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

/// Replaces a finished answer by what is left of it.
pub(crate) struct Forget {
    pub(crate) answer: AnswerId,
    pub(crate) left: Vec<u8>,
}

#[async_trait]
impl Operation for Forget {
    /// Whether there was a finished answer of this id.
    type Output = bool;

    async fn apply(self, _: &Context, tx: &DatabaseTransaction) -> Result<bool, LedgerError> {
        let key = Bytes::from(self.answer);
        let row = answer::Entity::find_by_id(key).one(tx).await?;
        if row.is_none_or(|row| row.state == "running") {
            return Ok(false);
        }
        let left =
            answer::ActiveModel { id: Set(key), body: Set(Some(self.left)), ..Default::default() };
        left.update(tx).await?;
        answer_name::Entity::delete_by_id(key).exec(tx).await?;
        let said = feedback::Entity::delete_many().filter(feedback::Column::Answer.eq(key));
        said.exec(tx).await?;
        Ok(true)
    }
}
