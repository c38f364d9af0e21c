//! Epochs from open to accepted on chain, what each payee had earned at their end, and the leaves
//! of the trees whose roots went on chain.

use crate::columns::{
    amount, append_only, count, count_null, drop_all, hash, hash_null, index, names, text,
    text_null, word,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(epochs()).await?;
        manager.create_table(epoch_balances()).await?;
        manager.create_table(epoch_leaves()).await?;
        manager.create_index(index("epoch_balances", &["payee"])).await?;
        let one_open = "CREATE UNIQUE INDEX epochs_one_open ON epochs (state) WHERE state = 'open'";
        manager.get_connection().execute_unprepared(one_open).await?;
        append_only(manager, "epoch_balances", &[]).await?;
        append_only(manager, "epoch_leaves", &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["epoch_leaves", "epoch_balances", "epochs"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// `open` takes receipts; `closed` has its balances frozen; `sealed` has roots and a written
/// bundle; `proposed` waits on chain; `accepted` can be claimed. A vetoed proposal, or one that
/// the chain lost, goes back to `sealed`.
fn epochs() -> TableCreateStatement {
    let states = ["open", "closed", "sealed", "proposed", "accepted"];
    let closed = "(state = 'open') = (closed_at IS NULL)";
    let sealed = "(state IN ('open', 'closed')) = (epoch_hash IS NULL)";
    let waiting = "(state = 'proposed') <= (valid_at IS NOT NULL)";
    Table::create()
        .table("epochs")
        .col(count("number").primary_key())
        .col(word("state", &states))
        .col(count("opened_at"))
        .col(count_null("closed_at"))
        .col(count("first_sequence"))
        .col(count_null("last_sequence"))
        .col(count("first_transfer"))
        .col(count_null("last_transfer"))
        .col(count_null("receipt_count"))
        .col(count_null("token_decimals"))
        .col(text_null("total_cumulative"))
        .col(hash_null("previous_hash"))
        .col(hash_null("receipts_root"))
        .col(hash_null("balances_root"))
        .col(hash_null("payers_root"))
        .col(hash_null("bundle_hash"))
        .col(hash_null("epoch_hash"))
        .col(count_null("valid_at"))
        .col(count_null("accepted_at"))
        .col(count("returned"))
        .check(("epochs_close", Expr::cust(closed)))
        .check(("epochs_are_sealed", Expr::cust(sealed)))
        .check(("epochs_wait", Expr::cust(waiting)))
        .take()
}

/// Cumulative over all epochs up to this one. Escrow payees are kept here and left out of the
/// leaves.
fn epoch_balances() -> TableCreateStatement {
    Table::create()
        .table("epoch_balances")
        .col(count("epoch"))
        .col(hash("payee"))
        .col(ColumnDef::new("escrow").boolean().not_null())
        .col(amount("cumulative_nano"))
        .col(text("cumulative_units"))
        .primary_key(Index::create().col("epoch").col("payee"))
        .foreign_key(&mut names("epoch_balances", "epoch", "epochs", "number"))
        .take()
}

fn epoch_leaves() -> TableCreateStatement {
    Table::create()
        .table("epoch_leaves")
        .col(count("epoch"))
        .col(word("tree", &["balances", "payers"]))
        .col(hash("account"))
        .col(text("units"))
        .primary_key(Index::create().col("epoch").col("tree").col("account"))
        .foreign_key(&mut names("epoch_leaves", "epoch", "epochs", "number"))
        .take()
}
