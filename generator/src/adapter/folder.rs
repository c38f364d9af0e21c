//! Is this a PEFT folder and nothing else? Everything in it is looked at, two files are read, nothing
//! is followed and nothing is unpacked.

use super::rejected::{RejectCode, Rejected, reject, shown};
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The configuration's name in a PEFT folder.
pub const CONFIG_FILE: &str = "adapter_config.json";
/// The weights' name in a PEFT folder.
pub const WEIGHTS_FILE: &str = "adapter_model.safetensors";

/// Longest configuration, in bytes. Patterns that name every site of a model of 126 layers take less.
pub const CONFIG_BYTES_MOST: u64 = 1 << 18;
/// Most entries of a folder; PEFT writes three, trainers a dozen.
const ENTRIES_MOST: usize = 256;

/// Endings of what runs code when it is read.
const PICKLED: [&str; 8] = ["bin", "pt", "pth", "pkl", "pickle", "ckpt", "npz", "joblib"];
/// Endings of what would have to be unpacked.
const ARCHIVES: [&str; 10] = ["zip", "gz", "tgz", "tar", "bz2", "xz", "zst", "7z", "rar", "whl"];
/// Endings of further weights that no adapter has.
const WEIGHTS: [&str; 4] = ["safetensors", "gguf", "onnx", "h5"];

/// The two open files of an adapter.
#[derive(Debug)]
pub(super) struct AdapterFolder {
    pub(super) config: File,
    pub(super) weights: File,
    pub(super) weights_bytes: u64,
}

impl AdapterFolder {
    /// Looks at every entry and opens the two files.
    pub(super) fn open(folder: &Path) -> Result<Self, Rejected> {
        if !folder.is_dir() {
            let detail = format!("{} is no folder", folder.display());
            return reject(RejectCode::NotAFolder, detail);
        }
        let entries = fs::read_dir(folder).or_else(|error| unreadable(folder, &error))?;
        for (count, entry) in entries.enumerate() {
            let entry = entry.or_else(|error| unreadable(folder, &error))?;
            if count == ENTRIES_MOST {
                let detail = format!("{} holds too many files", folder.display());
                return reject(RejectCode::UnexpectedEntry, detail);
            }
            let kind = entry.file_type().or_else(|error| unreadable(folder, &error))?;
            check_entry(&entry.file_name().to_string_lossy(), kind)?;
        }
        let (config, config_bytes) = open_regular(folder, CONFIG_FILE)?;
        if config_bytes > CONFIG_BYTES_MOST {
            let detail =
                format!("{CONFIG_FILE} has {config_bytes} bytes, more than {CONFIG_BYTES_MOST}");
            return reject(RejectCode::ConfigTooLarge, detail);
        }
        let (weights, weights_bytes) = open_regular(folder, WEIGHTS_FILE)?;
        Ok(Self { config, weights, weights_bytes })
    }

    /// The bytes of the configuration.
    pub(super) fn config_bytes(&mut self) -> Result<Vec<u8>, Rejected> {
        let mut bytes = Vec::new();
        let read = self
            .config
            .rewind()
            .and_then(|()| (&mut self.config).take(CONFIG_BYTES_MOST + 1).read_to_end(&mut bytes));
        read.or_else(|error| unreadable(Path::new(CONFIG_FILE), &error))?;
        if bytes.len() as u64 > CONFIG_BYTES_MOST {
            return reject(RejectCode::ConfigTooLarge, format!("{CONFIG_FILE} grew while read"));
        }
        Ok(bytes)
    }
}

fn unreadable<T>(path: &Path, error: &std::io::Error) -> Result<T, Rejected> {
    reject(RejectCode::Unreadable, format!("{} cannot be read: {error}", path.display()))
}

fn check_entry(name: &str, kind: fs::FileType) -> Result<(), Rejected> {
    let shown = shown(name);
    if kind.is_symlink() {
        let detail = format!("{shown} is a symbolic link; copy what it points to (cp -L)");
        return reject(RejectCode::Symlink, detail);
    }
    if !kind.is_file() {
        return reject(RejectCode::UnexpectedEntry, format!("{shown} is no plain file"));
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let ending = ending.as_str();
    if PICKLED.contains(&ending) {
        let detail = format!(
            "{shown} may run code when it is read; keep only {CONFIG_FILE} and {WEIGHTS_FILE}"
        );
        return reject(RejectCode::PickledWeights, detail);
    }
    if ARCHIVES.contains(&ending) {
        return reject(RejectCode::Archive, format!("{shown} is packed; unpack it yourself"));
    }
    if WEIGHTS.contains(&ending) && name != WEIGHTS_FILE {
        let detail = format!("{shown} is beside {WEIGHTS_FILE}; an adapter has one weights file");
        return reject(RejectCode::UnexpectedEntry, detail);
    }
    Ok(())
}

/// Opens a plain file of the folder, and makes sure that what was opened is what was looked at: a link
/// put in its place in between has another inode.
fn open_regular(folder: &Path, name: &str) -> Result<(File, u64), Rejected> {
    let path = folder.join(name);
    let looked_at = match fs::symlink_metadata(&path) {
        Ok(found) => found,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
            let detail = format!("{} lacks {name}", folder.display());
            return reject(RejectCode::MissingFile, detail);
        }
        Err(error) => return unreadable(&path, &error),
    };
    check_entry(name, looked_at.file_type())?;
    let file = File::open(&path).or_else(|error| unreadable(&path, &error))?;
    let opened = file.metadata().or_else(|error| unreadable(&path, &error))?;
    if (opened.dev(), opened.ino()) != (looked_at.dev(), looked_at.ino()) {
        return reject(RejectCode::Changed, format!("{name} was replaced while it was checked"));
    }
    Ok((file, opened.len()))
}
