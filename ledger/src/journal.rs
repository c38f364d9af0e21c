//! What does one batch read, and what will it write? Rows that many operations need are read once,
//! rows that they add or change are gathered and written at the end, one statement per table.
//!
//! Useful for what every question does (begin, capture, void, sign). What happens now and then has
//! statements of its own and no journal.

mod known;
mod numbering;

use crate::LedgerError;
use crate::account::Account;
use crate::book::{Book, Mark};
use crate::bulk;
use crate::bytes::{Bytes, Bytes32};
use crate::entity::{answer, hold, hold_resolution, idempotency, receipt, receipt_line};
use crate::read::balance::charged_since;
use footnote_domain::id::{Address, AnswerId, TransferId};
use footnote_domain::money::Nano;
use known::Known;
use numbering::Numbering;
use sea_orm::{DatabaseTransaction, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A key that stands for a request: whose, and which.
pub(crate) type Key = (String, String);

/// A renewed key stands for a new answer.
const RENEW: &str = "ON CONFLICT (scope, key) DO UPDATE SET answer = excluded.answer, \
                     attempt = excluded.attempt";

/// What the operations of a batch say that they will read.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) accounts: BTreeSet<Account>,
    pub(crate) holds: BTreeSet<TransferId>,
    pub(crate) keys: BTreeSet<Key>,
}

/// An answer, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerNote {
    pub(crate) state: String,
    pub(crate) hold: TransferId,
    pub(crate) stored: bool,
}

/// How an answer ends.
pub(crate) struct Ending {
    pub(crate) state: &'static str,
    pub(crate) posted: i64,
    pub(crate) reason: Option<String>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) at: i64,
}

/// What one batch has read and will write.
pub(crate) struct Journal<'a> {
    tx: &'a DatabaseTransaction,
    book: Book<'a>,
    numbering: Option<Numbering>,
    holds: Known<Bytes32, hold::Model>,
    resolutions: Known<Bytes32, hold_resolution::Model>,
    keys: Known<Key, idempotency::Model>,
    answers: Known<Bytes<16>, AnswerNote>,
    /// By account and midnight: what had been charged before this batch.
    charged_before: BTreeMap<(Account, i64), Nano>,
    renewed: BTreeMap<Key, idempotency::Model>,
    new_holds: Vec<hold::Model>,
    new_answers: Vec<answer::Model>,
    new_resolutions: Vec<hold_resolution::Model>,
    ended: Vec<Vec<Value>>,
    new_receipts: Vec<receipt::Model>,
    new_lines: Vec<receipt_line::Model>,
    signed: Vec<Vec<Value>>,
}

impl<'a> Journal<'a> {
    /// A journal that knows nothing but where the books end.
    pub(crate) async fn open(tx: &'a DatabaseTransaction) -> Result<Self, LedgerError> {
        Ok(Self {
            tx,
            book: Book::open(tx).await?,
            numbering: None,
            holds: Known::default(),
            resolutions: Known::default(),
            keys: Known::default(),
            answers: Known::default(),
            charged_before: BTreeMap::new(),
            renewed: BTreeMap::new(),
            new_holds: Vec::new(),
            new_answers: Vec::new(),
            new_resolutions: Vec::new(),
            ended: Vec::new(),
            new_receipts: Vec::new(),
            new_lines: Vec::new(),
            signed: Vec::new(),
        })
    }

    /// Reads what is wanted, one statement per table.
    pub(crate) async fn read(&mut self, mut wanted: Wanted) -> Result<(), LedgerError> {
        self.read_keys(&wanted.keys).await?;
        let holds = wanted.holds.iter().map(|id| Bytes32::from(*id)).collect();
        self.read_holds(&holds).await?;
        for held in holds.iter().filter_map(|id| self.holds.get(id).flatten()) {
            wanted.accounts.insert(held.account.parse()?);
        }
        self.book.read(&wanted.accounts).await
    }

    /// Money moves by the book; whoever is refused there has written nothing else yet.
    pub(crate) fn book(&mut self) -> &mut Book<'a> {
        &mut self.book
    }

    /// See [`Book::mark`].
    pub(crate) fn mark(&self) -> Mark {
        self.book.mark()
    }

    /// See [`Book::take_back`].
    pub(crate) fn take_back(&mut self, mark: Mark) {
        self.book.take_back(mark);
    }

    /// A hold, and how it ended if it did.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchHold`].
    pub(crate) async fn hold(
        &mut self,
        id: TransferId,
    ) -> Result<(hold::Model, Option<hold_resolution::Model>), LedgerError> {
        let key = Bytes32::from(id);
        if self.holds.get(&key).is_none() {
            self.read_holds(&[key].into()).await?;
        }
        let held = self.holds.get(&key).flatten().cloned().ok_or(LedgerError::NoSuchHold(id))?;
        Ok((held, self.resolutions.get(&key).flatten().cloned()))
    }

    /// Takes note of a hold that was read elsewhere and has not ended.
    pub(crate) fn know_unresolved(&mut self, held: hold::Model) {
        self.resolutions.note(held.id, None);
        self.holds.note(held.id, Some(held));
    }

    /// What a key stands for.
    pub(crate) async fn key(
        &mut self,
        key: &Key,
    ) -> Result<Option<idempotency::Model>, LedgerError> {
        if self.keys.get(key).is_none() {
            self.read_keys(&[key.clone()].into()).await?;
        }
        Ok(self.keys.get(key).flatten().cloned())
    }

    /// Where an answer stands, `None` when there is none.
    pub(crate) async fn answer(&mut self, id: AnswerId) -> Result<Option<AnswerNote>, LedgerError> {
        let key = Bytes::from(id);
        if self.answers.get(&key).is_none() {
            let ids = vec![vec![key.into()]];
            let rows = bulk::find::<answer::Entity>(self.tx, &[answer::Column::Id], ids).await?;
            let note = |row: answer::Model| AnswerNote {
                state: row.state,
                hold: row.hold.into(),
                stored: row.body.is_some(),
            };
            self.answers.note(key, rows.into_iter().next().map(note));
        }
        Ok(self.answers.get(&key).flatten().cloned())
    }

    /// What an account was charged since midnight, and what is reserved now, this batch included.
    pub(crate) async fn spent(&mut self, account: Account, from: i64) -> Result<Nano, LedgerError> {
        let before = match self.charged_before.get(&(account, from)) {
            Some(before) => *before,
            None => {
                let charged = charged_since(self.tx, account, from).await?;
                self.charged_before.insert((account, from), charged);
                charged
            }
        };
        let name = account.to_string();
        let here =
            self.new_receipts.iter().filter(|row| row.payer == name && row.created_at >= from);
        let here: i128 = here.map(|row| i128::from(row.charged)).sum();
        Ok(before.plus(Nano::new(here)?)?.plus(self.book.pending(account).await?)?)
    }

    /// Where receipts are numbered; read when the first one comes.
    pub(crate) async fn numbering(&mut self) -> Result<&mut Numbering, LedgerError> {
        if self.numbering.is_none() {
            self.numbering = Some(Numbering::read(self.tx).await?);
        }
        self.numbering.as_mut().ok_or_else(|| LedgerError::Corrupt("no receipt is next".to_owned()))
    }

    /// The number of the receipt of a hold that was captured.
    pub(crate) async fn receipt_of(&mut self, id: TransferId) -> Result<i64, LedgerError> {
        let key = Bytes32::from(id);
        if let Some(row) = self.new_receipts.iter().find(|row| row.hold == key) {
            return Ok(row.sequence);
        }
        numbering::of_hold(self.tx, id).await
    }

    /// A question begins: its hold, its running answer and its key are one.
    pub(crate) fn begin(&mut self, held: hold::Model, key: idempotency::Model) {
        let (id, hold) = (held.answer, held.id.into());
        let note = AnswerNote { state: "running".to_owned(), hold, stored: false };
        self.answers.note(id, Some(note));
        self.new_answers.push(answer::Model {
            id,
            hold: held.id,
            state: "running".to_owned(),
            body: None,
            reason: None,
            created_at: held.created_at,
            finished_at: None,
        });
        self.new_holds.push(held.clone());
        self.know_unresolved(held);
        let name = (key.scope.clone(), key.key.clone());
        self.keys.note(name.clone(), Some(key.clone()));
        self.renewed.insert(name, key);
    }

    /// The one resolution of a hold, and its answer's end.
    pub(crate) fn end(&mut self, held: &hold::Model, ending: Ending) {
        let resolution = hold_resolution::Model {
            pending_id: held.id,
            outcome: ending.state.to_owned(),
            posted: ending.posted,
            released: held.amount - ending.posted,
            reason: ending.reason.clone(),
            resolved_at: ending.at,
        };
        self.resolutions.note(held.id, Some(resolution.clone()));
        self.new_resolutions.push(resolution);
        let (state, hold) = (ending.state.to_owned(), held.id.into());
        let note = AnswerNote { state, hold, stored: ending.body.is_some() };
        self.answers.note(held.answer, Some(note));
        self.ended.push(vec![
            held.answer.into(),
            ending.state.into(),
            ending.body.into(),
            ending.reason.into(),
            Some(ending.at).into(),
        ]);
    }

    /// A receipt with its lines.
    pub(crate) fn add_receipt(&mut self, row: receipt::Model, lines: Vec<receipt_line::Model>) {
        self.new_receipts.push(row);
        self.new_lines.extend(lines);
    }

    /// A receipt's signature.
    pub(crate) fn sign(&mut self, sequence: i64, signer: Address, signature: [u8; 65]) {
        let (signer, signature) = (Bytes::from(signer), Bytes(signature));
        self.signed.push(vec![sequence.into(), signer.into(), signature.into()]);
    }

    /// Writes all of it, whatever another row names before the row that names it.
    pub(crate) async fn close(self) -> Result<(), LedgerError> {
        let tx = self.tx;
        self.book.close().await?;
        bulk::insert(tx, &self.new_holds, "").await?;
        bulk::insert(tx, &self.new_answers, "").await?;
        let keys: Vec<idempotency::Model> = self.renewed.into_values().collect();
        bulk::insert(tx, &keys, RENEW).await?;
        bulk::insert(tx, &self.new_resolutions, "").await?;
        use answer::Column as A;
        let columns = [A::Id, A::State, A::Body, A::Reason, A::FinishedAt];
        bulk::update::<answer::Entity>(tx, &columns, self.ended).await?;
        bulk::insert(tx, &self.new_receipts, "").await?;
        bulk::insert(tx, &self.new_lines, "").await?;
        use receipt::Column as R;
        let columns = [R::Sequence, R::Signer, R::Signature];
        bulk::update::<receipt::Entity>(tx, &columns, self.signed).await?;
        Ok(())
    }

    async fn read_keys(&mut self, keys: &BTreeSet<Key>) -> Result<(), LedgerError> {
        let columns = [idempotency::Column::Scope, idempotency::Column::Key];
        let wanted = keys.iter().map(|(scope, key)| vec![scope.into(), key.into()]).collect();
        let rows = bulk::find::<idempotency::Entity>(self.tx, &columns, wanted).await?;
        let rows = rows.into_iter().map(|row| ((row.scope.clone(), row.key.clone()), row));
        self.keys.note_all(keys, rows);
        Ok(())
    }

    async fn read_holds(&mut self, ids: &BTreeSet<Bytes32>) -> Result<(), LedgerError> {
        let wanted = || ids.iter().map(|id| vec![(*id).into()]).collect();
        let column = [hold::Column::Id];
        let rows = bulk::find::<hold::Entity>(self.tx, &column, wanted()).await?;
        self.holds.note_all(ids, rows.into_iter().map(|row| (row.id, row)));
        let column = [hold_resolution::Column::PendingId];
        let rows = bulk::find::<hold_resolution::Entity>(self.tx, &column, wanted()).await?;
        self.resolutions.note_all(ids, rows.into_iter().map(|row| (row.pending_id, row)));
        Ok(())
    }
}
