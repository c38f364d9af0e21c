//! A process that sells answers until it is killed: how it is started, heard and ended.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// First argument of a seller.
pub(crate) const MODE: &str = "--sell";

/// A file that grows beyond its limit ends a process by a signal, unless that is ignored: then the
/// write fails, as on a full or broken disk.
const IGNORING: &str = "trap '' XFSZ; exec \"$0\" \"$@\"";

/// A running seller.
pub(crate) struct Seller {
    child: Child,
    told: Arc<Mutex<Vec<String>>>,
    listening: Option<JoinHandle<()>>,
    log: std::path::PathBuf,
}

impl Seller {
    /// Starts one on the books of `folder`; its keys begin at `first`.
    pub(crate) fn start(folder: &TempDir, seed: u64, first: u64) -> Self {
        let program = std::env::current_exe().expect("this program");
        let log = folder.path().join("seller.log");
        let errors = std::fs::File::create(&log).expect("a log");
        let mut child = Command::new("sh")
            .args(["-c", IGNORING])
            .arg(program)
            .args([MODE, &folder.path().display().to_string()])
            .args([seed.to_string(), first.to_string()])
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("a seller starts");
        let output = child.stdout.take().expect("it is piped");
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        let listening = std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                heard.lock().expect("nobody panics with it").push(line);
            }
        });
        Self { child, told, listening: Some(listening), log }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How many promises it made so far.
    pub(crate) fn promised(&self) -> u64 {
        self.told.lock().expect("nobody panics with it").len() as u64
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_none()
    }

    /// SIGKILL; returns all that it had promised. A line that was cut off was no promise.
    pub(crate) fn kill(&mut self) -> Vec<String> {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it is gone");
        if let Some(listening) = self.listening.take() {
            listening.join().expect("the listener ends");
        }
        let told = self.told.lock().expect("nobody panics with it");
        told.iter().filter(|line| line.ends_with('.')).cloned().collect()
    }

    /// What it complained of.
    pub(crate) fn errors(&self) -> String {
        read(&self.log)
    }
}

fn read(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

/// A test that fails leaves nobody behind.
impl Drop for Seller {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
