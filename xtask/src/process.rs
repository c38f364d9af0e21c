//! How is another program run, and what does its failure tell the developer?

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Lines of a log shown with an error: enough for a compiler or pip to name the cause.
const TAIL_LINES: usize = 20;

/// Run a program whose output only matters when it fails: it goes to the end of `log`.
///
/// Errors name the program and show the last lines of the log.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result<()> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    }
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("open the log {}", log.display()))?;
    let errors = file.try_clone().with_context(|| format!("open the log {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(file).stderr(errors);
    let status = command.status().with_context(|| format!("start {}", name(command)))?;
    if !status.success() {
        bail!(
            "{} failed ({status}); the last lines of {}:\n{}",
            name(command),
            log.display(),
            tail_of(log)
        );
    }
    Ok(())
}

/// Run a program that shows its own output to the developer.
pub(crate) fn run_visible(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("start {}", name(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", name(command));
    }
    Ok(())
}

/// What a short program prints on its standard output.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("start {}", name(command)))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed ({}):\n{}", name(command), output.status, tail(&errors));
    }
    String::from_utf8(output.stdout).with_context(|| format!("read what {} printed", name(command)))
}

/// The last lines of a log file, indented; says so when there are none.
pub(crate) fn tail_of(log: &Path) -> String {
    match fs::read(log) {
        Ok(bytes) if !bytes.is_empty() => tail(&String::from_utf8_lossy(&bytes)),
        Ok(_) => "    (the log is empty)".to_owned(),
        Err(error) => format!("    (the log cannot be read: {error})"),
    }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    last.iter().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// The program and its first arguments, as a developer would type them.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args().take(3));
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_program_and_shows_the_end_of_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("logs/step.log");
        let mut script = Command::new("sh");
        script.args(["-c", "for i in $(seq 1 50); do echo line $i; done; exit 3"]);
        let error = run_logged(&mut script, &log).unwrap_err().to_string();
        assert!(error.starts_with("sh -c"), "{error}");
        assert!(error.contains("    line 50") && error.contains("    line 31"), "{error}");
        assert!(!error.contains("line 30\n"), "{error}");
    }

    #[test]
    fn output_is_returned_and_a_failing_program_shows_its_errors() {
        assert_eq!(output_of(Command::new("echo").arg("yes")).unwrap(), "yes\n");
        let error = output_of(Command::new("sh").args(["-c", "echo why >&2; exit 1"])).unwrap_err();
        assert!(error.to_string().contains("    why"), "{error}");
    }
}
