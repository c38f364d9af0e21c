//! Somebody signs in, is seen, signs out.

use crate::LedgerError;
use crate::access::NewSession;
use crate::bytes::{Bytes, Bytes32};
use crate::clock::seconds;
use crate::entity::{session, spent_nonce};
use crate::ledger::Context;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::{Address, Digest};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

/// A new session, in the place of an older one of the same browser.
pub(crate) struct OpenSession(pub(crate) NewSession);

#[async_trait]
impl Operation for OpenSession {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let Self(new) = self;
        let at = seconds(new.created_at);
        forget_expired(tx, at).await?;
        if let Some((nonce, expires_at)) = new.nonce {
            spend(tx, nonce, expires_at).await?;
        }
        if let Some(old) = new.replaces {
            session::Entity::delete_by_id(Bytes32::from(old)).exec(tx).await?;
        }
        let row = session::ActiveModel {
            id: Set(new.id.into()),
            address: Set(new.address.into()),
            agent: Set(new.agent.clone()),
            created_at: Set(at),
            expires_at: Set(seconds(new.expires_at)),
            seen_at: Set(at),
        };
        session::Entity::insert(row).exec_without_returning(tx).await?;
        Ok(())
    }
}

/// A signed message lets in once.
async fn spend(
    tx: &DatabaseTransaction,
    nonce: Digest,
    expires_at: u64,
) -> Result<(), LedgerError> {
    let nonce = Bytes32::from(nonce);
    if spent_nonce::Entity::find_by_id(nonce).one(tx).await?.is_some() {
        return Err(LedgerError::NonceSpent);
    }
    let row = spent_nonce::ActiveModel { nonce: Set(nonce), expires_at: Set(seconds(expires_at)) };
    spent_nonce::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

async fn forget_expired(tx: &DatabaseTransaction, at: i64) -> Result<(), LedgerError> {
    let spent = spent_nonce::Entity::delete_many();
    spent.filter(spent_nonce::Column::ExpiresAt.lt(at)).exec(tx).await?;
    let over = session::Entity::delete_many();
    over.filter(session::Column::ExpiresAt.lte(at)).exec(tx).await?;
    Ok(())
}

/// A session was used.
pub(crate) struct NoteSeen {
    pub(crate) id: Digest,
    pub(crate) at: u64,
}

#[async_trait]
impl Operation for NoteSeen {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        session::Entity::update_many()
            .col_expr(session::Column::SeenAt, Expr::value(seconds(self.at)))
            .filter(session::Column::Id.eq(Bytes32::from(self.id)))
            .exec(tx)
            .await?;
        Ok(())
    }
}

/// A session ends; nobody ends another's.
pub(crate) struct EndSession {
    pub(crate) id: Digest,
    pub(crate) owner: Address,
}

#[async_trait]
impl Operation for EndSession {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        session::Entity::delete_many()
            .filter(session::Column::Id.eq(Bytes32::from(self.id)))
            .filter(session::Column::Address.eq(Bytes::from(self.owner)))
            .exec(tx)
            .await?;
        Ok(())
    }
}
