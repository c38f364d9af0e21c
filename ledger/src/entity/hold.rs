//! What is reserved, for which answer, by which process, until when.

use crate::bytes::{Bytes, Bytes32};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "holds")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Bytes32,
    pub(crate) account: String,
    pub(crate) amount: i64,
    pub(crate) answer: Bytes<16>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) instance: Bytes<16>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
