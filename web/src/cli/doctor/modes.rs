//! Can anybody else on this machine read what is the operator's alone?

use super::finding::Finding;
use crate::config::Config;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const NAME: &str = "files";

/// Keys and books are their owner's alone; so is a configuration with a password in it.
pub(super) fn check(config: &Config, file: Option<&Path>) -> Finding {
    let secret = private_paths(config, file);
    let open: Vec<String> =
        secret.iter().filter(|path| is_open(path)).map(|path| path.display().to_string()).collect();
    if open.is_empty() {
        return Finding::good(NAME, "keys and books are readable by their owner only");
    }
    let next = format!("chmod go-rwx {}", open.join(" "));
    Finding::problem(NAME, format!("others may read {}", open.join(", ")), next)
}

fn private_paths(config: &Config, file: Option<&Path>) -> Vec<PathBuf> {
    let data = &config.data_dir;
    let mut paths = vec![data.join("keys")];
    let keys = std::fs::read_dir(data.join("keys")).into_iter().flatten().flatten();
    paths.extend(keys.map(|entry| entry.path()).filter(|path| is_secret(path)));
    paths.extend(["", "-wal", "-shm"].map(|part| data.join(format!("ledger.sqlite{part}"))));
    paths.extend(file.filter(|_| config.database_url.is_some()).map(Path::to_owned));
    paths
}

/// The fee policy beside the keys is public.
fn is_secret(path: &Path) -> bool {
    path.file_name().is_none_or(|name| name != "policy.json")
}

/// What is not there cannot be read.
fn is_open(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}
