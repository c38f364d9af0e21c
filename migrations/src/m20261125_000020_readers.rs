//! What readers add to answers: a name of their own.

use crate::columns::{drop_all, fixed, names, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(answer_names()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["answer_names"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// An answer without a row is called by its question.
fn answer_names() -> TableCreateStatement {
    Table::create()
        .table("answer_names")
        .col(fixed("answer", 16).primary_key())
        .col(text("name"))
        .foreign_key(&mut names("answer_names", "answer", "answers", "id"))
        .take()
}
