//! SQLite in WAL with full synchronisation, in a file that is its owner's alone.

use crate::LedgerError;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

/// How long one process waits for another's write; a batch takes milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn connect(
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
        // What a reader deletes is overwritten, not only left out.
        .pragma("secure_delete", "ON")
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
}

/// Makes the folder and the file, the latter readable by its owner only. SQLite gives its log and
/// its shared memory the same permissions. A file of an earlier version loses what others could
/// read.
pub(super) fn make_private(file: &Path) -> Result<(), LedgerError> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(disk("create", folder))?;
    }
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => tighten(file),
        Err(error) => Err(disk("create", file)(error)),
    }
}

/// Takes from others what the owner alone should have, of the file and of what SQLite keeps beside it.
#[cfg(unix)]
fn tighten(file: &Path) -> Result<(), LedgerError> {
    use std::os::unix::fs::PermissionsExt;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        let path = Path::new(&name);
        let mode = match path.metadata() {
            Ok(found) => found.permissions().mode(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(disk("read", path)(error)),
        };
        if mode & 0o077 != 0 {
            let private = std::fs::Permissions::from_mode(mode & 0o700);
            std::fs::set_permissions(path, private).map_err(disk("protect", path))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn tighten(_: &Path) -> Result<(), LedgerError> {
    Ok(())
}

fn disk(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LedgerError {
    move |source| LedgerError::Disk { action, path: path.to_owned(), source }
}

/// Locks the file that stands for the database.
pub(super) fn lock(database: &Path) -> Result<File, LedgerError> {
    let path = database.with_extension("lease");
    let file =
        File::options().create(true).append(true).open(&path).map_err(disk("lock", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(LedgerError::InUse { database: database.display().to_string() })
        }
        Err(TryLockError::Error(source)) => Err(disk("lock", &path)(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_held_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("ledger.db");
        let first = lock(&file).expect("free");
        assert!(matches!(lock(&file), Err(LedgerError::InUse { .. })));
        drop(first);
        assert!(lock(&file).is_ok());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_books_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("below/ledger.db");
        let mode = |name: &str| {
            let path = file.with_file_name(name);
            path.metadata().expect("it is there").permissions().mode() & 0o777
        };
        make_private(&file).expect("made");
        let open = connect(&file, false, 1).await.expect("connects");
        sea_orm::ConnectionTrait::execute_unprepared(&open, "CREATE TABLE t (a)")
            .await
            .expect("written");
        let found = ["ledger.db", "ledger.db-wal", "ledger.db-shm"].map(mode);
        assert_eq!(found, [0o600; 3]);
        let open_to_all = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&file, open_to_all).expect("changed");
        make_private(&file).expect("made private again");
        assert_eq!(mode("ledger.db"), 0o600);
    }
}
