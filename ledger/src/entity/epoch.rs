//! Epochs from open to accepted.

use crate::bytes::Bytes32;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "epochs")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) number: i64,
    pub(crate) state: String,
    pub(crate) opened_at: i64,
    pub(crate) closed_at: Option<i64>,
    pub(crate) first_sequence: i64,
    pub(crate) last_sequence: Option<i64>,
    pub(crate) first_transfer: i64,
    pub(crate) last_transfer: Option<i64>,
    pub(crate) receipt_count: Option<i64>,
    pub(crate) token_decimals: Option<i64>,
    pub(crate) total_cumulative: Option<String>,
    pub(crate) previous_hash: Option<Bytes32>,
    pub(crate) receipts_root: Option<Bytes32>,
    pub(crate) balances_root: Option<Bytes32>,
    pub(crate) payers_root: Option<Bytes32>,
    pub(crate) bundle_hash: Option<Bytes32>,
    pub(crate) epoch_hash: Option<Bytes32>,
    pub(crate) valid_at: Option<i64>,
    pub(crate) accepted_at: Option<i64>,
    pub(crate) returned: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
