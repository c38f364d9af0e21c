//! Where do the tools that set-up fetches live, and which of them are complete?
//!
//! A tool is built in a staging folder and moved into place by one rename, its recipe inside: a
//! folder whose `.recipe` differs from the one asked for, or that has none, is built again. So an
//! interrupted set-up costs one repetition and never leaves half a tool.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The environment variable that moves the cache.
pub(crate) const CACHE_VARIABLE: &str = "FOOTNOTE_CACHE";

const RECIPE_FILE: &str = ".recipe";

/// The cache folder, locked for this process: two set-ups at once take turns.
pub(crate) struct Cache {
    root: PathBuf,
    _lock: File,
}

impl Cache {
    /// Open and lock the cache folder, creating it where needed.
    ///
    /// Waits, and says so, while another process sets up. Errors when no folder is writable.
    pub(crate) fn open(checkout: &Path) -> Result<Self> {
        let root = choose_root(|name| env::var_os(name), is_writable, checkout)?;
        let lock_path = root.join("lock");
        let lock = File::create(&lock_path)
            .with_context(|| format!("open the lock file {}", lock_path.display()))?;
        if lock.try_lock().is_err() {
            eprintln!("Waiting for another set-up that uses {} …", root.display());
            lock.lock().with_context(|| format!("lock {}", lock_path.display()))?;
        }
        Ok(Self { root, _lock: lock })
    }

    /// The cache folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The file that takes the output of the step `name`.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.root.join("logs").join(format!("{name}.log"))
    }

    /// The folder of tool `name` if it was completed by exactly `recipe`.
    pub(crate) fn ready(&self, name: &str, recipe: &str) -> Option<PathBuf> {
        let folder = self.root.join(name);
        let stored = fs::read_to_string(folder.join(RECIPE_FILE)).ok()?;
        (stored == recipe).then_some(folder)
    }

    /// Build tool `name` with `make`, which fills the empty folder it is given, and publish it.
    ///
    /// What `make` leaves behind when it fails is removed by the next attempt.
    pub(crate) fn publish(
        &self,
        name: &str,
        recipe: &str,
        make: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let staging = self.staging(name)?;
        make(&staging)?;
        fs::write(staging.join(RECIPE_FILE), recipe)
            .with_context(|| format!("write {}", staging.join(RECIPE_FILE).display()))?;
        let folder = self.root.join(name);
        remove_folder(&folder)?;
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).with_context(|| format!("create {}", parent.display()))?;
        }
        fs::rename(&staging, &folder)
            .with_context(|| format!("move {} to {}", staging.display(), folder.display()))?;
        Ok(folder)
    }

    /// An empty folder inside the cache, on the same file system, so that a rename can publish it.
    pub(crate) fn staging(&self, name: &str) -> Result<PathBuf> {
        let staging = self.root.join(".partial").join(name.replace('/', "_"));
        remove_folder(&staging)?;
        fs::create_dir_all(&staging).with_context(|| format!("create {}", staging.display()))?;
        Ok(staging)
    }
}

/// Remove a folder and all in it; a folder that is not there is fine.
pub(crate) fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// `$FOOTNOTE_CACHE`, else the user's cache folder, else `target/footnote-cache` in the checkout.
///
/// A folder named by hand is used or refused, never replaced by another.
fn choose_root(
    variable: impl Fn(&str) -> Option<OsString>,
    writable: impl Fn(&Path) -> bool,
    checkout: &Path,
) -> Result<PathBuf> {
    let named = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(root) = named(CACHE_VARIABLE) {
        if !writable(&root) {
            bail!(
                "the cache folder {} cannot be written: set {CACHE_VARIABLE} to one that can",
                root.display()
            );
        }
        return Ok(root);
    }
    let user = named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")));
    let inside = checkout.join("target").join("footnote-cache");
    let candidates = user.map(|cache| cache.join("footnote")).into_iter().chain([inside]);
    candidates.into_iter().find(|root| writable(root)).with_context(|| {
        format!("no cache folder can be written: set {CACHE_VARIABLE} to a folder that can")
    })
}

/// Whether a file can be created in `folder`, which is created when missing.
fn is_writable(folder: &Path) -> bool {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let written = fs::create_dir_all(folder).is_ok() && fs::write(&probe, b"").is_ok();
    let _ = fs::remove_file(probe);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path) -> Cache {
        let lock = File::create(folder.join("lock")).unwrap();
        Cache { root: folder.to_path_buf(), _lock: lock }
    }

    fn root(variables: &[(&str, &str)], unwritable: &[&str]) -> Result<PathBuf> {
        choose_root(
            |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()),
            |path| !unwritable.iter().any(|prefix| path.starts_with(prefix)),
            Path::new("/checkout"),
        )
    }

    #[test]
    fn the_cache_is_where_the_environment_says() {
        let all = [(CACHE_VARIABLE, "/named"), ("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/a")];
        assert_eq!(root(&all, &[]).unwrap(), Path::new("/named"));
        assert_eq!(root(&all[1..], &[]).unwrap(), Path::new("/xdg/footnote"));
        assert_eq!(root(&all[2..], &[]).unwrap(), Path::new("/home/a/.cache/footnote"));
        assert_eq!(
            root(&[("HOME", "")], &[]).unwrap(),
            Path::new("/checkout/target/footnote-cache")
        );
    }

    #[test]
    fn an_unwritable_home_falls_back_but_a_named_folder_is_refused() {
        let home = [("HOME", "/home/a")];
        let inside = Path::new("/checkout/target/footnote-cache");
        assert_eq!(root(&home, &["/home"]).unwrap(), inside);
        let error = root(&[(CACHE_VARIABLE, "/named")], &["/named"]).unwrap_err().to_string();
        assert!(error.contains("/named") && error.contains(CACHE_VARIABLE), "{error}");
    }

    #[test]
    fn a_tool_is_ready_only_under_the_recipe_that_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        assert_eq!(cache.ready("models/one", "v1"), None);
        let made = cache
            .publish("models/one", "v1", |staging| Ok(fs::write(staging.join("file"), "old")?))
            .unwrap();
        assert_eq!(cache.ready("models/one", "v1"), Some(made.clone()));
        assert_eq!(cache.ready("models/one", "v2"), None);

        cache
            .publish("models/one", "v2", |staging| Ok(fs::write(staging.join("new"), "")?))
            .unwrap();
        assert!(made.join("new").exists());
        assert!(!made.join("file").exists(), "the old tool is gone as a whole");
    }

    #[test]
    fn an_interrupted_build_is_not_ready_and_the_next_one_starts_empty() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        let failed = cache.publish("tool", "v1", |staging| {
            fs::write(staging.join("half"), "")?;
            bail!("killed")
        });
        assert!(failed.is_err());
        assert_eq!(cache.ready("tool", "v1"), None);
        let made = cache.publish("tool", "v1", |_| Ok(())).unwrap();
        assert!(!made.join("half").exists());
    }

    #[test]
    fn a_folder_without_a_recipe_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        fs::create_dir_all(folder.path().join("tool/stale")).unwrap();
        assert_eq!(cache.ready("tool", "v1"), None);
        let made = cache.publish("tool", "v1", |_| Ok(())).unwrap();
        assert!(!made.join("stale").exists());
    }
}
