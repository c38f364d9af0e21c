//! Statements of a payee: every line it ever earned, and what it came to by day.

use crate::read::statement::{self, DayEarnings, StatementLine};
use crate::{Ledger, LedgerError};
use footnote_domain::id::PayeeId;

impl Ledger {
    /// The lines of a payee after `(sequence, number)`, the oldest first, at most a thousand; empty at
    /// the end.
    pub async fn statement_lines(
        &self,
        payee: PayeeId,
        after: Option<(u64, u64)>,
    ) -> Result<Vec<StatementLine>, LedgerError> {
        statement::lines(&self.readers, payee, after).await
    }

    /// What a payee earned by day, the oldest first.
    pub async fn earnings_by_day(&self, payee: PayeeId) -> Result<Vec<DayEarnings>, LedgerError> {
        statement::by_day(&self.readers, payee).await
    }
}
