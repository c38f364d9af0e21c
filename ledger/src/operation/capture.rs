//! An answer is charged: in one transaction the hold is posted, split into lines, numbered as a
//! receipt of the open epoch, and the complete answer is stored.

use crate::book::{Kind, Movement, derived};
use crate::bytes::Bytes32;
use crate::clock::now;
use crate::entity::{epoch, hold, receipt, receipt_line};
use crate::journal::{Ending, Journal, Wanted};
use crate::ledger::Context;
use crate::writer::Entry;
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::id::{ContentHash, DatanetId, Digest, TransferId};
use footnote_domain::money::{Line, Nano, Role};
use footnote_domain::receipt::{Draft, Receipt, Seal, Unnumbered, check_content};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use std::sync::Arc;

/// A line, and the document that earned it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineDetail {
    /// The text, for lines of the role data.
    pub owner: Option<ContentHash>,
    /// Its Datanet.
    pub datanet: Option<DatanetId>,
    /// The line as it stands in the receipt, in the same order.
    pub line: Line,
}

/// A finished answer to be charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// What was reserved for it.
    pub hold: TransferId,
    /// Its receipt, not yet numbered.
    pub receipt: Draft,
    /// The complete stored answer, as it will be read by id.
    pub body: Vec<u8>,
    /// One per line of the receipt.
    pub lines: Vec<LineDetail>,
}

/// What a capture comes to: its receipt's place, still unsigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Captured {
    /// It is charged.
    Now {
        /// Its receipt's number.
        sequence: i64,
        /// Its receipt's epoch.
        epoch: i64,
        /// The hash of the receipt before.
        previous: Digest,
        /// Its receipt's hash.
        hash: Digest,
    },
    /// It was charged by an earlier capture, whose receipt has this number.
    Before(i64),
}

/// A capture that was checked, with all that can be made before its number is known.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) capture: Capture,
    /// The movement that takes the money.
    pub(crate) capture_id: TransferId,
    receipt: Unnumbered,
}

impl Checked {
    /// Recomputes the receipt and writes it up to its number. It takes a while: off the async
    /// threads, and outside the writer.
    ///
    /// # Errors
    /// [`LedgerError::Draft`] for a receipt that would not verify.
    pub(crate) fn new(capture: Capture, context: &Context) -> Result<Self, LedgerError> {
        let capture_id = derived("capture", &capture.hold.to_string());
        let seal = Seal {
            chain_id: context.settings.chain_id,
            settlement: context.settings.settlement,
            sequence: 1,
            epoch: 1,
            previous: Digest::default(),
            capture_id,
        };
        let receipt = Receipt::seal(capture.receipt.clone(), seal);
        check_content(&receipt)
            .map_err(|fault| LedgerError::Draft { field: "content", reason: fault.to_string() })?;
        Ok(Self { receipt: Unnumbered::of(&receipt), capture, capture_id })
    }
}

#[async_trait]
impl Entry for Arc<Checked> {
    type Output = Captured;

    fn want(&self, wanted: &mut Wanted) {
        wanted.holds.insert(self.capture.hold);
        wanted.accounts.insert(Account::Clearing);
        let lines = self.capture.lines.iter();
        wanted.accounts.extend(lines.map(|detail| account_of(&detail.line)));
    }

    async fn apply(
        &self,
        context: &Context,
        journal: &mut Journal<'_>,
    ) -> Result<Captured, LedgerError> {
        let id = self.capture.hold;
        let (held, resolution) = journal.hold(id).await?;
        match resolution {
            None => {}
            Some(resolution) if resolution.outcome == "captured" => {
                return Ok(Captured::Before(journal.receipt_of(id).await?));
            }
            Some(resolution) => {
                let reason = resolution.reason.unwrap_or_default();
                return Err(LedgerError::AlreadyVoided { hold: id, reason });
            }
        }
        self.capture.check(context, &held)?;
        // Read before anything is posted: nothing may fail between money and receipt.
        journal.numbering().await?;
        let at = now();
        self.move_money(journal, &held, at).await?;
        let posted = self.capture.receipt.charged.get();
        let body = Some(self.capture.body.clone());
        journal.end(&held, Ending { state: "captured", posted, reason: None, body, at });
        self.number(journal, &held, at).await
    }
}

impl Capture {
    /// Whatever the receipt says of the hold and of the lines must be so.
    fn check(&self, context: &Context, held: &hold::Model) -> Result<(), LedgerError> {
        let fault = |field, reason: String| Err(LedgerError::Draft { field, reason });
        let draft = &self.receipt;
        let reserved = Nano::new(i128::from(held.amount))?;
        if draft.charged == Nano::ZERO || draft.charged > reserved {
            return Err(LedgerError::ChargeOutOfRange { charged: draft.charged, held: reserved });
        }
        if draft.hold_id != self.hold || draft.held != reserved {
            return fault("hold", format!("{reserved} were held as {}", self.hold));
        }
        if !self.lines.iter().map(|detail| &detail.line).eq(&draft.lines) {
            return fault("lines", "they differ from the lines to be posted".to_owned());
        }
        let sum: i128 = draft.lines.iter().map(|line| line.amount.wide()).sum();
        if sum != draft.charged.wide() {
            return fault("lines", format!("they add up to {sum}, not to {}", draft.charged));
        }
        let settings = &context.settings;
        let strange = |line: &Line| match line.role {
            Role::Platform => line.payee != settings.platform,
            Role::Treasury => line.payee != settings.treasury,
            _ => false,
        };
        match draft.lines.iter().find(|line| strange(line)) {
            Some(line) => {
                fault("lines", format!("{} is not this ledger's {:?}", line.payee, line.role))
            }
            None => Ok(()),
        }
    }
}

impl Checked {
    async fn move_money(
        &self,
        journal: &mut Journal<'_>,
        held: &hold::Model,
        at: i64,
    ) -> Result<(), LedgerError> {
        let group = self.capture.hold;
        let movement = |id, debit, credit, amount, kind| Movement {
            id,
            debit,
            credit,
            amount,
            kind,
            group,
            answer: Some(held.answer.into()),
            at,
        };
        let payer: Account = held.account.parse()?;
        let reserved = Nano::new(i128::from(held.amount))?;
        let post = Kind::Capture { pending: group, held: reserved };
        let charged = self.capture.receipt.charged;
        let book = journal.book();
        book.post(movement(self.capture_id, payer, Account::Clearing, charged, post)).await?;
        for (number, detail) in self.capture.lines.iter().enumerate() {
            let id = derived("line", &format!("{group}/{number}"));
            let account = account_of(&detail.line);
            let amount = detail.line.amount;
            book.post(movement(id, Account::Clearing, account, amount, Kind::Line)).await?;
        }
        Ok(())
    }

    /// Gives the receipt its number, its epoch and its place in the chain, inside the batch's
    /// transaction: no number is ever lost or given twice.
    async fn number(
        &self,
        journal: &mut Journal<'_>,
        held: &hold::Model,
        at: i64,
    ) -> Result<Captured, LedgerError> {
        let numbering = journal.numbering().await?;
        let (sequence, epoch, previous) = (numbering.last + 1, numbering.epoch, numbering.hash);
        let body = self.receipt.numbered(epoch.unsigned_abs(), previous, sequence.unsigned_abs());
        let hash = Digest::of(&[&body]);
        (numbering.last, numbering.hash) = (sequence, hash);
        let row = receipt::Model {
            sequence,
            hash: hash.into(),
            previous_hash: Bytes32::from(previous),
            epoch,
            answer: held.answer,
            hold: held.id,
            payer: held.account.clone(),
            charged: self.capture.receipt.charged.get(),
            body,
            signer: None,
            signature: None,
            created_at: at,
        };
        let lines = (0..).zip(&self.capture.lines);
        let lines = lines.map(|(number, detail)| line_row(sequence, number, detail)).collect();
        journal.add_receipt(row, lines);
        Ok(Captured::Now { sequence, epoch, previous, hash })
    }
}

/// The one epoch that takes receipts.
pub(crate) async fn open_epoch(tx: &DatabaseTransaction) -> Result<epoch::Model, LedgerError> {
    let open = epoch::Entity::find().filter(epoch::Column::State.eq("open")).one(tx).await?;
    open.ok_or_else(|| LedgerError::Corrupt("no epoch is open".to_owned()))
}

fn account_of(line: &Line) -> Account {
    match line.role {
        Role::Platform => Account::Platform,
        Role::Adapter => Account::Adapter(line.payee),
        Role::Stakers => Account::Stakers,
        Role::Data => Account::of_author(line.payee),
        Role::Treasury => Account::Treasury,
    }
}

fn line_row(sequence: i64, number: i64, detail: &LineDetail) -> receipt_line::Model {
    receipt_line::Model {
        sequence,
        number,
        role: role_name(detail.line.role).to_owned(),
        payee: detail.line.payee.into(),
        account: account_of(&detail.line).to_string(),
        amount: detail.line.amount.get(),
        owner: detail.owner.map(Into::into),
        datanet: detail.datanet.map(Into::into),
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Platform => "platform",
        Role::Adapter => "adapter",
        Role::Stakers => "stakers",
        Role::Data => "data",
        Role::Treasury => "treasury",
    }
}

/// The role of a stored line.
pub(crate) fn role_of(name: &str) -> Result<Role, LedgerError> {
    let roles = [Role::Platform, Role::Adapter, Role::Stakers, Role::Data, Role::Treasury];
    let known = roles.into_iter().find(|role| role_name(*role) == name);
    known.ok_or_else(|| LedgerError::Corrupt(format!("`{name}` is no role")))
}
