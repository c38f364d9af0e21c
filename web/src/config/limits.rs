//! How much at once? The queue's part of the section `[limits]`, checked.

use super::RawLimits;
use super::resolve::{ConfigError, within};
use crate::ask::queue::QueueLimits;
use std::time::Duration;

pub(super) fn queue(raw: &RawLimits) -> Result<QueueLimits, ConfigError> {
    let seconds = within("limits.queue_seconds", raw.queue_seconds, 0, 120)?;
    Ok(QueueLimits {
        at_once: within("limits.answers_at_once", raw.answers_at_once, 1, 1_024)?,
        waiting: within("limits.answers_waiting", raw.answers_waiting, 0, 10_000)?,
        per_payer: within("limits.answers_per_payer", raw.answers_per_payer, 1, 1_024)?,
        wait: Duration::from_secs(seconds as u64),
    })
}

pub(super) fn requests_per_minute(raw: &RawLimits) -> Result<u32, ConfigError> {
    let most = 1_000_000;
    let given = within("limits.requests_per_minute", raw.requests_per_minute, 0, most)?;
    Ok(u32::try_from(given).unwrap_or(u32::MAX))
}
