//! Who may come in: sessions of signed-in accounts, sign-ins that were used, API keys with the pages
//! they serve, and what was asked by each key.

use crate::columns::{
    append_only, count, count_null, drop_all, fixed, hash, hash_null, index, names, text, word,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(spent_nonces()).await?;
        manager.create_table(sessions()).await?;
        manager.create_table(api_keys()).await?;
        manager.create_table(key_origins()).await?;
        manager.create_table(key_uses()).await?;
        manager.create_table(answer_feedback()).await?;
        manager.create_index(index("sessions", &["address"])).await?;
        manager.create_index(index("api_keys", &["owner"])).await?;
        manager.create_index(index("key_origins", &["origin"])).await?;
        manager.create_index(index("key_uses", &["key_id", "day", "ip"])).await?;
        manager.create_index(index("key_uses", &["key_id", "day", "visitor"])).await?;
        append_only(manager, "key_uses", &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            ["answer_feedback", "key_uses", "key_origins", "api_keys", "sessions", "spent_nonces"];
        drop_all(manager, &tables).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Kept until they would have expired: after that their own date refuses them.
fn spent_nonces() -> TableCreateStatement {
    Table::create()
        .table("spent_nonces")
        .col(hash("nonce").primary_key())
        .col(count("expires_at"))
        .take()
}

/// `id` is the hash of what the browser holds.
fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(hash("id").primary_key())
        .col(fixed("address", 20))
        .col(text("agent"))
        .col(count("created_at"))
        .col(count("expires_at"))
        .col(count("seen_at"))
        .take()
}

/// `hash` is all that is kept of the key itself; `hint` is its last letters, to tell keys apart.
fn api_keys() -> TableCreateStatement {
    Table::create()
        .table("api_keys")
        .col(fixed("id", 16).primary_key())
        .col(hash("hash").unique_key())
        .col(word("kind", &["secret", "public"]))
        .col(fixed("owner", 20))
        .col(text("name"))
        .col(text("hint"))
        .col(count_null("per_day"))
        .col(count_null("per_ip"))
        .col(count_null("per_visitor"))
        .col(text("over_limit"))
        .col(count("created_at"))
        .col(count_null("used_at"))
        .col(count_null("revoked_at"))
        .take()
}

fn key_origins() -> TableCreateStatement {
    Table::create()
        .table("key_origins")
        .col(fixed("key_id", 16))
        .col(text("origin"))
        .primary_key(Index::create().col("key_id").col("origin"))
        .foreign_key(&mut names("key_origins", "key_id", "api_keys", "id"))
        .take()
}

/// What a reader thought of an answer; the last word counts.
fn answer_feedback() -> TableCreateStatement {
    Table::create()
        .table("answer_feedback")
        .col(fixed("answer", 16).primary_key())
        .col(ColumnDef::new("good").boolean().not_null())
        .col(text("reason"))
        .col(count("given_at"))
        .foreign_key(&mut names("answer_feedback", "answer", "answers", "id"))
        .take()
}

/// Which key a hold was made by. What a key spends is folded from its holds and how they ended, so it
/// cannot differ from what was charged, and a restart forgets nothing.
fn key_uses() -> TableCreateStatement {
    Table::create()
        .table("key_uses")
        .col(hash("hold").primary_key())
        .col(fixed("key_id", 16))
        .col(count("day"))
        .col(hash_null("ip"))
        .col(hash_null("visitor"))
        .foreign_key(&mut names("key_uses", "hold", "holds", "id"))
        .foreign_key(&mut names("key_uses", "key_id", "api_keys", "id"))
        .take()
}
