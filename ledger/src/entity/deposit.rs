//! Deposits seen on the chain.

use crate::bytes::{Bytes, Bytes32};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deposits")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) chain_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) block_hash: Bytes32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) log_index: i64,
    pub(crate) block_number: i64,
    pub(crate) depositor: Bytes<20>,
    pub(crate) account: String,
    pub(crate) amount: i64,
    pub(crate) orphaned_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
