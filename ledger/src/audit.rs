//! Are the books true? A plain model that reads the raw tables, folds them by hand and compares. It
//! shares no code with what writes them: a mistake made twice would have to be made differently.
//!
//! Used after every step of the property and crash tests, and on a live database: it reads one
//! snapshot, so a running service does not disturb it.

mod books;
mod epochs;
mod receipts;
mod rows;

use crate::database::begin_snapshot;
use crate::{Ledger, LedgerError};
use rows::Rows;
use std::fmt;

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFault {
    /// The rule, in words.
    pub rule: &'static str,
    /// Where it breaks.
    pub what: String,
}

impl fmt::Display for AuditFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)
    }
}

/// What an audit saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditReport {
    /// Movements folded.
    pub transfers: u64,
    /// Receipts checked.
    pub receipts: u64,
    /// Epochs checked.
    pub epochs: u64,
    /// Holds that still run.
    pub running: u64,
    /// Receipts without a signature yet: a running service signs them at once, a stopped one at
    /// its next start.
    pub unsigned: u64,
    /// Every rule that does not hold; empty for true books.
    pub faults: Vec<AuditFault>,
}

impl AuditReport {
    /// Whether every rule holds.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn check(&mut self, kept: bool, rule: &'static str, what: impl FnOnce() -> String) {
        if !kept {
            self.faults.push(AuditFault { rule, what: what() });
        }
    }
}

/// Checks every rule of the books on one snapshot of the database.
///
/// # Errors
/// [`LedgerError::Database`] when the database cannot be read; broken rules are no error but stand
/// in the report.
pub async fn audit(ledger: &Ledger) -> Result<AuditReport, LedgerError> {
    let snapshot = begin_snapshot(&ledger.readers).await?;
    let rows = Rows::read(&snapshot).await?;
    snapshot.rollback().await?;
    let settings = ledger.settings().clone();
    let checking = tokio::task::spawn_blocking(move || {
        let mut report = AuditReport::default();
        books::check(&rows, &mut report);
        receipts::check(&rows, &settings, &mut report);
        epochs::check(&rows, &settings, &mut report);
        report
    });
    checking.await.map_err(|error| LedgerError::Corrupt(format!("the audit broke off: {error}")))
}
