//! How is the database reached? SQLite in WAL with full synchronisation: one writing connection,
//! several that only read, and a lease that keeps a second service out.

use crate::{LedgerError, Opening};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Readers: as many as there are pages and API calls that wait for the disk at once.
const READERS_MOST: u32 = 4;
/// How long one process waits for another's write; a batch takes milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The file behind `sqlite://PATH`.
///
/// # Errors
/// [`LedgerError::Engine`] for every other scheme, by its name.
pub(crate) fn file_of(url: &str) -> Result<PathBuf, LedgerError> {
    let refuse = |engine: &str| LedgerError::Engine { engine: engine.to_owned(), url: redact(url) };
    match url.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() && !path.contains('?') => {
            Ok(PathBuf::from(path))
        }
        Some(("sqlite", _)) => Err(refuse("A SQLite database without a plain path")),
        Some(("postgres" | "postgresql", _)) => Err(refuse("PostgreSQL")),
        Some(("mysql" | "mariadb", _)) => Err(refuse("MySQL")),
        Some((scheme, _)) => Err(refuse(&format!("The database scheme `{scheme}`"))),
        None => Err(refuse("A database address without a scheme")),
    }
}

/// A database address can hold a password: nothing between the scheme and the host is repeated.
fn redact(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

/// The only connection that writes.
pub(crate) async fn connect_writer(file: &Path) -> Result<DatabaseConnection, LedgerError> {
    connect(file, false, 1).await
}

/// Connections that cannot write.
pub(crate) async fn connect_readers(file: &Path) -> Result<DatabaseConnection, LedgerError> {
    connect(file, true, READERS_MOST).await
}

async fn connect(
    file: &Path,
    read_only: bool,
    connections: u32,
) -> Result<DatabaseConnection, LedgerError> {
    let path = file.to_owned();
    let mut options = ConnectOptions::new("sqlite://ledger");
    options
        .max_connections(connections)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(move |sqlite| configure(sqlite, &path, read_only));
    Ok(Database::connect(options).await?)
}

fn configure(sqlite: SqliteConnectOptions, file: &Path, read_only: bool) -> SqliteConnectOptions {
    let sqlite = sqlite.filename(file).busy_timeout(BUSY_TIMEOUT).foreign_keys(true);
    if read_only {
        return sqlite.read_only(true);
    }
    sqlite
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
}

/// Held by the one service that answers questions; released when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lease {
    _file: Option<File>,
}

impl Lease {
    /// Takes the lease of a database file, for a service.
    ///
    /// # Errors
    /// [`LedgerError::InUse`] while another process holds it.
    pub(crate) fn take(database: &Path, opening: Opening) -> Result<Self, LedgerError> {
        if opening == Opening::Beside {
            return Ok(Self { _file: None });
        }
        let path = database.with_extension("lease");
        let disk = |source| LedgerError::Disk { action: "lock", path: path.clone(), source };
        let file = File::options().create(true).append(true).open(&path).map_err(disk)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => {
                Err(LedgerError::InUse { database: database.to_owned() })
            }
            Err(TryLockError::Error(source)) => Err(disk(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_that_are_not_built_are_refused_by_name_and_without_their_password() {
        assert_eq!(file_of("sqlite:///tmp/a b.db").expect("a path"), Path::new("/tmp/a b.db"));
        assert_eq!(file_of("sqlite://data/l.db").expect("a path"), Path::new("data/l.db"));
        let error = file_of("postgres://ana:secret@localhost/f").expect_err("refused").to_string();
        assert!(error.starts_with("PostgreSQL is not built yet"), "{error}");
        assert!(!error.contains("secret") && error.contains("localhost"), "{error}");
        for url in ["mysql://x", "mongodb://x", "sqlite://", "ledger.db", "sqlite://x?mode=memory"]
        {
            assert!(matches!(file_of(url), Err(LedgerError::Engine { .. })), "{url}");
        }
    }

    #[test]
    fn a_lease_is_held_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("ledger.db");
        let first = Lease::take(&file, Opening::Service).expect("free");
        assert!(matches!(Lease::take(&file, Opening::Service), Err(LedgerError::InUse { .. })));
        assert!(Lease::take(&file, Opening::Beside).is_ok());
        drop(first);
        assert!(Lease::take(&file, Opening::Service).is_ok());
    }
}
