//! A key whose answer was lost may be tried again: which attempt it stands at, and its answer of now.

use crate::columns::{allow_update, refuse_update};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let attempt = "ALTER TABLE idempotency ADD COLUMN attempt bigint NOT NULL DEFAULT 1 \
                       CHECK (attempt >= 1)";
        manager.get_connection().execute_unprepared(attempt).await?;
        allow_update(manager, "idempotency").await?;
        // What the key stood for is final; its answer and attempt are renewed together.
        refuse_update(manager, "idempotency", &["scope", "key", "request_hash"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        allow_update(manager, "idempotency").await?;
        let attempt = "ALTER TABLE idempotency DROP COLUMN attempt";
        manager.get_connection().execute_unprepared(attempt).await?;
        refuse_update(manager, "idempotency", &[]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
