//! Which generation serves? The one named in `CURRENT`, changed by one atomic rename.

use super::manifest::GenerationId;
use super::seal;
use crate::error::RetrieverError;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

const CURRENT_FILE: &str = "CURRENT";
/// Folders under construction end so; what a crash left is swept with the old generations.
pub(crate) const UNFINISHED: &str = ".tmp";

/// Makes `id` the generation that serves, durably and in one step.
pub fn publish(root: &Path, id: &GenerationId) -> Result<(), RetrieverError> {
    let aside = root.join(format!("{CURRENT_FILE}{UNFINISHED}"));
    seal::write_file(&aside, format!("{id}\n").as_bytes())?;
    let pointer = root.join(CURRENT_FILE);
    fs::rename(&aside, &pointer).map_err(RetrieverError::io("replace", &pointer))?;
    seal::sync_folder(root)
}

/// The generation that serves; `None` before the first is published.
pub fn current(root: &Path) -> Result<Option<GenerationId>, RetrieverError> {
    let path = root.join(CURRENT_FILE);
    match fs::read_to_string(&path) {
        Ok(name) => Ok(Some(name.trim_end().parse()?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(RetrieverError::io("read", &path)(error)),
    }
}

/// Every finished generation under `root`, newest block first; none when there is no such folder.
pub fn generations(root: &Path) -> Result<Vec<GenerationId>, RetrieverError> {
    if !root.exists() {
        return Ok(Vec::new());
    }
    let paths = seal::entries(root)?.into_iter().filter(|path| path.is_dir());
    let names = paths.filter_map(|path| path.file_name()?.to_str()?.parse().ok());
    let mut found: Vec<GenerationId> = names.collect();
    let key = |id: &GenerationId| (id.as_str().find('-'), id.clone());
    found.sort_by_key(|id| std::cmp::Reverse(key(id)));
    Ok(found)
}

/// Deletes all but the serving generation and the `keep` newest, and what unfinished builds left.
/// Readers that still hold a deleted one keep reading it: its files stay mapped until they end.
///
/// Call it from the process that writes generations: it takes every unfinished folder for a wreck.
pub fn collect_garbage(root: &Path, keep: usize) -> Result<(), RetrieverError> {
    let serving = current(root)?;
    for id in generations(root)?.into_iter().skip(keep) {
        if Some(&id) != serving.as_ref() {
            remove(&root.join(id.as_str()))?;
        }
    }
    for path in seal::entries(root)? {
        let unfinished = path.is_dir() && path.to_string_lossy().ends_with(UNFINISHED);
        if unfinished {
            remove(&path)?;
        }
    }
    crate::vector::edge::sweep_views(root)
}

fn remove(folder: &Path) -> Result<(), RetrieverError> {
    fs::remove_dir_all(folder).map_err(RetrieverError::io("delete", folder))
}
