//! On which database do these tests run? On PostgreSQL, a database per desk.

use crate::server::server;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};
use tempfile::TempDir;

static DATABASES: LazyLock<Mutex<HashMap<PathBuf, String>>> = LazyLock::new(Mutex::default);

/// The database of a desk, made when it is first asked for.
pub(crate) fn database_url(folder: &TempDir) -> String {
    let mut databases = DATABASES.lock().expect("nobody panics with it");
    let next = databases.len();
    let name = databases.entry(folder.path().to_owned()).or_insert_with(|| {
        let name = format!("books_{next}");
        server().create_database(&name);
        name
    });
    server().url(name)
}
