//! What readers add to answers: a name of their own, and whether an answer was any good.

use crate::columns::{count, drop_all, fixed, names, text, text_null, word};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(answer_names()).await?;
        manager.create_table(feedback()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["feedback", "answer_names"]).await
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

/// One reader's last word on an answer.
fn feedback() -> TableCreateStatement {
    Table::create()
        .table("feedback")
        .col(fixed("answer", 16))
        .col(text("scope"))
        .col(word("verdict", &["good", "bad"]))
        .col(text_null("reason"))
        .col(count("at"))
        .primary_key(Index::create().col("answer").col("scope"))
        .foreign_key(&mut names("feedback", "answer", "answers", "id"))
        .take()
}
