//! Did a demo that was killed leave its programs running?
//!
//! A demo that ends takes its programs with it. One that is killed (`kill -9`) cannot; the next one on
//! the same data folder ends them first.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::data_dir::DataDir;

/// Time for a leftover to end by itself.
const GRACE: Duration = Duration::from_secs(30);

/// Remember the processes that this demo runs now.
pub(crate) fn remember(data: &DataDir, processes: &[u32]) -> Result<()> {
    let lines: String = processes.iter().map(|id| format!("{id}\n")).collect();
    let path = data.processes();
    fs::write(&path, lines).with_context(|| format!("write {}", path.display()))
}

/// End what a killed demo left running on this data folder. The folder's lock must be held.
pub(crate) fn end(data: &DataDir) {
    let remembered = fs::read_to_string(data.processes()).unwrap_or_default();
    for id in remembered.lines().filter_map(|line| line.trim().parse().ok()) {
        if works_on(id, data.root()) {
            eprintln!("  A demo that was killed left process {id} running: ending it.");
            end_one(id, data.root());
        }
    }
}

fn end_one(id: i32, root: &Path) {
    let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
    let deadline = Instant::now() + GRACE;
    while works_on(id, root) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
    }
    if works_on(id, root) {
        let _ = kill(Pid::from_raw(id), Signal::SIGKILL);
    }
}

/// Whether process `id` was started with a path inside `root`: an id alone may have been given to
/// another program since. Where the system does not show command lines, nothing is ended.
fn works_on(id: i32, root: &Path) -> bool {
    let Ok(command_line) = fs::read(format!("/proc/{id}/cmdline")) else {
        return false;
    };
    let command_line = String::from_utf8_lossy(&command_line);
    command_line.split('\0').any(|argument| Path::new(argument).starts_with(root))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn only_programs_on_this_folder_are_ended() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let script = "while :; do sleep 0.05; done";
        let inside = data.root().join("chain");
        let mut ours = Command::new("sh").args(["-c", script]).arg(&inside).spawn().unwrap();
        let mut other = Command::new("sh").args(["-c", script, "/elsewhere"]).spawn().unwrap();

        // The system shows a command line a moment after the start.
        let (ours_id, deadline) = (ours.id().cast_signed(), Instant::now() + GRACE);
        while !works_on(ours_id, data.root()) {
            assert!(Instant::now() < deadline, "the command line never showed");
        }
        remember(&data, &[ours.id(), other.id()]).unwrap();
        // Reaped from another thread, as a real leftover is by the system.
        let reaper = thread::spawn(move || ours.wait().unwrap());
        end(&data);
        assert!(!reaper.join().unwrap().success());
        assert!(other.try_wait().unwrap().is_none(), "a stranger was ended");
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
