//! Receipts in their chain; the signature follows the commit.

use crate::bytes::{Bytes, Bytes32};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) sequence: i64,
    pub(crate) hash: Bytes32,
    pub(crate) previous_hash: Bytes32,
    pub(crate) epoch: i64,
    pub(crate) answer: Bytes<16>,
    pub(crate) hold: Bytes32,
    pub(crate) payer: String,
    pub(crate) charged: i64,
    pub(crate) body: Vec<u8>,
    pub(crate) signer: Option<Bytes<20>>,
    pub(crate) signature: Option<Bytes<65>>,
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
