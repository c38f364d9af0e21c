//! onnxruntime: how does the library that computes embeddings get onto this machine?
//!
//! The pip wheel carries the shared library. `pip install --target` needs neither a virtual
//! environment nor root, and leaves the user's own packages alone.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::cache::Cache;
use super::prerequisite;
use crate::process::{output_of, run_logged};

/// The pinned version; ours needs at least 1.24.
pub(crate) const VERSION: &str = "1.31.1";

/// The folder of the tool in the cache, and the name of its log.
pub(crate) const NAME: &str = "onnxruntime";

/// What makes the cached tool.
pub(crate) fn recipe() -> String {
    format!("onnxruntime=={VERSION}\n")
}

/// Install the wheel and what it imports into `folder`, and import it once to prove it.
pub(crate) fn make(cache: &Cache, folder: &Path) -> Result<()> {
    let packages = [format!("onnxruntime=={VERSION}")];
    pip_install(folder, &packages, &cache.log(NAME))?;
    library(folder)?;
    let python = prerequisite::python()?;
    let script = "import onnxruntime; print(onnxruntime.__version__)";
    let mut import = Command::new(python);
    import.args(["-c", script]).env("PYTHONPATH", folder);
    let version = output_of(&mut import)?;
    if version.trim() != VERSION {
        bail!("onnxruntime says it is {version:?} instead of {VERSION}");
    }
    Ok(())
}

/// The shared library inside the installed `folder`.
pub(crate) fn library(folder: &Path) -> Result<PathBuf> {
    let libraries = folder.join("onnxruntime").join("capi");
    let entries = fs::read_dir(&libraries)
        .with_context(|| format!("look for the library in {}", libraries.display()))?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_library))
        .with_context(|| format!("no libonnxruntime in {}", libraries.display()))
}

/// Install pip `packages` into `folder`, wheels only: nothing is compiled here.
pub(crate) fn pip_install(folder: &Path, packages: &[String], log: &Path) -> Result<()> {
    let mut install = Command::new(prerequisite::python()?);
    install
        .args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check"])
        .args(["--only-binary=:all:", "--no-compile", "--quiet", "--target"])
        .arg(folder)
        .args(packages)
        // A user's own defaults for these two contradict `--target`.
        .env("PIP_USER", "0")
        .env("PIP_REQUIRE_VIRTUALENV", "0");
    run_logged(&mut install, log)
}

/// Several package folders as one value of `PYTHONPATH`.
pub(crate) fn python_path(folders: &[&Path]) -> Result<OsString> {
    std::env::join_paths(folders).context("join the Python package folders")
}

/// `libonnxruntime.so.1.31.1` or `libonnxruntime.1.31.1.dylib`, not the provider plug-ins beside it.
fn is_library(name: &str) -> bool {
    name.starts_with("libonnxruntime.so.")
        || (name.starts_with("libonnxruntime.") && name.ends_with(".dylib"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_told_from_its_plug_ins() {
        assert!(is_library("libonnxruntime.so.1.31.1"));
        assert!(is_library("libonnxruntime.1.31.1.dylib"));
        assert!(!is_library("libonnxruntime_providers_shared.so"));
        assert!(!is_library("onnxruntime_pybind11_state.so"));
    }

    #[test]
    fn a_folder_without_the_library_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = library(folder.path()).unwrap_err().to_string();
        assert!(error.contains("capi"), "{error}");
    }
}
