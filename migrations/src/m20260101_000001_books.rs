//! Accounts, the append-only transfers between them, holds and how each was resolved.

use crate::columns::{
    amount, append_only, count, drop_all, fixed, fixed_null, hash, hash_null, index, names,
    positive, text, text_null, word,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(accounts()).await?;
        manager.create_table(transfers()).await?;
        manager.create_table(holds()).await?;
        manager.create_table(hold_resolutions()).await?;
        for columns in [["debit"], ["credit"], ["pending_id"], ["group_id"]] {
            manager.create_index(index("transfers", &columns)).await?;
        }
        manager.create_index(index("holds", &["account"])).await?;
        append_only(manager, "transfers", &[]).await?;
        append_only(manager, "holds", &[]).await?;
        append_only(manager, "hold_resolutions", &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["hold_resolutions", "holds", "transfers", "accounts"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Balances are a cache of the transfers; a guarded account never spends what it does not have.
fn accounts() -> TableCreateStatement {
    let guard = "NOT guarded OR debits_posted + debits_pending <= credits_posted";
    Table::create()
        .table("accounts")
        .col(text("name").primary_key())
        .col(text("kind"))
        .col(ColumnDef::new("guarded").boolean().not_null())
        .col(amount("debits_posted"))
        .col(amount("credits_posted"))
        .col(amount("debits_pending"))
        .col(amount("credits_pending"))
        .check(("accounts_spend_only_what_they_have", Expr::cust(guard)))
        .take()
}

/// A `hold` counts as pending until the one transfer that names it as `pending_id`: `capture`
/// posts its own amount and releases the rest, `void` releases all. Every other kind posts.
fn transfers() -> TableCreateStatement {
    let kinds = ["deposit", "hold", "capture", "void", "line", "claim", "reversal", "loss"];
    let resolves = "(kind IN ('capture', 'void')) = (pending_id IS NOT NULL)";
    Table::create()
        .table("transfers")
        .col(count("sequence").primary_key())
        .col(hash("id").unique_key())
        .col(text("debit"))
        .col(text("credit"))
        .col(positive("amount"))
        .col(word("kind", &kinds))
        .col(hash_null("pending_id").unique_key())
        .col(hash("group_id"))
        .col(fixed_null("answer", 16))
        .col(count("created_at"))
        .col(hash("row_hash").unique_key())
        .check(("transfers_move_something", Expr::cust("debit <> credit")))
        .check(("transfers_resolve_holds", Expr::cust(resolves)))
        .foreign_key(&mut names("transfers", "debit", "accounts", "name"))
        .foreign_key(&mut names("transfers", "credit", "accounts", "name"))
        .foreign_key(&mut names("transfers", "pending_id", "transfers", "id"))
        .take()
}

fn holds() -> TableCreateStatement {
    Table::create()
        .table("holds")
        .col(hash("id").primary_key())
        .col(text("account"))
        .col(positive("amount"))
        .col(fixed("answer", 16).unique_key())
        .col(count("created_at"))
        .col(count("expires_at"))
        .col(fixed("instance", 16))
        .foreign_key(&mut names("holds", "id", "transfers", "id"))
        .foreign_key(&mut names("holds", "account", "accounts", "name"))
        .take()
}

/// The primary key is what makes a hold resolve once.
fn hold_resolutions() -> TableCreateStatement {
    let outcome = "(outcome = 'captured') = (posted > 0)";
    Table::create()
        .table("hold_resolutions")
        .col(hash("pending_id").primary_key())
        .col(word("outcome", &["captured", "voided"]))
        .col(amount("posted"))
        .col(amount("released"))
        .col(text_null("reason"))
        .col(count("resolved_at"))
        .check(("hold_resolutions_post_when_captured", Expr::cust(outcome)))
        .foreign_key(&mut names("hold_resolutions", "pending_id", "holds", "id"))
        .take()
}
