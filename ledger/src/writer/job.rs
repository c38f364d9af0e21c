//! What waits in the writer's queue? Changes of two kinds, their types forgotten, each with whoever
//! waits for it.

use super::Lost;
use crate::LedgerError;
use crate::journal::{Journal, Wanted};
use crate::ledger::Context;
use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, DbErr, TransactionTrait};
use tokio::sync::oneshot;

/// A change that every question makes. It reads and writes by the batch's journal only, and can be
/// run again when the batch was rolled back.
///
/// It posts to the book before it adds any other row: a refusal takes back what the book holds, and
/// nothing else.
#[async_trait]
pub(crate) trait Entry: Send + Sync + 'static {
    /// What the caller learns.
    type Output: Send + 'static;

    /// What it will read, so that the batch reads it once.
    fn want(&self, wanted: &mut Wanted);

    /// Makes the change. It sees everything that came before it.
    async fn apply(
        &self,
        context: &Context,
        journal: &mut Journal<'_>,
    ) -> Result<Self::Output, LedgerError>;
}

/// A change that happens now and then, by statements of its own. It sees everything that came before
/// it, and either happens as a whole or not at all.
#[async_trait]
pub(crate) trait Operation: Send + Sync + 'static {
    /// What the caller learns.
    type Output: Send + 'static;

    /// Makes the change inside `tx`.
    async fn apply(
        &self,
        context: &Context,
        tx: &DatabaseTransaction,
    ) -> Result<Self::Output, LedgerError>;
}

/// A change in the queue.
pub(super) enum Job {
    /// Written together with its neighbours.
    Entry(Box<dyn Enter>),
    /// Written by itself.
    Operation(Box<dyn Run>),
}

impl Job {
    pub(super) fn of_entry<E: Entry>(change: E, reply: Reply<E::Output>) -> Self {
        Self::Entry(Box::new(Entering(Pending { change, outcome: None, reply })))
    }

    pub(super) fn of_operation<O: Operation>(change: O, reply: Reply<O::Output>) -> Self {
        Self::Operation(Box::new(Operating(Pending { change, outcome: None, reply })))
    }

    /// Tells the caller: its outcome when the batch was committed, else why it was not.
    pub(super) fn answer(self, committed: Result<(), &Lost>) {
        match self {
            Self::Entry(entry) => entry.answer(committed),
            Self::Operation(operation) => operation.answer(committed),
        }
    }
}

/// An entry, its type forgotten.
#[async_trait]
pub(super) trait Enter: Send {
    /// See [`Entry::want`].
    fn want(&self, wanted: &mut Wanted);

    /// Runs it. An error says that the transaction itself is lost.
    async fn enter(&mut self, context: &Context, journal: &mut Journal<'_>) -> Result<(), DbErr>;

    fn answer(self: Box<Self>, committed: Result<(), &Lost>);
}

/// An operation, its type forgotten.
#[async_trait]
pub(super) trait Run: Send {
    /// Runs it in a savepoint. An error says that the transaction itself is lost.
    async fn run(&mut self, context: &Context, batch: &DatabaseTransaction) -> Result<(), DbErr>;

    fn answer(self: Box<Self>, committed: Result<(), &Lost>);
}

type Outcome<T> = Result<T, LedgerError>;
type Reply<T> = oneshot::Sender<Outcome<T>>;

/// Who waits, and for what.
struct Pending<C, T> {
    change: C,
    outcome: Option<Outcome<T>>,
    reply: Reply<T>,
}

struct Entering<E: Entry>(Pending<E, E::Output>);

struct Operating<O: Operation>(Pending<O, O::Output>);

#[async_trait]
impl<E: Entry> Enter for Entering<E> {
    fn want(&self, wanted: &mut Wanted) {
        self.0.change.want(wanted);
    }

    async fn enter(&mut self, context: &Context, journal: &mut Journal<'_>) -> Result<(), DbErr> {
        let mark = journal.mark();
        match self.0.change.apply(context, journal).await {
            // The transaction takes no further statement on some engines.
            Err(LedgerError::Database(error)) => return Err(error),
            Ok(output) => self.0.outcome = Some(Ok(output)),
            Err(refusal) => {
                journal.take_back(mark);
                self.0.outcome = Some(Err(refusal));
            }
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), &Lost>) {
        self.0.answer(committed);
    }
}

#[async_trait]
impl<O: Operation> Run for Operating<O> {
    async fn run(&mut self, context: &Context, batch: &DatabaseTransaction) -> Result<(), DbErr> {
        let savepoint = batch.begin().await?;
        let outcome = self.0.change.apply(context, &savepoint).await;
        match outcome {
            Ok(_) => savepoint.commit().await?,
            Err(_) => savepoint.rollback().await?,
        }
        self.0.outcome = Some(outcome);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), &Lost>) {
        self.0.answer(committed);
    }
}

impl<C, T> Pending<C, T> {
    fn answer(self, committed: Result<(), &Lost>) {
        let answer = match (self.outcome, committed) {
            // A refusal stands, whatever became of the batch.
            (Some(Err(error)), _) => Err(error),
            (Some(outcome), Ok(())) => outcome,
            (_, Err(lost)) => Err(lost.error()),
            (None, Ok(())) => {
                Err(LedgerError::NotCommitted("the operation was not reached".to_owned()))
            }
        };
        // A caller who went away can read the outcome by its id.
        let _ = self.reply.send(answer);
    }
}
