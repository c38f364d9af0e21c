//! Which tables does the ledger have, and which rules does the database itself enforce? One file
//! per group of tables, applied in order; a table that was released is changed by a new file only.
//!
//! Hashes and ids are blobs of a fixed length, amounts are 64-bit nano-credits, amounts in token
//! units are decimal text (they can exceed 64 bits), times are seconds since 1970.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

mod columns;
mod m20260101_000001_books;
mod m20260101_000002_answers;
mod m20260101_000003_epochs;
mod m20260101_000004_receipts;
mod m20260101_000005_chain;
mod m20261124_000006_attempts;
mod m20261125_000010_access;
mod m20261125_000020_readers;

/// All migrations, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260101_000001_books::Migration),
            Box::new(m20260101_000002_answers::Migration),
            Box::new(m20260101_000003_epochs::Migration),
            Box::new(m20260101_000004_receipts::Migration),
            Box::new(m20260101_000005_chain::Migration),
            Box::new(m20261124_000006_attempts::Migration),
            Box::new(m20261125_000010_access::Migration),
            Box::new(m20261125_000020_readers::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::{Migrator, MigratorTrait};
    use sea_orm::{ConnectionTrait, Database};

    #[tokio::test]
    async fn every_migration_goes_up_down_and_up_again() {
        let db = Database::connect("sqlite::memory:").await.expect("a database in memory");
        Migrator::up(&db, None).await.expect("up");
        Migrator::down(&db, None).await.expect("down");
        Migrator::up(&db, None).await.expect("up again");
    }

    #[tokio::test]
    async fn the_database_itself_refuses_rows_that_break_a_rule() {
        let db = Database::connect("sqlite::memory:").await.expect("a database in memory");
        Migrator::up(&db, None).await.expect("up");
        let account = |name: &str, debits: i64, credits: i64| {
            format!("INSERT INTO accounts VALUES ('{name}', 'payer', 1, {debits}, {credits}, 0, 0)")
        };
        db.execute_unprepared(&account("a", 0, 10)).await.expect("a sound row");
        db.execute_unprepared(&account("b", 0, 0)).await.expect("a sound row");
        let transfer = |sequence: i64, amount: i64, credit: &str| {
            format!(
                "INSERT INTO transfers VALUES ({sequence}, randomblob(32), 'a', '{credit}', {amount}, \
                 'line', NULL, randomblob(32), NULL, 1, randomblob(32))"
            )
        };
        db.execute_unprepared(&transfer(1, 5, "b")).await.expect("a sound row");
        let refused = [
            account("c", 11, 10),
            account("d", -1, 10),
            transfer(2, 0, "b"),
            transfer(2, -5, "b"),
            transfer(2, 5, "a"),
            transfer(2, 5, "nobody"),
            "UPDATE transfers SET amount = 6".to_owned(),
            "DELETE FROM transfers".to_owned(),
            "INSERT INTO holds VALUES (randomblob(31), 'a', 1, randomblob(16), 1, 1, randomblob(16))"
                .to_owned(),
            "UPDATE accounts SET debits_pending = 11 WHERE name = 'a'".to_owned(),
        ];
        for statement in refused {
            assert!(db.execute_unprepared(&statement).await.is_err(), "accepted: {statement}");
        }
    }
}
