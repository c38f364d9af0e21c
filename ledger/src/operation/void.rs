//! A question ends without a charge: all that was reserved is released, once.

use crate::book::{Kind, Movement, derived};
use crate::clock::{now, seconds};
use crate::entity::{hold, hold_resolution};
use crate::journal::{Ending, Journal, Wanted};
use crate::ledger::Context;
use crate::writer::{Entry, Operation};
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::id::TransferId;
use footnote_domain::money::Nano;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};

/// Why an answer cost nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What the caller was shown (a refusal, say), stored as the answer; none after a failure.
    pub body: Option<Vec<u8>>,
    /// The reason, for the log and the portal.
    pub reason: String,
}

/// Releases one hold.
pub(crate) struct Void {
    pub(crate) hold: TransferId,
    pub(crate) outcome: Outcome,
}

#[async_trait]
impl Entry for Void {
    type Output = ();

    fn want(&self, wanted: &mut Wanted) {
        wanted.holds.insert(self.hold);
        wanted.accounts.insert(Account::Clearing);
    }

    async fn apply(&self, _: &Context, journal: &mut Journal<'_>) -> Result<(), LedgerError> {
        let (held, resolution) = journal.hold(self.hold).await?;
        match resolution {
            Some(resolution) if resolution.outcome == "voided" => Ok(()),
            Some(_) => Err(LedgerError::AlreadyCaptured(self.hold)),
            None => release(journal, &held, &self.outcome).await,
        }
    }
}

/// Which of the unresolved holds are released.
pub(crate) enum Abandoned {
    /// Those that expired by this time.
    ExpiredAt(u64),
    /// Those that another, now dead, process left behind.
    OfOtherInstances,
}

#[async_trait]
impl Operation for Abandoned {
    /// How many were released.
    type Output = u64;

    async fn apply(&self, context: &Context, tx: &DatabaseTransaction) -> Result<u64, LedgerError> {
        let resolved = Query::select()
            .column(hold_resolution::Column::PendingId)
            .from(hold_resolution::Entity)
            .take();
        let unresolved = hold::Entity::find().filter(hold::Column::Id.not_in_subquery(resolved));
        let (which, reason) = match self {
            Self::ExpiredAt(time) => {
                (hold::Column::ExpiresAt.lte(seconds(*time)), "it was not finished in time")
            }
            Self::OfOtherInstances => (
                hold::Column::Instance.ne(crate::bytes::Bytes(context.instance)),
                "the service was stopped before the answer was finished",
            ),
        };
        let rows = unresolved.filter(which).order_by_asc(hold::Column::CreatedAt).all(tx).await?;
        let mut journal = Journal::open(tx).await?;
        let outcome = Outcome { body: None, reason: reason.to_owned() };
        for held in &rows {
            journal.know_unresolved(held.clone());
            release(&mut journal, held, &outcome).await?;
        }
        journal.close().await?;
        Ok(rows.len() as u64)
    }
}

async fn release(
    journal: &mut Journal<'_>,
    held: &hold::Model,
    outcome: &Outcome,
) -> Result<(), LedgerError> {
    let at = now();
    let hold = TransferId::from(held.id);
    let give_back = Movement {
        id: derived("void", &hold.to_string()),
        debit: held.account.parse()?,
        credit: Account::Clearing,
        amount: Nano::new(i128::from(held.amount))?,
        kind: Kind::Void { pending: hold },
        group: hold,
        answer: Some(held.answer.into()),
        at,
    };
    journal.book().post(give_back).await?;
    let Outcome { body, reason } = outcome.clone();
    let ending = Ending { state: "voided", posted: 0, reason: Some(reason), body, at };
    journal.end(held, ending);
    Ok(())
}
