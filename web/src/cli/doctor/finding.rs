//! What was found of one part, and how is it told?

use serde::Serialize;
use serde_json::json;

/// What was found of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    ok: bool,
    found: String,
    /// What to do about it; none where nothing need be done.
    next: Option<String>,
}

impl Finding {
    /// All is well.
    pub(super) fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, ok: true, found: found.into(), next: None }
    }

    /// It works, and could be better.
    pub(super) fn advice(
        check: &'static str,
        found: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { check, ok: true, found: found.into(), next: Some(next.into()) }
    }

    /// The service would not start, or not serve well.
    pub(super) fn problem(
        check: &'static str,
        found: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { check, ok: false, found: found.into(), next: Some(next.into()) }
    }
}

/// All of them, in the order of the checks.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(super) fn are_good(&self) -> bool {
        self.0.iter().all(|finding| finding.ok)
    }

    /// A line each, and below it the next step.
    pub(super) fn text(&self) -> String {
        let line = |Finding { check, ok, found, next }: &Finding| {
            let verdict = if *ok { "ok" } else { "PROBLEM" };
            let next = next.as_ref().map_or(String::new(), |next| format!("         → {next}\n"));
            format!("{verdict:<8} {check}: {found}\n{next}")
        };
        self.0.iter().map(line).collect()
    }

    /// `{"ok", "checks": [{"check", "ok", "found", "next"}]}`.
    pub(super) fn json(&self) -> String {
        format!("{}\n", json!({"ok": self.are_good(), "checks": self.0}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_problem_spoils_all_and_has_its_next_step_on_the_next_line() {
        let mut findings = Findings::default();
        findings.add(Finding::good("disk", "10 GB are free"));
        findings.add(Finding::advice("clock", "the newest block is old", "check the chain"));
        assert!(findings.are_good());
        findings.add(Finding::problem("chain", "nobody answers", "start the node"));
        assert!(!findings.are_good());
        let text = findings.text();
        assert!(text.starts_with("ok       disk: 10 GB are free\n"), "{text}");
        assert!(text.ends_with("PROBLEM  chain: nobody answers\n         → start the node\n"));
        let json: serde_json::Value = serde_json::from_str(&findings.json()).expect("JSON");
        assert_eq!(json["ok"], false);
        assert_eq!(json["checks"][2]["next"], "start the node");
    }
}
