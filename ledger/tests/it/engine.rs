//! On which database do these tests run? On SQLite, a file per desk.

use tempfile::TempDir;

pub(crate) fn database_url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("ledger.db").display())
}
