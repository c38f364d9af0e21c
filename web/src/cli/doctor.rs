//! `footnote doctor`: is everything in place that a service needs, and if not, what is the next step?
//! Changes nothing; safe beside a running service.

mod checks;
mod finding;
mod modes;

use super::Place;
use super::output::print;
use clap::Args;
use finding::{Finding, Findings};
use std::process::ExitCode;

/// Arguments of `footnote doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Checks one part after the other; a part that cannot be checked because of another says so.
pub(super) async fn run(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let mut findings = Findings::default();
    match args.place.config(None) {
        Err(error) => findings.add(Finding::problem(
            "configuration",
            format!("{error:#}"),
            "mend the file; `footnote config` prints every key with its meaning",
        )),
        Ok(config) => {
            let file = args.place.config.as_deref();
            findings.add(checks::configuration(&config, file));
            findings.add(modes::check(&config, file));
            findings.add(checks::disk(&config));
            let deployment = checks::deployment(&config);
            findings.add(checks::books(&config, &deployment).await);
            let (chain, time) = checks::chain(&config, &deployment).await;
            findings.add(chain);
            findings.add(checks::clock(time));
            findings.add(checks::search_model(&config).await);
            findings.add(checks::answer_model(&config).await);
        }
    }
    print(&if args.json { findings.json() } else { findings.text() })?;
    Ok(if findings.are_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
