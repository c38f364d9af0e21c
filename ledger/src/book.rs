//! How does money move? A [`Book`] reads the accounts that an operation touches, posts movements to
//! them, and writes balances and transfers at the end, the latter chained by hash.

use crate::bytes::Bytes;
use crate::entity::{account, transfer};
use crate::{Account, LedgerError};
use footnote_domain::id::{AnswerId, TransferId, keccak256};
use footnote_domain::money::{AmountError, Nano};
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, QueryOrder, Set};
use std::collections::BTreeMap;

/// Rows in one statement: at most twelve columns each, and 32 766 parameters are allowed.
const ROWS_MOST: usize = 1_000;

/// What a movement does to the balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Money arrives from the chain.
    Deposit,
    /// Money is reserved.
    Hold,
    /// A hold of `held` ends: the movement's amount is taken, the rest released.
    Capture {
        /// The hold.
        pending: TransferId,
        /// What it had reserved.
        held: Nano,
    },
    /// A hold ends: all of it is released.
    Void {
        /// The hold.
        pending: TransferId,
    },
    /// A captured amount goes to a role.
    Line,
    /// The chain paid a payee.
    Claim,
    /// An earlier movement is taken back.
    Reversal,
    /// The operator bears what nobody else can.
    Loss,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Hold => "hold",
            Self::Capture { .. } => "capture",
            Self::Void { .. } => "void",
            Self::Line => "line",
            Self::Claim => "claim",
            Self::Reversal => "reversal",
            Self::Loss => "loss",
        }
    }

    fn pending(self) -> Option<TransferId> {
        match self {
            Self::Capture { pending, .. } | Self::Void { pending } => Some(pending),
            _ => None,
        }
    }
}

/// One amount from one account to another.
#[derive(Debug, Clone)]
pub(crate) struct Movement {
    pub(crate) id: TransferId,
    pub(crate) debit: Account,
    pub(crate) credit: Account,
    pub(crate) amount: Nano,
    pub(crate) kind: Kind,
    /// What belongs together: the hold of an answer, a deposit, a payee's claims.
    pub(crate) group: TransferId,
    pub(crate) answer: Option<AnswerId>,
    pub(crate) at: i64,
}

/// The accounts and transfers of one operation.
pub(crate) struct Book<'a> {
    tx: &'a DatabaseTransaction,
    head: (i64, [u8; 32]),
    accounts: BTreeMap<Account, account::Model>,
    transfers: Vec<transfer::ActiveModel>,
}

impl<'a> Book<'a> {
    /// Opens the books at the last transfer.
    pub(crate) async fn open(tx: &'a DatabaseTransaction) -> Result<Self, LedgerError> {
        let last =
            transfer::Entity::find().order_by_desc(transfer::Column::Sequence).one(tx).await?;
        let head = last.map_or((0, [0; 32]), |row| (row.sequence, row.row_hash.0));
        Ok(Self { tx, head, accounts: BTreeMap::new(), transfers: Vec::new() })
    }

    /// The number that the next movement will have: what makes an id that occurs once.
    pub(crate) fn next_sequence(&self) -> i64 {
        self.head.0 + 1
    }

    /// What an account can spend now, this operation's movements included.
    pub(crate) async fn available(&mut self, account: Account) -> Result<Nano, LedgerError> {
        Ok(available(self.account(account).await?)?)
    }

    /// Moves an amount; the balances see it at once, the database at [`Book::close`].
    ///
    /// # Errors
    /// [`LedgerError::InsufficientFunds`] when a guarded account cannot pay.
    pub(crate) async fn post(&mut self, movement: Movement) -> Result<(), LedgerError> {
        let amount = movement.amount.get();
        if amount == 0 {
            return Err(LedgerError::NothingToMove(movement.kind.name()));
        }
        let debited = self.account(movement.debit).await?;
        let spends = !matches!(movement.kind, Kind::Capture { .. } | Kind::Void { .. });
        let available_now = available(debited)?;
        if spends && movement.debit.guarded() && available_now < movement.amount {
            return Err(LedgerError::InsufficientFunds {
                account: movement.debit.to_string(),
                available: available_now,
                needed: movement.amount,
            });
        }
        let (posted, pending) = match movement.kind {
            Kind::Hold => (0, amount),
            Kind::Capture { held, .. } => (amount, -held.get()),
            Kind::Void { .. } => (0, -amount),
            _ => (amount, 0),
        };
        add(&mut debited.debits_posted, posted)?;
        add(&mut debited.debits_pending, pending)?;
        let credited = self.account(movement.credit).await?;
        add(&mut credited.credits_posted, posted)?;
        add(&mut credited.credits_pending, pending)?;
        self.append(&movement);
        Ok(())
    }

    /// Writes the balances and the transfers.
    pub(crate) async fn close(self) -> Result<(), LedgerError> {
        if self.transfers.is_empty() {
            return Ok(());
        }
        let rows = self.accounts.into_values().map(active).collect();
        let renew = OnConflict::column(account::Column::Name)
            .update_columns([
                account::Column::DebitsPosted,
                account::Column::CreditsPosted,
                account::Column::DebitsPending,
                account::Column::CreditsPending,
            ])
            .to_owned();
        for rows in chunked(rows) {
            let renewed = account::Entity::insert_many(rows).on_conflict(renew.clone());
            renewed.exec_without_returning(self.tx).await?;
        }
        for rows in chunked(self.transfers) {
            transfer::Entity::insert_many(rows).exec_without_returning(self.tx).await?;
        }
        Ok(())
    }

    async fn account(&mut self, account: Account) -> Result<&mut account::Model, LedgerError> {
        if !self.accounts.contains_key(&account) {
            let row = account::Entity::find_by_id(account.to_string()).one(self.tx).await?;
            self.accounts.insert(account, row.unwrap_or_else(|| empty(account)));
        }
        Ok(self.accounts.get_mut(&account).expect("it was put there above"))
    }

    fn append(&mut self, movement: &Movement) {
        let sequence = self.next_sequence();
        let row_hash = row_hash(&self.head.1, sequence, movement);
        self.head = (sequence, row_hash);
        self.transfers.push(transfer::ActiveModel {
            sequence: Set(sequence),
            id: Set(movement.id.into()),
            debit: Set(movement.debit.to_string()),
            credit: Set(movement.credit.to_string()),
            amount: Set(movement.amount.get()),
            kind: Set(movement.kind.name().to_owned()),
            pending_id: Set(movement.kind.pending().map(Into::into)),
            group_id: Set(movement.group.into()),
            answer: Set(movement.answer.map(Into::into)),
            created_at: Set(movement.at),
            row_hash: Set(Bytes(row_hash)),
        });
    }
}

/// posted credits − posted debits − pending debits.
pub(crate) fn available(row: &account::Model) -> Result<Nano, AmountError> {
    let spent = i128::from(row.debits_posted) + i128::from(row.debits_pending);
    Nano::new((i128::from(row.credits_posted) - spent).max(0))
}

/// keccak-256(previous row ‖ sequence ‖ id ‖ debit ‖ credit ‖ amount ‖ kind ‖ hold or 0 ‖ group ‖
/// answer or 0 ‖ time); texts are preceded by their length, integers are 8 bytes big-endian.
fn row_hash(previous: &[u8; 32], sequence: i64, movement: &Movement) -> [u8; 32] {
    let (debit, credit) = (movement.debit.to_string(), movement.credit.to_string());
    let kind = movement.kind.name();
    let length = |text: &str| (text.len() as u64).to_be_bytes();
    keccak256(&[
        previous,
        &sequence.to_be_bytes(),
        &movement.id.0,
        &length(&debit),
        debit.as_bytes(),
        &length(&credit),
        credit.as_bytes(),
        &movement.amount.get().to_be_bytes(),
        &length(kind),
        kind.as_bytes(),
        &movement.kind.pending().unwrap_or_default().0,
        &movement.group.0,
        &movement.answer.unwrap_or_default().0,
        &movement.at.to_be_bytes(),
    ])
}

fn add(balance: &mut i64, amount: i64) -> Result<(), AmountError> {
    let sum = Nano::new(i128::from(*balance) + i128::from(amount))?;
    *balance = sum.get();
    Ok(())
}

fn empty(account: Account) -> account::Model {
    account::Model {
        name: account.to_string(),
        kind: account.kind().to_owned(),
        guarded: account.guarded(),
        debits_posted: 0,
        credits_posted: 0,
        debits_pending: 0,
        credits_pending: 0,
    }
}

fn active(row: account::Model) -> account::ActiveModel {
    account::ActiveModel {
        name: Set(row.name),
        kind: Set(row.kind),
        guarded: Set(row.guarded),
        debits_posted: Set(row.debits_posted),
        credits_posted: Set(row.credits_posted),
        debits_pending: Set(row.debits_pending),
        credits_pending: Set(row.credits_pending),
    }
}

/// Rows in pieces that stay below every database's limit of parameters in one statement.
pub(crate) fn chunked<T>(rows: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let piece: Vec<T> = rows.by_ref().take(ROWS_MOST).collect();
        (!piece.is_empty()).then_some(piece)
    })
}

/// An id made of what it stands for: two movements of the same meaning cannot both be written.
pub(crate) fn derived(meaning: &str, of: &str) -> TransferId {
    TransferId::derive(&format!("footnote/{meaning}"), of)
}
