//! An API key is made, changed, used, revoked.

use crate::LedgerError;
use crate::access::{KeyTerms, NewKey};
use crate::bytes::Bytes;
use crate::clock::seconds;
use crate::entity::{api_key, key_origin};
use crate::ledger::Context;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::{Address, KeyId};
use footnote_domain::money::Nano;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, Set,
};

/// Keys of one owner that open something: a list that a person can still look through.
const KEYS_MOST: u64 = 100;

/// A new key.
pub(crate) struct MakeKey(pub(crate) NewKey);

#[async_trait]
impl Operation for MakeKey {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let Self(new) = self;
        let live = api_key::Entity::find()
            .filter(api_key::Column::Owner.eq(Bytes::from(new.owner)))
            .filter(api_key::Column::RevokedAt.is_null());
        if live.count(tx).await? >= KEYS_MOST {
            return Err(LedgerError::TooManyKeys(KEYS_MOST));
        }
        let row = api_key::ActiveModel {
            id: Set(new.id.into()),
            hash: Set(new.hash.into()),
            kind: Set(new.kind.name().to_owned()),
            owner: Set(new.owner.into()),
            hint: Set(new.hint.clone()),
            created_at: Set(seconds(new.created_at)),
            ..with_terms(&new.terms)
        };
        api_key::Entity::insert(row).exec_without_returning(tx).await?;
        put_origins(tx, new.id, &new.terms.origins).await
    }
}

fn with_terms(terms: &KeyTerms) -> api_key::ActiveModel {
    let cap = |cap: Option<Nano>| Set(cap.map(Nano::get));
    api_key::ActiveModel {
        name: Set(terms.name.clone()),
        per_day: cap(terms.caps.per_day),
        per_ip: cap(terms.caps.per_ip),
        per_visitor: cap(terms.caps.per_visitor),
        over_limit: Set(terms.over_limit.clone()),
        ..Default::default()
    }
}

async fn put_origins(
    tx: &DatabaseTransaction,
    id: KeyId,
    origins: &[String],
) -> Result<(), LedgerError> {
    let key_id = Bytes::from(id);
    let old = key_origin::Entity::delete_many();
    old.filter(key_origin::Column::KeyId.eq(key_id)).exec(tx).await?;
    for origin in origins {
        let row = key_origin::ActiveModel { key_id: Set(key_id), origin: Set(origin.clone()) };
        key_origin::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The owner decides anew about a key.
pub(crate) struct ChangeKey {
    pub(crate) id: KeyId,
    pub(crate) owner: Address,
    pub(crate) terms: KeyTerms,
}

#[async_trait]
impl Operation for ChangeKey {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let known = owned(tx, self.id, self.owner).await?;
        if known.revoked_at.is_some() {
            return Err(LedgerError::NoSuchKey(self.id));
        }
        let row = api_key::ActiveModel { id: Set(known.id), ..with_terms(&self.terms) };
        row.update(tx).await?;
        put_origins(tx, self.id, &self.terms.origins).await
    }
}

async fn owned(
    tx: &DatabaseTransaction,
    id: KeyId,
    owner: Address,
) -> Result<api_key::Model, LedgerError> {
    let row = api_key::Entity::find_by_id(Bytes::from(id)).one(tx).await?;
    row.filter(|row| row.owner == owner.into()).ok_or(LedgerError::NoSuchKey(id))
}

/// A key ends.
pub(crate) struct RevokeKey {
    pub(crate) id: KeyId,
    pub(crate) owner: Address,
    pub(crate) at: u64,
}

#[async_trait]
impl Operation for RevokeKey {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let known = owned(tx, self.id, self.owner).await?;
        if known.revoked_at.is_some() {
            return Ok(());
        }
        let mut row = known.into_active_model();
        row.revoked_at = Set(Some(seconds(self.at)));
        row.update(tx).await?;
        put_origins(tx, self.id, &[]).await
    }
}

/// A key was used.
pub(crate) struct NoteKeyUsed {
    pub(crate) id: KeyId,
    pub(crate) at: u64,
}

#[async_trait]
impl Operation for NoteKeyUsed {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        api_key::Entity::update_many()
            .col_expr(api_key::Column::UsedAt, Expr::value(Some(seconds(self.at))))
            .filter(api_key::Column::Id.eq(Bytes::from(self.id)))
            .exec(tx)
            .await?;
        Ok(())
    }
}
