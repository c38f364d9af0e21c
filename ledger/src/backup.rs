//! How are the books copied while they are written? As of one moment, into a file of their own.

use crate::database::Place;
use crate::{LedgerError, LedgerSettings};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::path::Path;

/// Copies the books into `file`, which must not exist; beside a running service too.
///
/// # Errors
/// [`LedgerError::Engine`] for books on a server, whose own tools do it; [`LedgerError::Disk`] when
/// the file is there already or cannot be made.
pub async fn back_up(settings: &LedgerSettings, file: &Path) -> Result<(), LedgerError> {
    let place = Place::parse(&settings.database_url)?;
    if matches!(place, Place::Server(_)) {
        return Err(LedgerError::Engine {
            engine: "A copy of a server's books".to_owned(),
            url: place.to_string(),
        });
    }
    // SQLite writes into an empty file; this one is its owner's alone before anything is in it.
    make_empty(file).map_err(|source| LedgerError::Disk {
        action: "create",
        path: file.to_owned(),
        source,
    })?;
    let connection = place.readers().await?;
    let into = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "VACUUM INTO ?",
        [file.display().to_string().into()],
    );
    let copied = connection.execute_raw(into).await;
    connection.close().await?;
    copied?;
    Ok(())
}

fn make_empty(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}
