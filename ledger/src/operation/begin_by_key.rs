//! The price of an answer is reserved by an API key: out of its owner's balance, within its caps. Both
//! are checked in the transaction that reserves, so that no two questions meet between check and
//! spending, and a restart resets nothing.

use super::begin::{Begin, Begun, Hold};
use crate::access::KeyUse;
use crate::bytes::{Bytes, Bytes32};
use crate::clock::{DAY, now};
use crate::entity::{api_key, key_use};
use crate::journal::Journal;
use crate::ledger::Context;
use crate::read::key::{Slot, spent};
use crate::writer::{Entry, Operation};
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::money::Nano;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

/// A request to reserve, and the key that makes it.
pub(crate) struct BeginByKey {
    pub(crate) begin: Begin,
    pub(crate) used: KeyUse,
}

#[async_trait]
impl Operation for BeginByKey {
    type Output = Begun;

    async fn apply(
        &self,
        context: &Context,
        tx: &DatabaseTransaction,
    ) -> Result<Begun, LedgerError> {
        let used = &self.used;
        let key = api_key::Entity::find_by_id(Bytes::from(used.key)).one(tx).await?;
        let key = key.filter(|key| key.revoked_at.is_none());
        let key = key.ok_or(LedgerError::NoSuchKey(used.key))?;
        let payer = Account::Payer(key.owner.into());
        let begin = Begin { payer, ..self.begin.clone() };
        let mut journal = Journal::open(tx).await?;
        let begun = begin.apply(context, &mut journal).await?;
        // What was asked before is read again, whatever the caps say today.
        let Begun::Held(hold) = begun else { return Ok(begun) };
        let day = now() / DAY;
        check(tx, &key, used, day, hold.amount).await?;
        // Before the row that names the hold.
        journal.close().await?;
        record(tx, used, day, &hold).await?;
        Ok(begun)
    }
}

/// An error here takes the reservation back with it: nothing of it is written yet.
async fn check(
    tx: &DatabaseTransaction,
    key: &api_key::Model,
    used: &KeyUse,
    day: i64,
    amount: Nano,
) -> Result<(), LedgerError> {
    let caps = [
        (Some(Slot::Key), key.per_day, "this key"),
        (used.ip.map(Slot::Ip), key.per_ip, "your address"),
        (used.visitor.map(Slot::Visitor), key.per_visitor, "this visitor"),
    ];
    for (slot, cap, whose) in caps {
        let (Some(slot), Some(cap)) = (slot, cap) else { continue };
        let cap = Nano::new(i128::from(cap))?;
        let spent = spent(tx, used.key, day, slot).await?;
        if spent.plus(amount)? > cap {
            let words = key.over_limit.clone();
            return Err(LedgerError::KeyCap { whose, cap, spent, words });
        }
    }
    Ok(())
}

async fn record(
    tx: &DatabaseTransaction,
    used: &KeyUse,
    day: i64,
    hold: &Hold,
) -> Result<(), LedgerError> {
    let row = key_use::ActiveModel {
        hold: Set(Bytes32::from(hold.id)),
        key_id: Set(used.key.into()),
        day: Set(day),
        ip: Set(used.ip.map(Into::into)),
        visitor: Set(used.visitor.map(Into::into)),
    };
    key_use::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
