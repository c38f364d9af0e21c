//! A transaction is meant for the chain: noted before it is sent, and again when its fate is known.

use crate::LedgerError;
use crate::clock::{now, seconds};
use crate::entity::outbox;
use crate::ledger::Context;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

/// What is known of a transaction.
pub(crate) struct Note {
    /// `propose/EPOCH/ATTEMPT` or `accept/EPOCH/ATTEMPT`.
    pub(crate) key: String,
    pub(crate) kind: &'static str,
    pub(crate) epoch: u64,
    /// intended, done or failed.
    pub(crate) state: &'static str,
    pub(crate) transaction: Option<Digest>,
}

#[async_trait]
impl Operation for Note {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let at = now();
        let row = outbox::ActiveModel {
            key: Set(self.key.clone()),
            kind: Set(self.kind.to_owned()),
            epoch: Set(seconds(self.epoch)),
            state: Set(self.state.to_owned()),
            transaction_hash: Set(self.transaction.map(Into::into)),
            created_at: Set(at),
            updated_at: Set(at),
        };
        let renew = OnConflict::column(outbox::Column::Key)
            .update_columns([
                outbox::Column::State,
                outbox::Column::TransactionHash,
                outbox::Column::UpdatedAt,
            ])
            .to_owned();
        outbox::Entity::insert(row).on_conflict(renew).exec_without_returning(tx).await?;
        Ok(())
    }
}
