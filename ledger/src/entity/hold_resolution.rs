//! How a hold ended; one row per hold at most.

use crate::bytes::Bytes32;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hold_resolutions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) pending_id: Bytes32,
    pub(crate) outcome: String,
    pub(crate) posted: i64,
    pub(crate) released: i64,
    pub(crate) reason: Option<String>,
    pub(crate) resolved_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
