//! Prints what a command has to say; a reader that closed the pipe has heard enough.

use anyhow::Context;
use std::io::{ErrorKind, Write};

/// Writes `text` to standard output, without the control characters by which a text could take hold
/// of the terminal.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let harmless = |ch: &char| !ch.is_control() || matches!(ch, '\n' | '\t');
    let text: String = text.chars().filter(harmless).collect();
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("writing to standard output"),
    }
}
