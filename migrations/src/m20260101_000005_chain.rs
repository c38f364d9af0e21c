//! What was seen on the chain (deposits, claims) and what was sent to it.

use crate::columns::{
    amount, append_only, count, count_null, drop_all, fixed, hash, hash_null, index, names,
    positive, text, word,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [identity(), deposits(), claims(), cursors(), tx_outbox()] {
            manager.create_table(table).await?;
        }
        manager.create_index(index("deposits", &["block_number"])).await?;
        let fixed_columns =
            ["chain_id", "block_hash", "log_index", "account", "amount", "depositor"];
        append_only(manager, "deposits", &fixed_columns).await?;
        append_only(manager, "identity", &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["tx_outbox", "cursors", "claims", "deposits", "identity"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Which settlement on which chain these books belong to: one row, for ever.
fn identity() -> TableCreateStatement {
    Table::create()
        .table("identity")
        .col(word("ledger", &["this"]).primary_key())
        .col(count("chain_id"))
        .col(fixed("settlement", 20))
        .take()
}

/// A deposit whose block left the chain is marked, never deleted.
fn deposits() -> TableCreateStatement {
    Table::create()
        .table("deposits")
        .col(count("chain_id"))
        .col(hash("block_hash"))
        .col(count("log_index"))
        .col(count("block_number"))
        .col(fixed("depositor", 20))
        .col(text("account"))
        .col(positive("amount"))
        .col(count_null("orphaned_at"))
        .primary_key(Index::create().col("chain_id").col("block_hash").col("log_index"))
        .foreign_key(&mut names("deposits", "account", "accounts", "name"))
        .take()
}

/// What the settlement contract has paid to a payee so far.
fn claims() -> TableCreateStatement {
    Table::create()
        .table("claims")
        .col(hash("payee").primary_key())
        .col(amount("paid_nano"))
        .col(text("paid_units"))
        .col(count("updated_at"))
        .take()
}

/// How far a follower has read.
fn cursors() -> TableCreateStatement {
    Table::create()
        .table("cursors")
        .col(text("name").primary_key())
        .col(count("block_number"))
        .col(hash("block_hash"))
        .take()
}

/// Written before a transaction is sent, so that a crash in between is seen and reconciled.
fn tx_outbox() -> TableCreateStatement {
    Table::create()
        .table("tx_outbox")
        .col(text("key").primary_key())
        .col(word("kind", &["propose", "accept"]))
        .col(count("epoch"))
        .col(word("state", &["intended", "sent", "done", "failed"]))
        .col(hash_null("transaction_hash"))
        .col(count("created_at"))
        .col(count("updated_at"))
        .foreign_key(&mut names("tx_outbox", "epoch", "epochs", "number"))
        .take()
}
