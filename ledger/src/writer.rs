//! Who writes? One task. It gathers what comes within two milliseconds, or until there are 512, runs
//! it in one transaction that nobody else writes beside, commits, and only then answers.
//!
//! What every question does is an [`Entry`]: neighbours in the queue share one [`Journal`], and are
//! written together, one statement per table. What happens now and then is an [`Operation`] with
//! statements of its own and a savepoint around them. A refusal sinks nobody else. When the database
//! refuses what a batch wrote together, the batch is rolled back and each is tried by itself, so that
//! only the one at fault fails; when the database is away, everyone is told so, and the next batch
//! starts on a fresh connection.

mod job;

use crate::LedgerError;
use crate::database::{Lease, Place, begin_writing};
use crate::journal::{Journal, Wanted};
use crate::ledger::Context;
use job::Job;
pub(crate) use job::{Entry, Operation};
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, sqlx};
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

/// Why a batch was not committed, as far as anybody knows.
struct Lost(DbErr);

impl Lost {
    fn error(&self) -> LedgerError {
        if is_unreachable(&self.0) {
            LedgerError::Unreachable(self.0.to_string())
        } else {
            LedgerError::Database(self.0.clone())
        }
    }
}

/// The way into the writer's queue.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Job>,
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

    /// Queues an entry and waits until it is committed.
    pub(crate) async fn enter<E: Entry>(&self, entry: E) -> Result<E::Output, LedgerError> {
        let (reply, outcome) = oneshot::channel();
        self.queue(Job::of_entry(entry, reply), outcome).await
    }

    /// Queues an operation and waits until it is committed.
    pub(crate) async fn submit<O: Operation>(
        &self,
        operation: O,
    ) -> Result<O::Output, LedgerError> {
        let (reply, outcome) = oneshot::channel();
        self.queue(Job::of_operation(operation, reply), outcome).await
    }

    async fn queue<T>(
        &self,
        job: Job,
        outcome: oneshot::Receiver<Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        self.queue.send(job).await.map_err(|_| LedgerError::Closed)?;
        outcome.await.map_err(|_| LedgerError::Closed)?
    }
}

struct Task {
    context: Arc<Context>,
    place: Place,
    connection: DatabaseConnection,
    jobs: mpsc::Receiver<Job>,
    stop: Arc<Notify>,
    _lease: Lease,
}

impl Task {
    async fn run(mut self) {
        while let Some(first) = self.next().await {
            let batch = self.gather(first).await;
            self.write_or_lose(batch).await;
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the ledger's connection did not close cleanly");
        }
    }

    /// Writes a batch in one transaction; when the database refuses it, each change in one of its own.
    async fn write_or_lose(&mut self, mut batch: Vec<Job>) {
        let Err(error) = self.write(&mut batch).await else {
            return answer_all(batch, Ok(()));
        };
        if batch.len() == 1 || is_unreachable(&error) {
            return lose(batch, error);
        }
        tracing::warn!(%error, changes = batch.len(), "a batch is written one by one");
        for job in batch {
            let mut alone = vec![job];
            match self.write(&mut alone).await {
                Ok(()) => answer_all(alone, Ok(())),
                Err(error) => lose(alone, error),
            }
        }
    }

    /// The next operation, `None` when no other will come.
    async fn next(&mut self) -> Option<Job> {
        tokio::select! {
            job = self.jobs.recv() => job,
            () = self.stop.notified() => {
                self.jobs.close();
                self.jobs.recv().await
            }
        }
    }

    /// What comes within the time of one batch.
    async fn gather(&mut self, first: Job) -> Vec<Job> {
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

    /// One transaction. A connection that could not end it cleanly is replaced.
    async fn write(&mut self, batch: &mut [Job]) -> Result<(), DbErr> {
        let transaction = match begin_writing(&self.connection).await {
            Ok(transaction) => transaction,
            Err(error) => {
                self.reconnect().await;
                return Err(error);
            }
        };
        let written = self.run_all(batch, &transaction).await;
        let ended = match &written {
            Ok(()) => transaction.commit().await,
            Err(_) => transaction.rollback().await,
        };
        if ended.is_err() {
            self.reconnect().await;
        }
        written.and(ended)
    }

    /// In the order of the queue; entries that stand together share a journal.
    async fn run_all(&self, batch: &mut [Job], tx: &DatabaseTransaction) -> Result<(), DbErr> {
        let both = |one: &Job, next: &Job| matches!((one, next), (Job::Entry(_), Job::Entry(_)));
        for together in batch.chunk_by_mut(both) {
            match together {
                [Job::Operation(operation)] => operation.run(&self.context, tx).await?,
                entries => self.enter_all(entries, tx).await?,
            }
        }
        Ok(())
    }

    async fn enter_all(&self, jobs: &mut [Job], tx: &DatabaseTransaction) -> Result<(), DbErr> {
        let entries = jobs.iter_mut().filter_map(|job| match job {
            Job::Entry(entry) => Some(entry),
            Job::Operation(_) => None,
        });
        let mut entries: Vec<_> = entries.collect();
        let mut wanted = Wanted::default();
        entries.iter().for_each(|entry| entry.want(&mut wanted));
        let mut journal = Journal::open(tx).await.map_err(of_database)?;
        journal.read(wanted).await.map_err(of_database)?;
        for entry in &mut entries {
            entry.enter(&self.context, &mut journal).await?;
        }
        journal.close().await.map_err(of_database)
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

fn answer_all(batch: Vec<Job>, committed: Result<(), &Lost>) {
    for job in batch {
        job.answer(committed);
    }
}

/// Everyone is told why nothing was written.
fn lose(batch: Vec<Job>, error: DbErr) {
    tracing::error!(%error, changes = batch.len(), "a batch was not committed");
    answer_all(batch, Err(&Lost(error)));
}

/// What a journal fails with: the database, or rows that cannot be.
fn of_database(error: LedgerError) -> DbErr {
    match error {
        LedgerError::Database(error) => error,
        other => DbErr::Custom(other.to_string()),
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
