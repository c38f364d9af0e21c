//! A program that the demo runs beside itself: how is it started, watched and stopped?

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::process::tail_of;

/// How often a service is looked at while it is waited for.
const POLL: Duration = Duration::from_millis(50);

/// A running program of the demo. Dropped, it is stopped.
pub(crate) struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
    grace: Duration,
    stopped: bool,
}

impl Service {
    /// Start `command` with its output in `log`; the log of the run before is kept beside it.
    ///
    /// The service gets its own process group: a Ctrl-C at the terminal reaches only the demo, which
    /// stops its services in order. `grace` is the time it has to end by itself when asked to.
    pub(crate) fn start(
        name: &'static str,
        command: &mut Command,
        log: PathBuf,
        grace: Duration,
    ) -> Result<Self> {
        let output = fresh_log(&log)?;
        let errors = output.try_clone().with_context(|| format!("open {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);
        let child = command.spawn().with_context(|| format!("start {name}"))?;
        Ok(Self { name, child, log, grace, stopped: false })
    }

    /// Start `command` with its output on the terminal, for a step that shows its own progress.
    pub(crate) fn start_visible(
        name: &'static str,
        command: &mut Command,
        grace: Duration,
    ) -> Result<Self> {
        command.stdin(Stdio::null()).process_group(0);
        let child = command.spawn().with_context(|| format!("start {name}"))?;
        Ok(Self { name, child, log: PathBuf::new(), grace, stopped: false })
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, or `None` while it runs.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait().with_context(|| format!("look at {}", self.name))?;
        self.stopped |= status.is_some();
        Ok(status)
    }

    /// An error when it has ended, with the end of its log: for a service that should run on.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.ended()? {
            None => Ok(()),
            Some(status) => Err(anyhow!(
                "{} ended by itself ({status}); the last lines of {}:\n{}",
                self.name,
                self.log.display(),
                tail_of(&self.log)
            )),
        }
    }

    /// Ask it to end, wait, and end it by force once its grace is over or `hurry` says so.
    pub(crate) fn stop(&mut self, hurry: impl Fn() -> bool) {
        if self.stopped {
            return;
        }
        self.signal(Signal::SIGTERM);
        if !self.ends_within(self.grace, hurry) {
            eprintln!("  {} did not end in time: killed", self.name);
            self.signal(Signal::SIGKILL);
            let _ = self.child.wait();
        }
        self.stopped = true;
    }

    fn ends_within(&mut self, limit: Duration, hurry: impl Fn() -> bool) -> bool {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline && !hurry() {
            if !matches!(self.ended(), Ok(None)) {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }

    fn signal(&self, signal: Signal) {
        // Not yet waited for, so the id is still this child's; a failure means that it has ended.
        if let Ok(id) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(id), signal);
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop(|| false);
    }
}

/// An empty log, the one before it renamed to `*.previous.log`.
fn fresh_log(log: &Path) -> Result<File> {
    if log.exists() {
        let previous = log.with_extension("previous.log");
        fs::rename(log, &previous).with_context(|| format!("keep {}", previous.display()))?;
    }
    File::create(log).with_context(|| format!("create the log {}", log.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (tempfile::TempDir, Service) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let grace = Duration::from_millis(500);
        let log = folder.path().join("shell.log");
        (folder, Service::start("the shell", &mut command, log, grace).unwrap())
    }

    fn wait_for_log(service: &Service, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !fs::read_to_string(&service.log).unwrap().contains(text) {
            assert!(Instant::now() < deadline, "the shell never said {text}");
            thread::sleep(POLL);
        }
    }

    #[test]
    fn a_service_may_end_in_its_own_way() {
        let (_folder, mut service) =
            shell("trap 'echo saved; exit 0' TERM; echo up; while :; do sleep 0.05; done");
        wait_for_log(&service, "up");
        service.check().unwrap();
        service.stop(|| false);
        assert_eq!(fs::read_to_string(&service.log).unwrap(), "up\nsaved\n");
    }

    #[test]
    fn a_deaf_service_is_killed_after_its_grace() {
        let (_folder, mut service) = shell("trap '' TERM; echo up; while :; do sleep 0.05; done");
        wait_for_log(&service, "up");
        let started = Instant::now();
        service.stop(|| false);
        assert!(started.elapsed() >= Duration::from_millis(500));
        assert!(service.child.try_wait().unwrap().is_some());
    }

    #[test]
    fn a_deaf_service_is_killed_at_once_when_there_is_a_hurry() {
        let (_folder, mut service) = shell("trap '' TERM; echo up; while :; do sleep 0.05; done");
        wait_for_log(&service, "up");
        service.grace = Duration::from_secs(3600);
        service.stop(|| true);
        assert!(service.child.try_wait().unwrap().is_some());
    }

    #[test]
    fn a_service_that_ends_by_itself_is_named_with_its_last_words() {
        let (_folder, mut service) = shell("echo out of luck; exit 7");
        assert!(service.ends_within(Duration::from_secs(10), || false));
        let error = service.check().unwrap_err().to_string();
        assert!(error.contains("the shell") && error.contains("out of luck"), "{error}");
        assert!(error.contains('7'), "{error}");
    }

    #[test]
    fn the_log_of_the_run_before_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("a.log");
        fs::write(&log, "before").unwrap();
        fresh_log(&log).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.previous.log")).unwrap(), "before");
        assert_eq!(fs::read_to_string(&log).unwrap(), "");
    }
}
