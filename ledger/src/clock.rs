//! What time is it? Seconds since 1970, as every row, receipt and epoch counts them.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a UTC day.
pub(crate) const DAY: i64 = 86_400;

/// Now; zero on a machine whose clock stands before 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    seconds(since.as_secs())
}

/// A time as the database holds it; those beyond its range are the end of time.
pub(crate) fn seconds(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// The midnight UTC before a time.
pub(crate) fn midnight(time: i64) -> i64 {
    time - time.rem_euclid(DAY)
}
