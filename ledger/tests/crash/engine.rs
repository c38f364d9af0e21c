//! On which books? SQLite in a folder that outlives its sellers.

use tempfile::TempDir;

pub(crate) fn database_url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("ledger.db").display())
}
