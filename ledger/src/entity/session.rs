//! Who is signed in, where, until when.

use crate::bytes::{Bytes, Bytes32};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Bytes32,
    pub(crate) address: Bytes<20>,
    pub(crate) agent: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) seen_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
