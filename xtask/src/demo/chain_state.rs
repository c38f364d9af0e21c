//! The dev chain's state file: is it whole, and if not, what can be saved?
//!
//! anvil writes its state in place. Killed in the middle, it leaves the beginning of a file, which it
//! refuses to load. So the demo keeps a copy of the last whole state. A chain that falls back to the
//! copy is behind what the service has seen; the service treats that as a reorganisation.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};

/// How often the state is copied, at most: it grows by some 2 kB with each block.
const COPY_EVERY: Duration = Duration::from_secs(15);

/// What was found when a state was made ready for loading.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// No state: a new chain begins.
    Nothing,
    /// A whole state.
    Whole,
    /// A torn one, replaced by the last whole copy.
    Restored,
    /// A torn one without a copy, set aside: a new chain begins.
    Lost,
}

/// The state file and its copy.
pub(crate) struct ChainState {
    path: PathBuf,
    copy: PathBuf,
    copied: Option<(Instant, SystemTime)>,
}

impl ChainState {
    /// The state at `path`, with its copy beside it.
    pub(crate) fn new(path: PathBuf) -> Self {
        let copy = path.with_extension("copy.json");
        Self { path, copy, copied: None }
    }

    /// The file that anvil reads and writes.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Make the file loadable. Call before anvil starts.
    pub(crate) fn recover(&self) -> Result<Found> {
        let Some(bytes) = read(&self.path)? else {
            return Ok(Found::Nothing);
        };
        if is_whole_object(&bytes) {
            return Ok(Found::Whole);
        }
        let torn = self.path.with_extension("torn.json");
        rename(&self.path, &torn)?;
        if !self.copy.exists() {
            return Ok(Found::Lost);
        }
        fs::copy(&self.copy, &self.path)
            .with_context(|| format!("restore {}", self.path.display()))?;
        Ok(Found::Restored)
    }

    /// Copy the state if it has changed, is whole and was not copied just now.
    pub(crate) fn keep_copy(&mut self) -> Result<()> {
        if self.copied.is_some_and(|(at, _)| at.elapsed() < COPY_EVERY) {
            return Ok(());
        }
        let Some(changed) = fs::metadata(&self.path).and_then(|data| data.modified()).ok() else {
            return Ok(());
        };
        if self.copied.is_some_and(|(_, seen)| seen == changed) {
            return Ok(());
        }
        // Read while anvil may be writing: what is torn now is whole at one of the next looks.
        if let Some(bytes) = read(&self.path)?.filter(|bytes| is_whole_object(bytes)) {
            let fresh = self.copy.with_extension("new");
            fs::write(&fresh, bytes).with_context(|| format!("write {}", fresh.display()))?;
            rename(&fresh, &self.copy)?;
            self.copied = Some((Instant::now(), changed));
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("rename {} to {}", from.display(), to.display()))
}

/// Whether `bytes` hold a JSON object up to its closing brace, given that they are the beginning of
/// a well-formed one. Far cheaper than parsing, and exact for a file that was cut off.
fn is_whole_object(bytes: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str =
        r#"{"block":{"number":"0x1"},"note":"a } brace, a \" quote","blocks":[{}]}"#;

    #[test]
    fn only_the_whole_object_counts_as_whole() {
        assert!(is_whole_object(WHOLE.as_bytes()));
        for cut in 0..WHOLE.len() {
            assert!(!is_whole_object(&WHOLE.as_bytes()[..cut]), "cut at {cut}");
        }
    }

    #[test]
    fn a_torn_state_falls_back_to_the_last_whole_copy() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = ChainState::new(folder.path().join("state.json"));
        assert_eq!(state.recover().unwrap(), Found::Nothing);

        fs::write(state.path(), WHOLE).unwrap();
        state.keep_copy().unwrap();
        assert_eq!(state.recover().unwrap(), Found::Whole);

        fs::write(state.path(), &WHOLE[..20]).unwrap();
        state.copied = None;
        state.keep_copy().unwrap();
        assert_eq!(state.recover().unwrap(), Found::Restored);
        assert_eq!(fs::read_to_string(state.path()).unwrap(), WHOLE);
    }

    #[test]
    fn a_torn_state_without_a_copy_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let state = ChainState::new(folder.path().join("state.json"));
        fs::write(state.path(), "").unwrap();
        assert_eq!(state.recover().unwrap(), Found::Lost);
        assert!(!state.path().exists() && folder.path().join("state.torn.json").exists());
    }
}
