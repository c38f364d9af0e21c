//! A reader names an answer in their list.

use crate::LedgerError;
use crate::bytes::Bytes;
use crate::entity::answer_name;
use crate::ledger::Context;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::AnswerId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

/// The name of one answer; none is its question again.
pub(crate) struct Rename {
    pub(crate) answer: AnswerId,
    pub(crate) name: Option<String>,
}

#[async_trait]
impl Operation for Rename {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let answer = Bytes::from(self.answer);
        let Some(name) = self.name.clone() else {
            answer_name::Entity::delete_by_id(answer).exec(tx).await?;
            return Ok(());
        };
        let row = answer_name::ActiveModel { answer: Set(answer), name: Set(name) };
        let renew = OnConflict::column(answer_name::Column::Answer)
            .update_column(answer_name::Column::Name)
            .to_owned();
        answer_name::Entity::insert(row).on_conflict(renew).exec_without_returning(tx).await?;
        Ok(())
    }
}
