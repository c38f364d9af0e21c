//! Every movement between two accounts, in order, chained by hash.

use crate::bytes::{Bytes, Bytes32};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transfers")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) sequence: i64,
    pub(crate) id: Bytes32,
    pub(crate) debit: String,
    pub(crate) credit: String,
    pub(crate) amount: i64,
    pub(crate) kind: String,
    pub(crate) pending_id: Option<Bytes32>,
    pub(crate) group_id: Bytes32,
    pub(crate) answer: Option<Bytes<16>>,
    pub(crate) created_at: i64,
    pub(crate) row_hash: Bytes32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
