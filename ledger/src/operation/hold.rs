//! Which hold is meant, how did it end, and how does it end now?

use crate::LedgerError;
use crate::bytes::Bytes32;
use crate::entity::{answer, hold, hold_resolution};
use footnote_domain::id::TransferId;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, Set};

/// The hold, and how it ended if it did.
pub(crate) async fn find(
    tx: &DatabaseTransaction,
    id: TransferId,
) -> Result<(hold::Model, Option<hold_resolution::Model>), LedgerError> {
    let row = hold::Entity::find_by_id(Bytes32::from(id)).one(tx).await?;
    let row = row.ok_or(LedgerError::NoSuchHold(id))?;
    let resolution = hold_resolution::Entity::find_by_id(row.id).one(tx).await?;
    Ok((row, resolution))
}

/// How a hold ends.
pub(crate) struct Ending {
    pub(crate) state: &'static str,
    pub(crate) posted: i64,
    pub(crate) reason: Option<String>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) at: i64,
}

/// Writes the one resolution of a hold, and its answer's end.
pub(crate) async fn resolve(
    tx: &DatabaseTransaction,
    held: &hold::Model,
    ending: Ending,
) -> Result<(), LedgerError> {
    let resolution = hold_resolution::ActiveModel {
        pending_id: Set(held.id),
        outcome: Set(ending.state.to_owned()),
        posted: Set(ending.posted),
        released: Set(held.amount - ending.posted),
        reason: Set(ending.reason.clone()),
        resolved_at: Set(ending.at),
    };
    hold_resolution::Entity::insert(resolution).exec_without_returning(tx).await?;
    let answered = answer::ActiveModel {
        id: Set(held.answer),
        state: Set(ending.state.to_owned()),
        body: Set(ending.body),
        reason: Set(ending.reason),
        finished_at: Set(Some(ending.at)),
        ..Default::default()
    };
    answered.update(tx).await?;
    Ok(())
}
