//! Which hold was made by which key, for whom.

use crate::bytes::{Bytes, Bytes32};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "key_uses")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) hold: Bytes32,
    pub(crate) key_id: Bytes<16>,
    pub(crate) day: i64,
    pub(crate) ip: Option<Bytes32>,
    pub(crate) visitor: Option<Bytes32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
