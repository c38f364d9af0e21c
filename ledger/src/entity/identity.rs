//! Which settlement these books belong to.

use crate::bytes::Bytes;
use crate::clock::seconds;
use crate::{LedgerError, LedgerSettings};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) ledger: String,
    pub(crate) chain_id: i64,
    pub(crate) settlement: Bytes<20>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether they are the books that these settings mean.
    ///
    /// # Errors
    /// [`LedgerError::OtherSettlement`].
    pub(crate) fn check(&self, settings: &LedgerSettings) -> Result<(), LedgerError> {
        let expected = (seconds(settings.chain_id), Bytes::from(settings.settlement));
        if (self.chain_id, self.settlement) == expected {
            return Ok(());
        }
        Err(LedgerError::OtherSettlement {
            found: self.settlement.into(),
            found_chain: self.chain_id.unsigned_abs(),
            expected: settings.settlement,
            expected_chain: settings.chain_id,
        })
    }
}
