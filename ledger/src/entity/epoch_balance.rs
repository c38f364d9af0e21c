//! What each payee had earned in all at the end of an epoch.

use crate::bytes::Bytes32;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "epoch_balances")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) epoch: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) payee: Bytes32,
    pub(crate) escrow: bool,
    pub(crate) cumulative_nano: i64,
    pub(crate) cumulative_units: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
