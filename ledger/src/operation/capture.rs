//! An answer is charged: in one transaction the hold is posted, split into lines, numbered as a
//! receipt of the open epoch, and the complete answer is stored.

use super::hold::{Ending, find, resolve};
use crate::book::{Book, Kind, Movement, chunked, derived};
use crate::bytes::Bytes32;
use crate::clock::now;
use crate::entity::{epoch, hold, receipt, receipt_line};
use crate::ledger::Context;
use crate::writer::Operation;
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::id::{ContentHash, DatanetId, Digest, TransferId};
use footnote_domain::money::{Line, Nano, Role};
use footnote_domain::receipt::{Draft, Receipt, Seal, canonical_bytes};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set};

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

/// What a capture comes to: the receipt, still unsigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Captured {
    pub(crate) sequence: i64,
}

#[async_trait]
impl Operation for Capture {
    type Output = Captured;

    async fn apply(
        self,
        context: &Context,
        tx: &DatabaseTransaction,
    ) -> Result<Captured, LedgerError> {
        let (held, resolution) = find(tx, self.hold).await?;
        match resolution {
            None => {}
            Some(resolution) if resolution.outcome == "captured" => {
                return earlier(tx, self.hold).await;
            }
            Some(resolution) => {
                let reason = resolution.reason.unwrap_or_default();
                return Err(LedgerError::AlreadyVoided { hold: self.hold, reason });
            }
        }
        self.check(context, &held)?;
        let at = now();
        let capture_id = derived("capture", &self.hold.to_string());
        self.move_money(tx, &held, capture_id, at).await?;
        let posted = self.receipt.charged.get();
        let body = Some(self.body.clone());
        let ending = Ending { state: "captured", posted, reason: None, body, at };
        resolve(tx, &held, ending).await?;
        self.number(context, tx, &held, capture_id, at).await
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

    async fn move_money(
        &self,
        tx: &DatabaseTransaction,
        held: &hold::Model,
        capture_id: TransferId,
        at: i64,
    ) -> Result<(), LedgerError> {
        let movement = |id, debit, credit, amount, kind| Movement {
            id,
            debit,
            credit,
            amount,
            kind,
            group: self.hold,
            answer: Some(held.answer.into()),
            at,
        };
        let payer: Account = held.account.parse()?;
        let reserved = Nano::new(i128::from(held.amount))?;
        let post = Kind::Capture { pending: self.hold, held: reserved };
        let mut book = Book::open(tx).await?;
        let charged = self.receipt.charged;
        book.post(movement(capture_id, payer, Account::Clearing, charged, post)).await?;
        for (number, detail) in self.lines.iter().enumerate() {
            let id = derived("line", &format!("{}/{number}", self.hold));
            let account = account_of(&detail.line);
            let amount = detail.line.amount;
            book.post(movement(id, Account::Clearing, account, amount, Kind::Line)).await?;
        }
        book.close().await
    }

    /// Gives the receipt its number, its epoch and its place in the chain, inside this transaction:
    /// no number is ever lost or given twice.
    async fn number(
        self,
        context: &Context,
        tx: &DatabaseTransaction,
        held: &hold::Model,
        capture_id: TransferId,
        at: i64,
    ) -> Result<Captured, LedgerError> {
        let last = receipt::Entity::find().order_by_desc(receipt::Column::Sequence).one(tx).await?;
        let (before, previous) =
            last.map_or((0, Digest::default()), |row| (row.sequence, row.hash.into()));
        let epoch = open_epoch(tx).await?;
        let sequence = before + 1;
        let charged = self.receipt.charged;
        let sealed = Receipt::seal(
            self.receipt,
            Seal {
                chain_id: context.settings.chain_id,
                settlement: context.settings.settlement,
                sequence: sequence.unsigned_abs(),
                epoch: epoch.number.unsigned_abs(),
                previous,
                capture_id,
            },
        );
        let row = receipt::ActiveModel {
            sequence: Set(sequence),
            hash: Set(sealed.hash().into()),
            previous_hash: Set(previous.into()),
            epoch: Set(epoch.number),
            answer: Set(held.answer),
            hold: Set(held.id),
            payer: Set(held.account.clone()),
            charged: Set(charged.get()),
            body: Set(canonical_bytes(&sealed)),
            signer: Set(None),
            signature: Set(None),
            created_at: Set(at),
        };
        receipt::Entity::insert(row).exec_without_returning(tx).await?;
        let rows =
            (0..).zip(&self.lines).map(|(number, detail)| line_row(sequence, number, detail));
        for rows in chunked(rows.collect()) {
            receipt_line::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        Ok(Captured { sequence })
    }
}

/// A capture that is repeated comes to the receipt of the first one.
async fn earlier(tx: &DatabaseTransaction, hold: TransferId) -> Result<Captured, LedgerError> {
    let row = receipt::Entity::find()
        .filter(receipt::Column::Hold.eq(Bytes32::from(hold)))
        .one(tx)
        .await?;
    let row = row.ok_or_else(|| LedgerError::Corrupt(format!("hold {hold} has no receipt")))?;
    Ok(Captured { sequence: row.sequence })
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

fn line_row(sequence: i64, number: i64, detail: &LineDetail) -> receipt_line::ActiveModel {
    receipt_line::ActiveModel {
        sequence: Set(sequence),
        number: Set(number),
        role: Set(role_name(detail.line.role).to_owned()),
        payee: Set(detail.line.payee.into()),
        account: Set(account_of(&detail.line).to_string()),
        amount: Set(detail.line.amount.get()),
        owner: Set(detail.owner.map(Into::into)),
        datanet: Set(detail.datanet.map(Into::into)),
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
