//! API keys: the hash of each, whose it is, and what it may spend.

use crate::bytes::{Bytes, Bytes32};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Bytes<16>,
    pub(crate) hash: Bytes32,
    pub(crate) kind: String,
    pub(crate) owner: Bytes<20>,
    pub(crate) name: String,
    pub(crate) hint: String,
    pub(crate) per_day: Option<i64>,
    pub(crate) per_ip: Option<i64>,
    pub(crate) per_visitor: Option<i64>,
    pub(crate) over_limit: String,
    pub(crate) created_at: i64,
    pub(crate) used_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
