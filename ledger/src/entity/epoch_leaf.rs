//! The leaves of an epoch's trees.

use crate::bytes::Bytes32;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "epoch_leaves")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) epoch: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tree: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) account: Bytes32,
    pub(crate) units: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
