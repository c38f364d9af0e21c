//! Receipts in their chain, and their lines with the document that each was earned by.

use crate::columns::{
    append_only, count, drop_all, fixed, fixed_null, hash, hash_null, index, names, positive, text,
    word,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(receipts()).await?;
        manager.create_table(receipt_lines()).await?;
        for columns in [["epoch", "sequence"], ["payer", "created_at"]] {
            manager.create_index(index("receipts", &columns)).await?;
        }
        for columns in [["payee", "sequence"], ["owner", "sequence"]] {
            manager.create_index(index("receipt_lines", &columns)).await?;
        }
        // The signature follows the commit; everything else is final.
        let fixed_columns = [
            "sequence",
            "hash",
            "previous_hash",
            "epoch",
            "answer",
            "hold",
            "payer",
            "charged",
            "body",
        ];
        append_only(manager, "receipts", &fixed_columns).await?;
        append_only(manager, "receipt_lines", &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["receipt_lines", "receipts"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// `body` is the canonical JSON whose keccak-256 is `hash`.
fn receipts() -> TableCreateStatement {
    let signed = "(signer IS NULL) = (signature IS NULL)";
    Table::create()
        .table("receipts")
        .col(count("sequence").primary_key())
        .col(hash("hash").unique_key())
        .col(hash("previous_hash").unique_key())
        .col(count("epoch"))
        .col(fixed("answer", 16).unique_key())
        .col(hash("hold").unique_key())
        .col(text("payer"))
        .col(positive("charged"))
        .col(ColumnDef::new("body").blob().not_null())
        .col(fixed_null("signer", 20))
        .col(fixed_null("signature", 65))
        .col(count("created_at"))
        .check(("receipts_are_signed_by_someone", Expr::cust(signed)))
        .foreign_key(&mut names("receipts", "epoch", "epochs", "number"))
        .foreign_key(&mut names("receipts", "answer", "answers", "id"))
        .foreign_key(&mut names("receipts", "hold", "hold_resolutions", "pending_id"))
        .foreign_key(&mut names("receipts", "payer", "accounts", "name"))
        .take()
}

fn receipt_lines() -> TableCreateStatement {
    let roles = ["platform", "adapter", "stakers", "data", "treasury"];
    Table::create()
        .table("receipt_lines")
        .col(count("sequence"))
        .col(count("number"))
        .col(word("role", &roles))
        .col(hash("payee"))
        .col(text("account"))
        .col(positive("amount"))
        .col(hash_null("owner"))
        .col(hash_null("datanet"))
        .primary_key(Index::create().col("sequence").col("number"))
        .foreign_key(&mut names("receipt_lines", "sequence", "receipts", "sequence"))
        .foreign_key(&mut names("receipt_lines", "account", "accounts", "name"))
        .take()
}
