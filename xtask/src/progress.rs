//! What does a developer see while a step runs, and how long did it take?

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// One step under way: a spinner with the time on a terminal, two plain lines elsewhere.
pub(crate) struct Step {
    what: String,
    started: Instant,
    spinner: ProgressBar,
}

impl Step {
    /// Announce a step.
    pub(crate) fn start(what: &str) -> Self {
        let spinner = if std::io::stderr().is_terminal() {
            spinner(what)
        } else {
            eprintln!("  …      {what}");
            ProgressBar::hidden()
        };
        Self { what: what.to_owned(), started: Instant::now(), spinner }
    }

    /// Say in a few words how far the step is; shown on a terminal only.
    pub(crate) fn note(&self, note: &str) {
        self.spinner.set_message(format!("{} ({note})", self.what));
    }

    /// Close the step as done, with its time.
    pub(crate) fn done(self) -> Duration {
        let took = self.started.elapsed();
        self.spinner.finish_and_clear();
        eprintln!("  done   {} ({})", self.what, seconds(took));
        took
    }
}

impl Drop for Step {
    /// A step that fails clears its spinner, so that the error stands alone.
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}

fn spinner(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("  {spinner}      {msg} {elapsed}");
    spinner.set_style(style.expect("the template above is well-formed"));
    spinner.set_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

/// A duration as people read it: `0.4 s`, `12.3 s`, `3 min 05 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole >= 60 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_millis(12_345)), "12.3 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
    }
}
