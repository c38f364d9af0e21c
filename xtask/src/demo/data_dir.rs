//! The demo's data folder: who uses it, and what of the demo's own does it hold?
//!
//! `footnote.toml` the settings · `chain/` the dev chain's state and port · `logs/` ·
//! `demo.lock` and `demo.pids` this demo. The rest belongs to the service.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::setup::Tools;

/// The folder, locked for this demo.
pub(crate) struct DataDir {
    root: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Create the folder where needed and lock it.
    ///
    /// Errors when it cannot be written, or when another demo runs on it.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let root = std::path::absolute(folder)
            .with_context(|| format!("find the folder {}", folder.display()))?;
        // Keys and questions lie in it: nobody else's to read.
        let mut private = fs::DirBuilder::new();
        private.recursive(true).mode(0o700);
        for part in [root.join("chain"), root.join("logs")] {
            private.create(&part).with_context(|| cannot_write(&root))?;
        }
        let path = root.join("demo.lock");
        let mut open = OpenOptions::new();
        let lock =
            open.create(true).append(true).open(path).with_context(|| cannot_write(&root))?;
        if lock.try_lock().is_err() {
            bail!(
                "another demo runs on {}: stop it with Ctrl-C in its terminal, or give this one \
                 another folder with --data-dir",
                root.display()
            );
        }
        Ok(Self { root, _lock: lock })
    }

    /// The folder itself, absolute.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file of the dev chain.
    pub(crate) fn chain(&self, name: &str) -> PathBuf {
        self.root.join("chain").join(name)
    }

    /// The log of a service.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.root.join("logs").join(format!("{name}.log"))
    }

    /// The file that remembers which processes this demo started.
    pub(crate) fn processes(&self) -> PathBuf {
        self.root.join("demo.pids")
    }

    /// The settings of the service: written on the first run; after it only the two addresses change,
    /// so that `footnote` on the command line finds service and chain.
    pub(crate) fn settings(&self, tools: &Tools, listen: &str, rpc_url: &str) -> Result<PathBuf> {
        let path = self.root.join("footnote.toml");
        let text = match fs::read_to_string(&path) {
            Ok(kept) => with_addresses(&kept, listen, rpc_url),
            Err(_) => settings_text(&self.root, tools, listen, rpc_url),
        };
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        Ok(path)
    }
}

/// The same settings with this run's addresses.
fn with_addresses(kept: &str, listen: &str, rpc_url: &str) -> String {
    let line = |line: &str| {
        let key = line.split_once(" = ").map(|(key, _)| key);
        let address = match key {
            Some("listen") => listen,
            Some("rpc_url") => rpc_url,
            _ => return format!("{line}\n"),
        };
        format!("{} = {}\n", key.unwrap_or_default(), quoted(address))
    };
    kept.lines().map(line).collect()
}

fn cannot_write(root: &Path) -> String {
    format!(
        "the data folder {} cannot be written: make it writable or give another with --data-dir",
        root.display()
    )
}

fn settings_text(root: &Path, tools: &Tools, listen: &str, rpc_url: &str) -> String {
    format!(
        "\
# Settings of the demo, written by `cargo xtask demo` when it first ran here. Yours to change:
# later runs renew only `listen` and `rpc_url`.

[server]
listen = {listen}

[data]
dir = {dir}

[chain]
rpc_url = {rpc_url}
dev = true

[embedding]
model_dir = {model_dir}
onnxruntime = {onnxruntime}
",
        listen = quoted(listen),
        dir = quoted(&root.to_string_lossy()),
        rpc_url = quoted(rpc_url),
        model_dir = quoted(&tools.model_dir.to_string_lossy()),
        onnxruntime = quoted(&tools.onnxruntime.to_string_lossy()),
    )
}

/// A TOML basic string: JSON's escapes, and DEL, which only TOML refuses.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Tools {
        Tools {
            anvil: "/t/anvil".into(),
            onnxruntime: "/t/libonnxruntime.so.1".into(),
            model_dir: "/t/my \"model\"".into(),
        }
    }

    #[test]
    fn the_settings_are_written_once_and_then_only_their_addresses_change() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let path = data.settings(&tools(), "127.0.0.1:8080", "http://127.0.0.1:1").unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\n[server]\nlisten = \"127.0.0.1:8080\"\n"), "{text}");
        assert!(text.contains("\nrpc_url = \"http://127.0.0.1:1\"\ndev = true\n"), "{text}");
        assert!(text.contains(r#"model_dir = "/t/my \"model\"""#), "{text}");

        fs::write(&path, text.clone() + "[limits]\nanswers_at_once = 3\n").unwrap();
        data.settings(&tools(), "127.0.0.1:9090", "http://127.0.0.1:2").unwrap();
        let renewed = fs::read_to_string(&path).unwrap();
        let wanted = text.replace("127.0.0.1:8080", "127.0.0.1:9090").replace(":1\"\n", ":2\"\n");
        assert_eq!(renewed, wanted + "[limits]\nanswers_at_once = 3\n");
    }

    #[test]
    fn strings_are_quoted_as_toml_reads_them() {
        assert_eq!(quoted("C:\\a \"b\"\n\u{7f}é"), r#""C:\\a \"b\"\n\u007fé""#);
    }

    #[test]
    fn one_demo_at_a_time_uses_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDir::open(folder.path()).unwrap();
        let error = DataDir::open(folder.path()).err().unwrap().to_string();
        assert!(error.contains("another demo") && error.contains("--data-dir"), "{error}");
        drop(first);
        DataDir::open(folder.path()).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error_with_the_next_step() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = DataDir::open(&file.join("data")).err().unwrap().to_string();
        assert!(error.contains("cannot be written") && error.contains("--data-dir"), "{error}");
    }
}
