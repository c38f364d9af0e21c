//! The one door to the books: every change goes through the writer's queue, every question to the
//! readers.

use crate::bytes::Bytes;
use crate::chain::signer_address;
use crate::clock::{midnight, seconds};
use crate::database::{Place, begin_making, end_making};
use crate::entity::identity;
use crate::operation::begin::{Begin, Begun};
use crate::operation::capture::{Capture, Captured, Checked};
use crate::operation::claim::RecordClaim;
use crate::operation::close::{CloseEpoch, OpenFirstEpoch};
use crate::operation::deposit::Deposit;
use crate::operation::rename::Rename;
use crate::operation::sign::AttachSignature;
use crate::operation::void::{Abandoned, Outcome, Void};
use crate::read::answer::StoredAnswer;
use crate::read::balance::Balance;
use crate::read::earning::{Earnings, PayeeTotals};
use crate::read::epoch::{ClaimProof, EpochRecord};
use crate::read::feedback::GivenFeedback;
use crate::read::history::{AskedAnswer, Cursor};
use crate::read::statistics::Statistics;
use crate::read::{answer, balance, earning, epoch, feedback, history, receipt, statistics};
use crate::writer::Writer;
use crate::{Account, LedgerError, LedgerSettings, Opening};
use footnote_domain::id::{Address, AnswerId, Digest, PayeeId, TransferId};
use footnote_domain::money::Nano;
use footnote_domain::receipt::{Envelope, Receipt, Seal};
use footnote_migrations::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, EntityTrait, Set};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// A server that is restarted or fails over is back within this time; a reader still waits then.
const CAPTURE_PATIENCE: Duration = Duration::from_secs(90);
/// Besides the time that a connection takes to fail.
const CAPTURE_POLL: Duration = Duration::from_millis(500);

/// What every operation knows.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) settings: LedgerSettings,
    /// This process, by which holds of dead ones are told apart.
    pub(crate) instance: [u8; 16],
}

/// The books. Clones are cheap and share one writer.
#[derive(Clone)]
pub struct Ledger {
    pub(crate) context: Arc<Context>,
    pub(crate) readers: DatabaseConnection,
    pub(crate) writer: Writer,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Ledger {
    /// Opens the books: makes or upgrades the tables, starts the writer, and finishes what a dead
    /// process left: its holds are voided (for [`Opening::Service`]), its receipts signed.
    ///
    /// # Errors
    /// [`LedgerError::Engine`] or [`LedgerError::WithoutPostgres`] for a database that is not built in, [`LedgerError::InUse`] for a
    /// second service, [`LedgerError::OtherSettlement`] for the books of another deployment,
    /// [`LedgerError::Disk`] or [`LedgerError::Database`] when it cannot be read or written.
    pub async fn open(settings: LedgerSettings) -> Result<Self, LedgerError> {
        let place = Place::parse(&settings.database_url)?;
        place.prepare()?;
        let opening = settings.opening;
        let lease = place.lease(opening).await?;
        let connection = place.writer(opening).await?;
        begin_making(&connection).await?;
        Migrator::up(&connection, None).await?;
        check_identity(&connection, &settings).await?;
        end_making(&connection).await?;
        let readers = place.readers().await?;
        let context = Arc::new(Context { settings, instance: rand::random() });
        let (writer, task) = Writer::start(context.clone(), place, connection, lease);
        let ledger = Self { context, readers, writer, task: Arc::new(Mutex::new(Some(task))) };
        ledger.writer.submit(OpenFirstEpoch).await?;
        ledger.recover(opening).await?;
        Ok(ledger)
    }

    async fn recover(&self, opening: Opening) -> Result<(), LedgerError> {
        if opening == Opening::Service {
            let voided = self.writer.submit(Abandoned::OfOtherInstances).await?;
            if voided > 0 {
                tracing::warn!(voided, "holds of a stopped service were released");
            }
        }
        self.sign_missing().await
    }

    /// How it was opened.
    pub fn settings(&self) -> &LedgerSettings {
        &self.context.settings
    }

    /// Reserves the highest price of an answer, once per key.
    ///
    /// # Errors
    /// [`LedgerError::KeyReused`], [`LedgerError::InsufficientFunds`], [`LedgerError::DailyCap`];
    /// the key is free again after the latter two.
    pub async fn begin(&self, begin: Begin) -> Result<Begun, LedgerError> {
        self.writer.enter(begin).await
    }

    /// Charges an answer and stores it, in one transaction; returns its signed receipt. Repeating
    /// it returns the same receipt.
    ///
    /// # Errors
    /// [`LedgerError::Draft`] for a receipt that would not verify or does not fit the hold,
    /// [`LedgerError::AlreadyVoided`], [`LedgerError::NoSuchHold`],
    /// [`LedgerError::ChargeOutOfRange`]. Nothing was charged then, and the hold stands.
    pub async fn capture(&self, capture: Capture) -> Result<Envelope, LedgerError> {
        let checked = Arc::new(self.checked(capture).await?);
        match self.patiently(&checked).await? {
            Captured::Before(sequence) => self.sign(sequence).await,
            Captured::Now { sequence, epoch, previous, hash } => {
                let seal = Seal {
                    chain_id: self.context.settings.chain_id,
                    settlement: self.context.settings.settlement,
                    sequence: sequence.unsigned_abs(),
                    epoch: epoch.unsigned_abs(),
                    previous,
                    capture_id: checked.capture_id,
                };
                self.signed(Receipt::seal(checked.capture.receipt.clone(), seal), hash).await
            }
        }
    }

    /// The answer is complete, and writing it again would cost its reader a new question: a database
    /// that is away for a moment is awaited. A capture counts once however often it is sent.
    async fn patiently(&self, checked: &Arc<Checked>) -> Result<Captured, LedgerError> {
        let deadline = Instant::now() + CAPTURE_PATIENCE;
        loop {
            match self.writer.enter(Arc::clone(checked)).await {
                Err(LedgerError::Unreachable(reason)) if Instant::now() < deadline => {
                    let hold = checked.capture.hold;
                    tracing::warn!(%hold, reason, "a capture waits for the database");
                    sleep(CAPTURE_POLL).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// A receipt that does not recompute is never issued: it is checked before it gets its number,
    /// off the async threads, since the shares are computed once more.
    async fn checked(&self, capture: Capture) -> Result<Checked, LedgerError> {
        let context = self.context.clone();
        let checking = tokio::task::spawn_blocking(move || Checked::new(capture, &context));
        checking.await.map_err(|error| LedgerError::Draft {
            field: "attribution",
            reason: format!("it could not be recomputed: {error}"),
        })?
    }

    /// The envelope of a receipt that was just numbered. Its signature is stored by a later batch,
    /// for which nobody waits: whoever reads the receipt before gets the same one, since signing is
    /// deterministic, and one that a crash keeps from being stored is made again.
    async fn signed(&self, receipt: Receipt, hash: Digest) -> Result<Envelope, LedgerError> {
        let context = self.context.clone();
        let signing = tokio::task::spawn_blocking(move || {
            let signature = receipt::sign(&context, &receipt, hash)?;
            let signer = signer_address(&context.settings.signer);
            Ok((receipt, signer, signature))
        });
        let signed: Result<(Receipt, Address, [u8; 65]), LedgerError> =
            signing.await.map_err(|error| LedgerError::NotCommitted(error.to_string()))?;
        let (receipt, signer, signature) = signed?;
        let sequence = seconds(receipt.sequence);
        let storing = self.writer.clone();
        tokio::spawn(async move {
            let stored = storing.enter(AttachSignature { sequence, signer, signature }).await;
            if let Err(error) = stored {
                tracing::warn!(sequence, %error, "a signature was not stored; the next start does it");
            }
        });
        let signature = format!("0x{}", hex::encode(signature));
        Ok(Envelope { receipt, hash, signer, signature })
    }

    /// Signs a receipt that stands in the books, unless it is signed.
    async fn sign(&self, sequence: i64) -> Result<Envelope, LedgerError> {
        let row = receipt::row(&self.readers, sequence).await?;
        let envelope = receipt::envelope(&self.context, &row)?;
        if row.signature.is_none() {
            let signature = receipt::sign(&self.context, &envelope.receipt, envelope.hash)?;
            let signer = envelope.signer;
            self.writer.enter(AttachSignature { sequence, signer, signature }).await?;
        }
        Ok(envelope)
    }

    /// Signs what was committed but not signed when a process died.
    pub(crate) async fn sign_missing(&self) -> Result<(), LedgerError> {
        for row in receipt::unsigned(&self.readers).await? {
            self.sign(row.sequence).await?;
        }
        Ok(())
    }

    /// Releases a hold, charging nothing, and stores what the caller was shown. Repeating it
    /// changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::AlreadyCaptured`], [`LedgerError::NoSuchHold`].
    pub async fn void(&self, hold: TransferId, outcome: Outcome) -> Result<(), LedgerError> {
        self.writer.enter(Void { hold, outcome }).await
    }

    /// Releases the holds that expired by `now` (seconds since 1970); returns how many.
    pub async fn sweep(&self, now: u64) -> Result<u64, LedgerError> {
        self.writer.submit(Abandoned::ExpiredAt(now)).await
    }

    /// Credits a deposit, once however often it is reported; returns whether it was new.
    pub async fn credit_deposit(&self, deposit: Deposit) -> Result<bool, LedgerError> {
        self.writer.submit(deposit).await
    }

    /// An answer by its id.
    pub async fn answer(&self, id: AnswerId) -> Result<Option<StoredAnswer>, LedgerError> {
        answer::answer(&self.readers, id).await
    }

    /// What was asked within a scope (see [`Begin::scope`]), the newest first, from `before` on.
    ///
    /// [`Begin::scope`]: crate::Begin::scope
    pub async fn asked(
        &self,
        scope: &str,
        before: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<AskedAnswer>, LedgerError> {
        history::asked(&self.readers, scope, before, limit).await
    }

    /// Within which scope an answer was asked.
    pub async fn scope_of(&self, answer: AnswerId) -> Result<Option<String>, LedgerError> {
        history::scope_of(&self.readers, answer).await
    }

    /// Gives an answer a name in its reader's list; none is its question again.
    pub async fn rename(&self, answer: AnswerId, name: Option<String>) -> Result<(), LedgerError> {
        self.writer.submit(Rename { answer, name }).await
    }

    /// What readers thought, the newest first.
    pub async fn feedback(&self, limit: u32) -> Result<Vec<GivenFeedback>, LedgerError> {
        feedback::newest(&self.readers, limit).await
    }

    /// Answers, fees and shares in all and by day, the last `days` days up to that of `now`.
    pub async fn statistics(&self, now: u64, days: u32) -> Result<Statistics, LedgerError> {
        statistics::statistics(&self.readers, seconds(now), days).await
    }

    /// The receipt of an answer, `None` when it cost nothing or still runs.
    pub async fn receipt_of(&self, answer: AnswerId) -> Result<Option<Envelope>, LedgerError> {
        receipt::of_answer(&self.readers, &self.context, answer).await
    }

    /// The receipt of a hash.
    pub async fn receipt(&self, hash: Digest) -> Result<Option<Envelope>, LedgerError> {
        receipt::by_hash(&self.readers, &self.context, hash).await
    }

    /// The receipt of a number, from 1, with the answer that it is of; `None` beyond the last.
    pub async fn receipt_numbered(
        &self,
        sequence: u64,
    ) -> Result<Option<(AnswerId, Envelope)>, LedgerError> {
        receipt::numbered(&self.readers, &self.context, sequence).await
    }

    /// The number of the last receipt, 0 before the first.
    pub async fn last_receipt(&self) -> Result<u64, LedgerError> {
        receipt::last_number(&self.readers).await
    }

    /// The balance of an account; zero when nothing ever moved.
    pub async fn balance(&self, account: Account) -> Result<Balance, LedgerError> {
        balance::balance(&self.readers, account).await
    }

    /// What an account was charged on the UTC day of `now`, and what is reserved for it.
    pub async fn spent_today(&self, account: Account, now: u64) -> Result<Nano, LedgerError> {
        balance::spent_since(&self.readers, account, midnight(seconds(now))).await
    }

    /// A payee's earnings, by document and by line.
    pub async fn earnings(&self, payee: PayeeId) -> Result<Earnings, LedgerError> {
        earning::earnings(&self.readers, payee).await
    }

    /// Everybody who ever earned, escrows included, the most first.
    pub async fn payees(&self) -> Result<Vec<PayeeTotals>, LedgerError> {
        earning::payees(&self.readers).await
    }

    /// Closes the open epoch when it has a receipt, and opens the next; returns its number. Its
    /// roots and bundle are made by [`crate::settle::settle`], which calls this itself.
    ///
    /// # Errors
    /// [`LedgerError::Unfunded`] when payees would be owed more than was deposited.
    pub async fn close_epoch(&self, now: u64) -> Result<Option<u64>, LedgerError> {
        self.writer.submit(CloseEpoch { at: now }).await
    }

    /// The number of the epoch that takes receipts now.
    pub async fn open_epoch(&self) -> Result<u64, LedgerError> {
        epoch::open(&self.readers).await
    }

    /// All epochs, the oldest first; the last one is open.
    pub async fn epochs(&self) -> Result<Vec<EpochRecord>, LedgerError> {
        epoch::all(&self.readers).await
    }

    /// The proof of a payee's leaf in an epoch, `None` when it has none there.
    pub async fn proof(
        &self,
        epoch: u64,
        payee: PayeeId,
    ) -> Result<Option<ClaimProof>, LedgerError> {
        epoch::proof(&self.readers, epoch, payee).await
    }

    /// What a payee shows to the contract to be paid all that is accepted.
    pub async fn claim_proof(&self, payee: PayeeId) -> Result<Option<ClaimProof>, LedgerError> {
        match epoch::last_accepted(&self.readers).await? {
            0 => Ok(None),
            accepted => epoch::proof(&self.readers, accepted, payee).await,
        }
    }

    /// Notes what the contract has paid to a payee in all, in token units; returns what is new.
    ///
    /// # Errors
    /// [`LedgerError::ClaimBeyondLeaf`] when that is more than was accepted.
    pub async fn mark_claimed(
        &self,
        payee: PayeeId,
        claimed_units: u128,
    ) -> Result<Nano, LedgerError> {
        self.writer.submit(RecordClaim { payee, claimed_units }).await
    }

    /// Ends the writer once its queue is empty. Afterwards every change is refused with
    /// [`LedgerError::Closed`].
    pub async fn close(&self) {
        self.writer.stop();
        let task = self.take_task();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the ledger's writer ended badly");
        }
    }

    /// Stops the writer where it stands, in the middle of a transaction if it is in one, as a crash
    /// would: for tests of what a crash leaves behind.
    pub async fn crash(&self) {
        if let Some(task) = self.take_task() {
            task.abort();
            // The only outcome is that it was aborted, or had ended before.
            let _ = task.await;
        }
    }

    fn take_task(&self) -> Option<JoinHandle<()>> {
        self.task.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

/// The first opening binds the books to their settlement; every later one must name the same.
async fn check_identity(
    connection: &DatabaseConnection,
    settings: &LedgerSettings,
) -> Result<(), LedgerError> {
    let (chain_id, settlement) = (seconds(settings.chain_id), Bytes::from(settings.settlement));
    let Some(known) = identity::Entity::find().one(connection).await? else {
        let row = identity::ActiveModel {
            ledger: Set("this".to_owned()),
            chain_id: Set(chain_id),
            settlement: Set(settlement),
        };
        identity::Entity::insert(row).exec_without_returning(connection).await?;
        return Ok(());
    };
    known.check(settings)
}
