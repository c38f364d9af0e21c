//! How are ids, amounts and times spelled in a table, so that the same kind of column is checked by
//! the same rule everywhere?

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// A 32-byte id or hash.
pub(crate) fn hash(name: &'static str) -> ColumnDef {
    fixed(name, 32)
}

/// A 32-byte id or hash that may be absent.
pub(crate) fn hash_null(name: &'static str) -> ColumnDef {
    fixed_null(name, 32)
}

/// Exactly `bytes` bytes.
pub(crate) fn fixed(name: &'static str, bytes: u32) -> ColumnDef {
    fixed_null(name, bytes).not_null().take()
}

/// Exactly `bytes` bytes, or none.
pub(crate) fn fixed_null(name: &'static str, bytes: u32) -> ColumnDef {
    ColumnDef::new(name).blob().check(Expr::cust(format!("length({name}) = {bytes}"))).take()
}

/// Nano-credits, zero or more.
pub(crate) fn amount(name: &'static str) -> ColumnDef {
    whole(name, 0)
}

/// Nano-credits, more than zero.
pub(crate) fn positive(name: &'static str) -> ColumnDef {
    whole(name, 1)
}

/// A time in seconds since 1970, a height, a count: zero or more.
pub(crate) fn count(name: &'static str) -> ColumnDef {
    whole(name, 0)
}

/// As [`count`], or absent.
pub(crate) fn count_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().check(Expr::cust(format!("{name} >= 0"))).take()
}

fn whole(name: &'static str, least: i64) -> ColumnDef {
    let rule = Expr::cust(format!("{name} >= {least}"));
    ColumnDef::new(name).big_integer().not_null().check(rule).take()
}

/// Text.
pub(crate) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// Text that may be absent.
pub(crate) fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().take()
}

/// One of the given words.
pub(crate) fn word(name: &'static str, words: &[&str]) -> ColumnDef {
    let list = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    let rule = Expr::cust(format!("{name} IN ({list})"));
    ColumnDef::new(name).text().not_null().check(rule).take()
}

/// Bytes of any length, or none.
pub(crate) fn bytes_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().take()
}

/// `column` of `table` names a row of `to_table` by its `to_column`.
pub(crate) fn names(
    table: &'static str,
    column: &'static str,
    to_table: &'static str,
    to_column: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(to_table, to_column).take()
}

/// An ordinary index.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let name = format!("{table}_by_{}", columns.join("_"));
    let mut statement = Index::create();
    statement.name(name).table(table);
    for column in columns {
        statement.col(*column);
    }
    statement
}

/// From now on the database itself refuses to change `columns` of a row (all, when none is named)
/// or to delete one.
pub(crate) async fn append_only(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[&str],
) -> Result<(), DbErr> {
    refuse_update(manager, table, columns).await?;
    refuse(manager, table, "delete", "DELETE").await
}

/// As [`append_only`], for changes alone.
pub(crate) async fn refuse_update(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[&str],
) -> Result<(), DbErr> {
    let of = if columns.is_empty() { String::new() } else { format!(" OF {}", columns.join(", ")) };
    refuse(manager, table, "update", &format!("UPDATE{of}")).await
}

/// Takes back [`refuse_update`].
pub(crate) async fn allow_update(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let on = match manager.get_database_backend() {
        DbBackend::Postgres => format!(" ON {table}"),
        _ => String::new(),
    };
    let statement = format!("DROP TRIGGER {table}_refuse_update{on}");
    manager.get_connection().execute_unprepared(&statement).await.map(drop)
}

async fn refuse(
    manager: &SchemaManager<'_>,
    table: &str,
    name: &str,
    event: &str,
) -> Result<(), DbErr> {
    let trigger = format!("CREATE TRIGGER {table}_refuse_{name} BEFORE {event} ON {table}");
    let connection = manager.get_connection();
    if manager.get_database_backend() != DbBackend::Postgres {
        let body = format!("BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END");
        return connection.execute_unprepared(&format!("{trigger} {body}")).await.map(drop);
    }
    connection.execute_unprepared(REFUSAL).await?;
    let body = "FOR EACH ROW EXECUTE FUNCTION footnote_refuse()";
    connection.execute_unprepared(&format!("{trigger} {body}")).await.map(drop)
}

/// What PostgreSQL's triggers call.
const REFUSAL: &str = "CREATE OR REPLACE FUNCTION footnote_refuse() RETURNS trigger \
    LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$";

/// Drops tables, the youngest first.
pub(crate) async fn drop_all(
    manager: &SchemaManager<'_>,
    tables: &[&'static str],
) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).take()).await?;
    }
    Ok(())
}
