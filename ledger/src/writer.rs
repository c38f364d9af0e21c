//! Who writes? One task. It gathers operations for two milliseconds, or until there are 512, runs
//! them in one transaction that nobody else writes beside, with a savepoint each, commits, and only then answers.
//!
//! One operation that fails is rolled back to its savepoint and does not sink the others. When the
//! database itself fails, the whole batch is rolled back, everyone is told so, and the next batch
//! starts on a fresh connection.

use crate::LedgerError;
use crate::database::{Lease, Place, begin_writing};
use crate::ledger::Context;
use async_trait::async_trait;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, TransactionTrait, sqlx};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// Operations in one transaction: bounds what is lost, and how long a reader of the queue waits.
const BATCH_MOST: usize = 512;
/// How long a batch waits for company: below what anybody notices, above the cost of a sync.
const GATHER: Duration = Duration::from_millis(2);
/// How long a failed connection may take to close; a server that is gone never answers.
const CLOSE_MOST: Duration = Duration::from_secs(2);
/// Operations that may wait: two full batches, so that the writer never idles and memory is bounded.
pub(crate) const QUEUE_MOST: usize = 2 * BATCH_MOST;

/// One change to the books. It sees everything that came before it, and either happens as a whole
/// or not at all.
#[async_trait]
pub(crate) trait Operation: Send + 'static {
    /// What the caller learns.
    type Output: Send + 'static;

    /// Makes the change inside `tx`.
    async fn apply(
        self,
        context: &Context,
        tx: &DatabaseTransaction,
    ) -> Result<Self::Output, LedgerError>;
}

/// An operation in the queue, its type forgotten.
#[async_trait]
trait Job: Send {
    /// Runs the operation in a savepoint. An error says that the transaction itself is lost.
    async fn run(&mut self, context: &Context, batch: &DatabaseTransaction) -> Result<(), DbErr>;

    /// Tells the caller: its outcome when the batch was committed, else why it was not.
    fn answer(self: Box<Self>, committed: Result<(), &Lost>);
}

/// Why a batch was not committed, as far as anybody knows.
struct Lost {
    reason: String,
    /// The database itself was away, so trying again helps.
    unreachable: bool,
}

impl Lost {
    fn new(error: &DbErr) -> Self {
        Self { reason: error.to_string(), unreachable: is_unreachable(error) }
    }

    fn error(&self) -> LedgerError {
        let reason = self.reason.clone();
        if self.unreachable {
            LedgerError::Unreachable(reason)
        } else {
            LedgerError::NotCommitted(reason)
        }
    }
}

struct Pending<O: Operation> {
    operation: Option<O>,
    outcome: Option<Result<O::Output, LedgerError>>,
    reply: oneshot::Sender<Result<O::Output, LedgerError>>,
}

#[async_trait]
impl<O: Operation> Job for Pending<O> {
    async fn run(&mut self, context: &Context, batch: &DatabaseTransaction) -> Result<(), DbErr> {
        let Some(operation) = self.operation.take() else { return Ok(()) };
        let savepoint = batch.begin().await?;
        let outcome = operation.apply(context, &savepoint).await;
        match outcome {
            Ok(_) => savepoint.commit().await?,
            Err(_) => savepoint.rollback().await?,
        }
        self.outcome = Some(outcome);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), &Lost>) {
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

/// The way into the writer's queue.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
    stop: Arc<Notify>,
}

impl Writer {
    /// Starts the task. It ends when it is stopped or the last `Writer` is dropped, and holds the
    /// lease until then.
    pub(crate) fn start(
        context: Arc<Context>,
        place: Place,
        connection: DatabaseConnection,
        lease: Lease,
    ) -> (Self, JoinHandle<()>) {
        let (queue, jobs) = mpsc::channel(QUEUE_MOST);
        let stop = Arc::new(Notify::new());
        let task = Task { context, place, connection, jobs, stop: stop.clone(), _lease: lease };
        (Self { queue, stop }, tokio::spawn(task.run()))
    }

    /// Takes nothing new; the task ends when the queue is empty.
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }

    /// Queues an operation and waits until it is committed.
    pub(crate) async fn submit<O: Operation>(
        &self,
        operation: O,
    ) -> Result<O::Output, LedgerError> {
        let (reply, outcome) = oneshot::channel();
        let job = Pending { operation: Some(operation), outcome: None, reply };
        self.queue.send(Box::new(job)).await.map_err(|_| LedgerError::Closed)?;
        outcome.await.map_err(|_| LedgerError::Closed)?
    }
}

struct Task {
    context: Arc<Context>,
    place: Place,
    connection: DatabaseConnection,
    jobs: mpsc::Receiver<Box<dyn Job>>,
    stop: Arc<Notify>,
    _lease: Lease,
}

impl Task {
    async fn run(mut self) {
        while let Some(first) = self.next().await {
            let mut batch = self.gather(first).await;
            let written = self.write(&mut batch).await;
            if let Err(error) = &written {
                tracing::error!(%error, operations = batch.len(), "a batch was not committed");
                self.reconnect().await;
            }
            let committed = written.map_err(|error| Lost::new(&error));
            for job in batch {
                job.answer(committed.as_ref().copied());
            }
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the ledger's connection did not close cleanly");
        }
    }

    /// The next operation, `None` when no other will come.
    async fn next(&mut self) -> Option<Box<dyn Job>> {
        tokio::select! {
            job = self.jobs.recv() => job,
            () = self.stop.notified() => {
                self.jobs.close();
                self.jobs.recv().await
            }
        }
    }

    /// What comes within the time of one batch.
    async fn gather(&mut self, first: Box<dyn Job>) -> Vec<Box<dyn Job>> {
        let mut batch = vec![first];
        let deadline = Instant::now() + GATHER;
        while batch.len() < BATCH_MOST {
            match timeout_at(deadline, self.jobs.recv()).await {
                Ok(Some(job)) => batch.push(job),
                Ok(None) | Err(_) => break,
            }
        }
        batch
    }

    async fn write(&self, batch: &mut [Box<dyn Job>]) -> Result<(), DbErr> {
        let transaction = begin_writing(&self.connection).await?;
        for job in batch.iter_mut() {
            job.run(&self.context, &transaction).await?;
        }
        transaction.commit().await
    }

    /// A connection whose transaction failed is in an unknown state: it is replaced, never reused.
    /// It is closed first, since it may hold the lease that the next one needs.
    async fn reconnect(&mut self) {
        let closing = timeout(CLOSE_MOST, self.connection.close_by_ref()).await;
        if let Ok(Err(error)) = closing {
            tracing::warn!(%error, "a failed connection did not close cleanly");
        }
        match self.place.writer(self.context.settings.opening).await {
            Ok(fresh) => self.connection = fresh,
            Err(error) => tracing::error!(%error, "the ledger cannot be reached; trying again"),
        }
    }
}

/// Whether the connection failed, or the server ended it, rather than the statement.
fn is_unreachable(error: &DbErr) -> bool {
    let cause = match error {
        DbErr::ConnectionAcquire(_) => return true,
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause,
        _ => return false,
    };
    match cause.as_ref() {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        // PostgreSQL: connection exceptions, and a server that stops or starts.
        sqlx::Error::Database(refusal) => {
            refusal.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57P"))
        }
        _ => false,
    }
}
