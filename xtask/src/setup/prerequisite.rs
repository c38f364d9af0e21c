//! Which programs must a machine bring along, and how does one get a missing one?

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// The oldest Python for which onnxruntime is published.
const PYTHON_MIN: (u32, u32) = (3, 11);
/// The oldest Node.js that the contract tools support.
const NODE_MIN: u32 = 20;

const PYTHON_HELP: &str = "  with root on Debian or Ubuntu:  apt-get install python3 python3-pip
  without root:                   install Python with pip in your home folder by pyenv, uv or conda";
const PIP_HELP: &str = "  with root on Debian or Ubuntu:  apt-get install python3-pip
  without root:                   python3 -m ensurepip --user";
const NODE_HELP: &str = "  with root on Debian or Ubuntu:  apt-get install nodejs npm
  without root:                   install Node.js in your home folder by nvm, fnm or volta";

/// A Python that has pip, ready to be run.
pub(crate) fn python() -> Result<&'static str> {
    let Some(version) = first_line("python3", &["--version"]) else {
        bail!("python3 is missing: set-up needs it to make the embedding model\n{PYTHON_HELP}");
    };
    let [major, minor] = leading_numbers(&version);
    if (major, minor) < PYTHON_MIN {
        let (want_major, want_minor) = PYTHON_MIN;
        bail!("{version} is too old: {want_major}.{want_minor} or newer is needed\n{PYTHON_HELP}");
    }
    if first_line("python3", &["-m", "pip", "--version"]).is_none() {
        bail!("python3 has no pip: set-up needs it to fetch onnxruntime and the model\n{PIP_HELP}");
    }
    Ok("python3")
}

/// npm, with a Node.js that is new enough.
pub(crate) fn npm() -> Result<&'static str> {
    let Some(version) = first_line("node", &["--version"]) else {
        bail!("node is missing: set-up needs it for the dev chain and the contracts\n{NODE_HELP}");
    };
    if leading_numbers::<1>(&version)[0] < NODE_MIN {
        bail!("Node.js {version} is too old: {NODE_MIN} or newer is needed\n{NODE_HELP}");
    }
    if first_line("npm", &["--version"]).is_none() {
        bail!("npm is missing: set-up needs it to fetch the dev chain\n{NODE_HELP}");
    }
    Ok("npm")
}

/// The first line a program prints, or `None` when it cannot be run or fails.
fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}

/// The first `N` numbers of a version line (`Python 3.11.7`, `v20.20.2`), 0 for missing ones.
fn leading_numbers<const N: usize>(version: &str) -> [u32; N] {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).flat_map(str::parse);
    [(); N].map(|()| numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_print() {
        assert_eq!(leading_numbers("Python 3.11.7"), [3, 11]);
        assert_eq!(leading_numbers("v20.20.2"), [20]);
        assert_eq!(leading_numbers("Python 4"), [4, 0]);
        assert!((3, 9) < PYTHON_MIN && (4, 0) > PYTHON_MIN);
    }

    #[test]
    fn a_program_that_is_missing_or_fails_prints_nothing() {
        assert_eq!(first_line("footnote-no-such-program", &[]), None);
        assert_eq!(first_line("false", &[]), None);
        assert_eq!(first_line("echo", &["one\ntwo"]), Some("one".to_owned()));
    }
}
