//! How is the database reached? SQLite in a file of its own, or PostgreSQL by address: one
//! connection that writes, several that only read, and a lease that keeps a second service out.

mod postgres;
mod sqlite;

use crate::{LedgerError, Opening};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::path::PathBuf;

/// Readers: as many as there are pages and API calls that wait for the disk at once.
const READERS_MOST: u32 = 4;

/// Where the books are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// `sqlite://PATH`.
    File(PathBuf),
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    Server(String),
}

impl Place {
    /// The place behind a database address.
    ///
    /// # Errors
    /// [`LedgerError::Engine`] for every other scheme, by its name.
    pub(crate) fn parse(url: &str) -> Result<Self, LedgerError> {
        let refuse =
            |engine: &str| LedgerError::Engine { engine: engine.to_owned(), url: redact(url) };
        match url.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() && !path.contains('?') => {
                Ok(Self::File(PathBuf::from(path)))
            }
            Some(("sqlite", _)) => Err(refuse("A SQLite database without a plain path")),
            Some(("postgres" | "postgresql", _)) if cfg!(feature = "postgres") => {
                Ok(Self::Server(url.to_owned()))
            }
            Some(("postgres" | "postgresql", _)) => Err(LedgerError::WithoutPostgres),
            Some(("mysql" | "mariadb", _)) => Err(refuse("MySQL")),
            Some((scheme, _)) => Err(refuse(&format!("The database scheme `{scheme}`"))),
            None => Err(refuse("A database address without a scheme")),
        }
    }

    /// What must be done once, before the first connection.
    pub(crate) fn prepare(&self) -> Result<(), LedgerError> {
        match self {
            Self::File(file) => sqlite::make_private(file),
            Self::Server(_) => Ok(()),
        }
    }

    /// Takes the lease of these books, for a service.
    ///
    /// # Errors
    /// [`LedgerError::InUse`] while another process holds it.
    pub(crate) async fn lease(&self, opening: Opening) -> Result<Lease, LedgerError> {
        match (self, opening) {
            (_, Opening::Beside) => Ok(Lease::None),
            (Self::File(file), Opening::Service) => Ok(Lease::File(sqlite::lock(file)?)),
            (Self::Server(url), Opening::Service) => postgres::lease(url).await,
        }
    }

    /// The only connection that writes. One that a service opens on PostgreSQL is refused unless it
    /// holds the lease itself, so that a service that lost its connection cannot write beside its
    /// successor.
    pub(crate) async fn writer(&self, opening: Opening) -> Result<DatabaseConnection, LedgerError> {
        match self {
            Self::File(file) => sqlite::connect(file, false, 1).await,
            Self::Server(url) => postgres::writer(url, opening).await,
        }
    }

    /// Connections that cannot write.
    pub(crate) async fn readers(&self) -> Result<DatabaseConnection, LedgerError> {
        match self {
            Self::File(file) => sqlite::connect(file, true, READERS_MOST).await,
            Self::Server(url) => postgres::readers(url, READERS_MOST).await,
        }
    }
}

/// As people may read it: without a password.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Server(url) => f.write_str(&redact(url)),
        }
    }
}

/// Held by the one service that answers questions; released when the process ends, however it ends.
#[derive(Debug)]
pub(crate) enum Lease {
    /// For a command beside the service.
    None,
    /// The lock of a file, held as long as it is open.
    File(#[expect(dead_code, reason = "it is held, not read")] std::fs::File),
    /// Held by the writing connection itself.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "no other engine is built in")
    )]
    Connection,
}

/// A transaction that nobody else writes beside: numbers and hashes follow those before them.
pub(crate) async fn begin_writing(
    connection: &DatabaseConnection,
) -> Result<DatabaseTransaction, DbErr> {
    let transaction = connection
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        })
        .await?;
    if connection.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(postgres::WRITE_ALONE).await?;
    }
    Ok(transaction)
}

/// A transaction that sees one moment of the books, whatever is written meanwhile.
pub(crate) async fn begin_snapshot(
    connection: &DatabaseConnection,
) -> Result<DatabaseTransaction, DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return connection.begin().await;
    }
    let (level, mode) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
    connection.begin_with_config(Some(level), Some(mode)).await
}

/// Keeps two processes from making the same tables, until [`end_making`].
pub(crate) async fn begin_making(connection: &DatabaseConnection) -> Result<(), DbErr> {
    if connection.get_database_backend() == DbBackend::Postgres {
        connection.execute_unprepared(postgres::MAKE_ALONE).await?;
    }
    Ok(())
}

/// Lets the next process look at the tables.
pub(crate) async fn end_making(connection: &DatabaseConnection) -> Result<(), DbErr> {
    if connection.get_database_backend() == DbBackend::Postgres {
        connection.execute_unprepared(postgres::MAKE_TOGETHER).await?;
    }
    Ok(())
}

/// A database address can hold a password: nothing between the scheme and the host is repeated, nor
/// anything behind a question mark.
fn redact(url: &str) -> String {
    let plain = url.split('?').next().unwrap_or_default();
    match (plain.split_once("://"), plain.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn engines_that_are_not_built_are_refused_by_name_and_without_their_password() {
        let file = |path: &str| Place::File(Path::new(path).to_owned());
        assert_eq!(Place::parse("sqlite:///tmp/a b.db").expect("a path"), file("/tmp/a b.db"));
        assert_eq!(Place::parse("sqlite://data/l.db").expect("a path"), file("data/l.db"));
        let error = Place::parse("mysql://ana:secret@localhost/f").expect_err("refused");
        let error = error.to_string();
        assert!(error.starts_with("MySQL is not built"), "{error}");
        assert!(!error.contains("secret") && error.contains("localhost"), "{error}");
        for url in ["mysql://x", "mongodb://x", "sqlite://", "ledger.db", "sqlite://x?mode=memory"]
        {
            assert!(matches!(Place::parse(url), Err(LedgerError::Engine { .. })), "{url}");
        }
    }

    #[test]
    fn a_servers_address_is_shown_without_its_password() {
        let url = "postgres://ana:s@cret@db:5432/books?password=secret";
        let shown = Place::Server(url.to_owned()).to_string();
        assert_eq!(shown, "postgres://…@db:5432/books");
        let parsed = Place::parse(url);
        if cfg!(feature = "postgres") {
            assert_eq!(parsed.expect("built in"), Place::Server(url.to_owned()));
        } else {
            assert!(matches!(parsed, Err(LedgerError::WithoutPostgres)));
        }
    }
}
