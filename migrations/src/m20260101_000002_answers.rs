//! Answers with their stored bodies, and the keys by which a caller repeats a request safely.

use crate::columns::{
    append_only, bytes_null, count, count_null, drop_all, fixed, hash, names, text, text_null, word,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(answers()).await?;
        manager.create_table(idempotency()).await?;
        append_only(manager, "idempotency", &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["idempotency", "answers"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// The body is what the caller was shown, complete; a captured answer always has one.
fn answers() -> TableCreateStatement {
    let finished = "(state = 'running') = (finished_at IS NULL)";
    let stored = "state <> 'captured' OR body IS NOT NULL";
    Table::create()
        .table("answers")
        .col(fixed("id", 16).primary_key())
        .col(hash("hold").unique_key())
        .col(word("state", &["running", "captured", "voided"]))
        .col(bytes_null("body"))
        .col(text_null("reason"))
        .col(count("created_at"))
        .col(count_null("finished_at"))
        .check(("answers_finish", Expr::cust(finished)))
        .check(("answers_are_stored_before_they_cost", Expr::cust(stored)))
        .foreign_key(&mut names("answers", "hold", "holds", "id"))
        .take()
}

fn idempotency() -> TableCreateStatement {
    Table::create()
        .table("idempotency")
        .col(text("scope"))
        .col(text("key"))
        .col(hash("request_hash"))
        .col(fixed("answer", 16).unique_key())
        .primary_key(Index::create().col("scope").col("key"))
        .foreign_key(&mut names("idempotency", "answer", "answers", "id"))
        .take()
}
