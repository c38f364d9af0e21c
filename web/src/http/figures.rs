//! The books in figures, for pages, programs and scrapers. Counting reads every answer there is, so it is
//! done at most once in a while.

use crate::app::App;
use crate::ask::now;
use footnote_ledger::{LedgerError, Statistics};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Days shown one by one.
const DAYS: u32 = 30;

/// How old figures may be.
const FRESH: Duration = Duration::from_secs(5);

/// The figures of a moment ago.
#[derive(Debug, Default)]
pub struct Figures {
    counted: Mutex<Option<(Instant, Arc<Statistics>)>>,
}

impl Figures {
    /// The figures, counted anew when they are older than a few seconds; whoever comes meanwhile waits for
    /// the same count.
    ///
    /// # Errors
    /// When the books cannot be read.
    pub async fn of(&self, app: &App) -> Result<Arc<Statistics>, LedgerError> {
        let mut counted = self.counted.lock().await;
        if let Some((at, figures)) = counted.as_ref()
            && at.elapsed() < FRESH
        {
            return Ok(Arc::clone(figures));
        }
        let figures = Arc::new(app.ledger.statistics(now(), DAYS).await?);
        *counted = Some((Instant::now(), Arc::clone(&figures)));
        Ok(figures)
    }
}

/// Answers among questions, in ppm: what is answered, charged and attributed, out of all that ended.
pub fn coverage_ppm(asked: u64, answered: u64) -> u32 {
    let ppm = u128::from(answered) * 1_000_000 / u128::from(asked.max(1));
    u32::try_from(ppm).unwrap_or(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::coverage_ppm;

    #[test]
    fn coverage_is_a_part_of_one() {
        let parts = [coverage_ppm(0, 0), coverage_ppm(3, 2), coverage_ppm(u64::MAX, u64::MAX)];
        assert_eq!(parts, [0, 666_666, 1_000_000]);
    }
}
