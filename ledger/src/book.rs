//! How does money move? A [`Book`] reads the accounts that are touched, posts movements to them, and
//! writes balances and transfers at the end, the latter chained by hash. What is refused halfway
//! through an operation is taken back to its [`Mark`].

use crate::bulk;
use crate::bytes::Bytes;
use crate::entity::{account, transfer};
use crate::{Account, LedgerError};
use footnote_domain::id::{AnswerId, TransferId, keccak256};
use footnote_domain::money::{AmountError, Nano};
use sea_orm::{DatabaseTransaction, EntityTrait, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};

/// Rows in one statement: at most twelve columns each, and 32 766 parameters are allowed.
const ROWS_MOST: usize = 1_000;
/// An account that is there already gets its new balances.
const RENEW: &str = "ON CONFLICT (name) DO UPDATE SET debits_posted = excluded.debits_posted, \
                     credits_posted = excluded.credits_posted, \
                     debits_pending = excluded.debits_pending, \
                     credits_pending = excluded.credits_pending";

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

/// Accounts as they stand, and transfers that are to be written.
pub(crate) struct Book<'a> {
    tx: &'a DatabaseTransaction,
    head: Head,
    accounts: BTreeMap<Account, account::Model>,
    /// Balances before each change, in order, to be taken back.
    before: Vec<(Account, Balances)>,
    transfers: Vec<transfer::Model>,
}

/// Debits and credits posted, debits and credits pending.
type Balances = [i64; 4];

/// The last transfer: its number and its hash.
type Head = (i64, [u8; 32]);

/// Where a book stood.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    head: Head,
    before: usize,
    transfers: usize,
}

impl<'a> Book<'a> {
    /// Opens the books at the last transfer.
    pub(crate) async fn open(tx: &'a DatabaseTransaction) -> Result<Self, LedgerError> {
        let last: Option<(i64, Bytes<32>)> = transfer::Entity::find()
            .select_only()
            .columns([transfer::Column::Sequence, transfer::Column::RowHash])
            .order_by_desc(transfer::Column::Sequence)
            .into_tuple()
            .one(tx)
            .await?;
        let head = last.map_or((0, [0; 32]), |(sequence, row_hash)| (sequence, row_hash.0));
        let (accounts, before, transfers) = (BTreeMap::new(), Vec::new(), Vec::new());
        Ok(Self { tx, head, accounts, before, transfers })
    }

    /// The number that the next movement will have: what makes an id that occurs once.
    pub(crate) fn next_sequence(&self) -> i64 {
        self.head.0 + 1
    }

    /// Reads the accounts that were not read yet, all at once.
    pub(crate) async fn read(&mut self, accounts: &BTreeSet<Account>) -> Result<(), LedgerError> {
        let unread = || accounts.iter().filter(|account| !self.accounts.contains_key(account));
        let names = unread().map(|account| vec![account.to_string().into()]).collect();
        let rows = bulk::find::<account::Entity>(self.tx, &[account::Column::Name], names).await?;
        let mut read: BTreeMap<Account, account::Model> =
            unread().map(|account| (*account, empty(*account))).collect();
        for row in rows {
            read.insert(row.name.parse()?, row);
        }
        self.accounts.append(&mut read);
        Ok(())
    }

    /// What an account can spend now, all movements included.
    pub(crate) async fn available(&mut self, account: Account) -> Result<Nano, LedgerError> {
        Ok(available(self.account(account).await?)?)
    }

    /// What is reserved on an account now, all movements included.
    pub(crate) async fn pending(&mut self, account: Account) -> Result<Nano, LedgerError> {
        Ok(Nano::new(i128::from(self.account(account).await?.debits_pending))?)
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
        let spends = !matches!(movement.kind, Kind::Capture { .. } | Kind::Void { .. });
        let available_now = available(self.account(movement.debit).await?)?;
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
        let debited = self.changing(movement.debit).await?;
        add(&mut debited.debits_posted, posted)?;
        add(&mut debited.debits_pending, pending)?;
        let credited = self.changing(movement.credit).await?;
        add(&mut credited.credits_posted, posted)?;
        add(&mut credited.credits_pending, pending)?;
        self.append(&movement);
        Ok(())
    }

    /// Where the book stands, before an operation that may be refused halfway.
    pub(crate) fn mark(&self) -> Mark {
        Mark { head: self.head, before: self.before.len(), transfers: self.transfers.len() }
    }

    /// Takes back every movement since the mark.
    pub(crate) fn take_back(&mut self, mark: Mark) {
        for (account, balances) in self.before.drain(mark.before..).rev() {
            if let Some(row) = self.accounts.get_mut(&account) {
                [row.debits_posted, row.credits_posted, row.debits_pending, row.credits_pending] =
                    balances;
            }
        }
        self.transfers.truncate(mark.transfers);
        self.head = mark.head;
    }

    /// Writes the balances and the transfers.
    pub(crate) async fn close(self) -> Result<(), LedgerError> {
        let changed: BTreeSet<Account> = self.before.iter().map(|(account, _)| *account).collect();
        let rows: Vec<account::Model> =
            changed.iter().filter_map(|account| self.accounts.get(account).cloned()).collect();
        bulk::insert(self.tx, &rows, RENEW).await?;
        bulk::insert(self.tx, &self.transfers, "").await?;
        Ok(())
    }

    async fn account(&mut self, account: Account) -> Result<&mut account::Model, LedgerError> {
        if !self.accounts.contains_key(&account) {
            self.read(&[account].into()).await?;
        }
        Ok(self.accounts.get_mut(&account).expect("it was put there above"))
    }

    async fn changing(&mut self, account: Account) -> Result<&mut account::Model, LedgerError> {
        let row = self.account(account).await?;
        let balances =
            [row.debits_posted, row.credits_posted, row.debits_pending, row.credits_pending];
        self.before.push((account, balances));
        self.account(account).await
    }

    fn append(&mut self, movement: &Movement) {
        let sequence = self.next_sequence();
        let row_hash = row_hash(&self.head.1, sequence, movement);
        self.head = (sequence, row_hash);
        self.transfers.push(transfer::Model {
            sequence,
            id: movement.id.into(),
            debit: movement.debit.to_string(),
            credit: movement.credit.to_string(),
            amount: movement.amount.get(),
            kind: movement.kind.name().to_owned(),
            pending_id: movement.kind.pending().map(Into::into),
            group_id: movement.group.into(),
            answer: movement.answer.map(Into::into),
            created_at: movement.at,
            row_hash: Bytes(row_hash),
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
