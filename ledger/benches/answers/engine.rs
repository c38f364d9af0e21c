//! Which database does the next desk open? SQLite, until a server is named.

use std::sync::OnceLock;
use tempfile::TempDir;

static SERVER: OnceLock<String> = OnceLock::new();

/// From now on desks are on this server.
pub(crate) fn use_server(url: String) {
    SERVER.set(url).expect("named once");
}

pub(crate) fn database_url(folder: &TempDir) -> String {
    let file = || format!("sqlite://{}", folder.path().join("ledger.db").display());
    SERVER.get().cloned().unwrap_or_else(file)
}
