//! Which number, epoch and predecessor does the next receipt have?

use crate::LedgerError;
use crate::bytes::Bytes32;
use crate::entity::receipt;
use crate::operation::capture::open_epoch;
use footnote_domain::id::{Digest, TransferId};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Where the chain of receipts ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbering {
    /// The number of the last receipt, 0 before the first.
    pub(crate) last: i64,
    /// Its hash, zero before the first.
    pub(crate) hash: Digest,
    /// The epoch that takes receipts now.
    pub(crate) epoch: i64,
}

impl Numbering {
    /// As it stands in the database.
    pub(super) async fn read(tx: &DatabaseTransaction) -> Result<Self, LedgerError> {
        let last: Option<(i64, Bytes32)> = receipt::Entity::find()
            .select_only()
            .columns([receipt::Column::Sequence, receipt::Column::Hash])
            .order_by_desc(receipt::Column::Sequence)
            .into_tuple()
            .one(tx)
            .await?;
        let (last, hash) = last.map_or((0, Digest::default()), |(last, hash)| (last, hash.into()));
        Ok(Self { last, hash, epoch: open_epoch(tx).await?.number })
    }
}

/// The number of the receipt of a captured hold.
pub(super) async fn of_hold(
    tx: &DatabaseTransaction,
    hold: TransferId,
) -> Result<i64, LedgerError> {
    let sequence: Option<i64> = receipt::Entity::find()
        .select_only()
        .column(receipt::Column::Sequence)
        .filter(receipt::Column::Hold.eq(Bytes32::from(hold)))
        .into_tuple()
        .one(tx)
        .await?;
    sequence.ok_or_else(|| LedgerError::Corrupt(format!("hold {hold} has no receipt")))
}
