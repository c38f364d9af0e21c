//! How do many rows reach a table, or leave it, in one statement that is prepared only once?
//!
//! PostgreSQL takes one array per column, so that the text of the statement does not depend on how
//! many rows there are. SQLite takes rows of values, in pieces of a few sizes, each prepared once.

use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IdenStatic, Iterable, ModelTrait, Statement, Value,
};

/// Rows in one piece of SQLite: few sizes, so that a statement is rarely new, and 256 rows of twelve
/// columns stay far below its limit of 32 766 parameters.
const PIECES: [usize; 5] = [256, 64, 16, 4, 1];

/// Adds rows to their table; `conflict` is what the statement ends with, such as `ON CONFLICT …`.
pub(crate) async fn insert<M: ModelTrait>(
    tx: &DatabaseTransaction,
    rows: &[M],
    conflict: &str,
) -> Result<(), DbErr> {
    let columns = columns::<M::Entity>();
    let values =
        rows.iter().map(|row| columns.iter().map(|column| row.get(*column)).collect()).collect();
    let all = names::<M::Entity>();
    let into = format!("INSERT INTO {} ({})", table::<M::Entity>(), all.join(", "));
    execute(tx, &columns, values, |source| format!("{into} {source} {conflict}")).await
}

/// Sets all `columns` but the first, by which the rows are found.
pub(crate) async fn update<E: EntityTrait>(
    tx: &DatabaseTransaction,
    columns: &[E::Column],
    rows: Vec<Vec<Value>>,
) -> Result<(), DbErr> {
    let set: Vec<String> = (2..)
        .zip(&columns[1..])
        .map(|(number, column)| format!("{} = v.column{number}", column.as_str()))
        .collect();
    let (table, set, key) = (table::<E>(), set.join(", "), columns[0].as_str());
    let numbered: Vec<String> = (1..=columns.len()).map(|n| format!("column{n}")).collect();
    // SQLite gives the columns of VALUES these names itself, and takes no others.
    let named = match tx.get_database_backend() {
        DbBackend::Postgres => format!("({})", numbered.join(", ")),
        _ => String::new(),
    };
    execute(tx, columns, rows, |source| {
        format!(
            "UPDATE {table} AS t SET {set} FROM ({source}) AS v{named} WHERE t.{key} = v.column1"
        )
    })
    .await
}

/// The rows whose `columns` hold one of the given values.
pub(crate) async fn find<E: EntityTrait>(
    tx: &DatabaseTransaction,
    columns: &[E::Column],
    keys: Vec<Vec<Value>>,
) -> Result<Vec<E::Model>, DbErr> {
    let from = format!("SELECT {} FROM {}", names::<E>().join(", "), table::<E>());
    let wanted: Vec<&str> = columns.iter().map(IdenStatic::as_str).collect();
    let wanted = wanted.join(", ");
    let mut rows = Vec::new();
    for statement in statements(tx.get_database_backend(), columns, keys, |source| {
        format!("{from} WHERE ({wanted}) IN ({source})")
    })? {
        rows.extend(E::find().from_raw_sql(statement).all(tx).await?);
    }
    Ok(rows)
}

fn columns<E: EntityTrait>() -> Vec<E::Column> {
    <E::Column as Iterable>::iter().collect()
}

fn names<E: EntityTrait>() -> Vec<&'static str> {
    <E::Column as Iterable>::iter().map(|column| column.as_str()).collect()
}

fn table<E: EntityTrait>() -> String {
    E::default().table_name().to_owned()
}

async fn execute<C: ColumnTrait>(
    tx: &DatabaseTransaction,
    columns: &[C],
    rows: Vec<Vec<Value>>,
    sql: impl Fn(&str) -> String,
) -> Result<(), DbErr> {
    for statement in statements(tx.get_database_backend(), columns, rows, sql)? {
        tx.execute_raw(statement).await?;
    }
    Ok(())
}

/// The statements that bring all rows; `sql` puts the rows' source where it belongs.
fn statements<C: ColumnTrait>(
    backend: DbBackend,
    columns: &[C],
    rows: Vec<Vec<Value>>,
    sql: impl Fn(&str) -> String,
) -> Result<Vec<Statement>, DbErr> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    if backend == DbBackend::Postgres {
        let (source, arrays) = arrays::source(columns, rows)?;
        return Ok(vec![Statement::from_sql_and_values(backend, sql(&source), arrays)]);
    }
    let mut made = Vec::new();
    let mut rest = rows.into_iter();
    while rest.len() > 0 {
        let size = PIECES.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let source = format!("VALUES {}", vec![row; size].join(", "));
        let values: Vec<Value> = rest.by_ref().take(size).flatten().collect();
        made.push(Statement::from_sql_and_values(backend, sql(&source), values));
    }
    Ok(made)
}

/// What a column holds, by the types that the ledger's tables have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Whole,
    Flag,
    Text,
    Bytes,
}

impl Held {
    fn of(column: &impl ColumnTrait) -> Result<Self, DbErr> {
        match column.def().get_column_type() {
            ColumnType::BigInteger => Ok(Self::Whole),
            ColumnType::Boolean => Ok(Self::Flag),
            ColumnType::Text | ColumnType::String(_) => Ok(Self::Text),
            ColumnType::Blob | ColumnType::VarBinary(_) | ColumnType::Binary(_) => Ok(Self::Bytes),
            other => Err(DbErr::Type(format!("{} is a {other:?}", column.as_str()))),
        }
    }
}

#[cfg(feature = "postgres")]
mod arrays {
    use super::Held;
    use sea_orm::sea_query::ArrayType;
    use sea_orm::{ColumnTrait, DbErr, Value};

    /// `SELECT … FROM unnest(…)`, and its arrays, one per column.
    pub(super) fn source<C: ColumnTrait>(
        columns: &[C],
        rows: Vec<Vec<Value>>,
    ) -> Result<(String, Vec<Value>), DbErr> {
        let held = columns.iter().map(Held::of).collect::<Result<Vec<_>, _>>()?;
        let null: Vec<bool> = columns.iter().map(|column| column.def().is_null()).collect();
        let mut arrays: Vec<Vec<Value>> =
            columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            for (at, value) in row.into_iter().enumerate() {
                arrays[at].push(if null[at] { marked(value) } else { value });
            }
        }
        let numbered = || (1..).zip(&held);
        let names: Vec<String> = numbered().map(|(n, _)| format!("c{n}")).collect();
        let given: Vec<String> =
            numbered().map(|(n, held)| format!("${n}::{}[]", held.name())).collect();
        let read: Vec<String> = numbered()
            .zip(&null)
            .map(|((n, held), null)| if *null { held.unmarked(n) } else { format!("c{n}") })
            .collect();
        let source = format!(
            "SELECT {} FROM unnest({}) AS r({})",
            read.join(", "),
            given.join(", "),
            names.join(", ")
        );
        let arrays = held
            .into_iter()
            .zip(arrays)
            .map(|(held, values)| Value::Array(held.array(), Some(Box::new(values))))
            .collect();
        Ok((source, arrays))
    }

    /// An array cannot hold nothing here: what is absent travels as an empty text or −1 (whole
    /// numbers that may be absent are times), and what is there behind a mark.
    fn marked(value: Value) -> Value {
        match value {
            Value::BigInt(None) => Value::BigInt(Some(-1)),
            Value::String(text) => Value::from(text.map_or(String::new(), |it| format!("={it}"))),
            Value::Bytes(bytes) => {
                Value::from(bytes.map_or(Vec::new(), |it| [b"=", it.as_slice()].concat()))
            }
            other => other,
        }
    }

    impl Held {
        fn name(self) -> &'static str {
            match self {
                Self::Whole => "int8",
                Self::Flag => "bool",
                Self::Text => "text",
                Self::Bytes => "bytea",
            }
        }

        fn array(self) -> ArrayType {
            match self {
                Self::Whole => ArrayType::BigInt,
                Self::Flag => ArrayType::Bool,
                Self::Text => ArrayType::String,
                Self::Bytes => ArrayType::Bytes,
            }
        }

        fn unmarked(self, number: usize) -> String {
            match self {
                Self::Whole => format!("nullif(c{number}, -1)"),
                Self::Flag => format!("c{number}"),
                Self::Text | Self::Bytes => format!("substring(nullif(c{number}, '') from 2)"),
            }
        }
    }
}

#[cfg(not(feature = "postgres"))]
mod arrays {
    use super::Held;
    use sea_orm::{ColumnTrait, DbErr, Value};

    pub(super) fn source<C: ColumnTrait>(
        columns: &[C],
        _: Vec<Vec<Value>>,
    ) -> Result<(String, Vec<Value>), DbErr> {
        let held = columns.iter().map(Held::of).collect::<Result<Vec<_>, _>>()?.len();
        Err(DbErr::Type(format!("{held} columns for a server that is not built in")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Bytes;
    use crate::entity::outbox::{Column, Entity, Model};
    use footnote_migrations::{Migrator, MigratorTrait};
    use sea_orm::{Database, TransactionTrait};

    fn row(n: i64) -> Model {
        Model {
            key: format!("key {n:03}"),
            kind: "propose".to_owned(),
            epoch: n,
            state: "intended".to_owned(),
            transaction_hash: (n % 2 == 0).then_some(Bytes([7; 32])),
            created_at: n,
            updated_at: n,
        }
    }

    #[tokio::test]
    async fn what_is_written_in_pieces_is_found_again_and_changed() {
        let database = Database::connect("sqlite::memory:").await.expect("a database in memory");
        Migrator::up(&database, None).await.expect("up");
        // These rows are about no epoch that is there.
        database.execute_unprepared("PRAGMA foreign_keys = OFF").await.expect("off");
        let tx = database.begin().await.expect("begins");
        // More than one piece of every size.
        let rows: Vec<Model> = (0..700).map(row).collect();
        insert(&tx, &rows, "").await.expect("written");
        insert::<Model>(&tx, &[], "").await.expect("nothing to do");
        let keys = |some: &[i64]| some.iter().map(|n| vec![row(*n).key.into()]).collect();
        let found = find::<Entity>(&tx, &[Column::Key], keys(&[3, 698, 699, 1_000])).await;
        let mut found = found.expect("read");
        found.sort_by_key(|row| row.epoch);
        assert_eq!(found, [row(3), row(698), row(699)]);

        let columns = [Column::Key, Column::State, Column::TransactionHash];
        let absent = Value::from(None::<Bytes<32>>);
        let change = |n: i64| vec![row(n).key.into(), "done".into(), absent.clone()];
        update::<Entity>(&tx, &columns, (0..300).map(change).collect()).await.expect("changed");
        let changed = find::<Entity>(&tx, &[Column::State], vec![vec!["done".into()]]).await;
        let changed = changed.expect("read");
        assert_eq!(changed.len(), 300);
        assert!(changed.iter().all(|row| row.transaction_hash.is_none() && row.epoch < 300));

        let renewed = Model { state: "failed".to_owned(), ..row(5) };
        let conflict = "ON CONFLICT (key) DO UPDATE SET state = excluded.state";
        insert(&tx, &[renewed, row(1_000)], conflict).await.expect("renewed");
        let five = find::<Entity>(&tx, &[Column::Key, Column::State], {
            vec![vec![row(5).key.into(), "failed".into()]]
        });
        assert_eq!(five.await.expect("read").len(), 1);
    }
}
