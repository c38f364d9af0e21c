//! `footnote feedback`.

use super::{Place, output};
use crate::app::ledger_beside;
use clap::Args;
use footnote_ledger::GivenFeedback;
use serde_json::json;
use std::fmt::Write;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Arguments of `footnote feedback`.
#[derive(Debug, Args)]
pub(super) struct FeedbackArgs {
    /// Most entries, the newest first.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// One JSON object a line, for programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Prints what readers thought of their answers; safe beside a running service.
pub(super) async fn run(args: FeedbackArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    let (ledger, _) = ledger_beside(&config).await?;
    let given = ledger.feedback(args.limit).await;
    ledger.close().await;
    let mut text = String::new();
    for one in &given? {
        if args.json {
            writeln!(text, "{}", as_json(one))?;
        } else {
            let said = one.feedback.reason.as_str();
            let reason = if said.is_empty() { "(no reason given)" } else { said };
            let (verdict, at) = (verdict(one), day(one.feedback.given_at));
            writeln!(text, "{at}  {verdict:4}  /answers/{}  {reason}", one.answer)?;
        }
    }
    if text.is_empty() {
        text.push_str("Nobody has said anything yet.\n");
    }
    output::print(&text)
}

fn as_json(one: &GivenFeedback) -> serde_json::Value {
    json!({
        "answer": one.answer,
        "verdict": verdict(one),
        "reason": one.feedback.reason,
        "at": one.feedback.given_at,
    })
}

fn verdict(one: &GivenFeedback) -> &'static str {
    if one.feedback.good { "good" } else { "bad" }
}

fn day(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}
