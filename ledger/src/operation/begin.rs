//! A question begins: its price is reserved before any work is done, once per key.

use crate::book::{Kind, Movement, derived};
use crate::bytes::{Bytes, Bytes32};
use crate::clock::{midnight, now, seconds};
use crate::entity::{hold, idempotency};
use crate::journal::{Journal, Key, Wanted};
use crate::ledger::Context;
use crate::writer::Entry;
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::id::{AnswerId, Digest, TransferId};
use footnote_domain::money::Nano;
use footnote_domain::receipt::Funding;

/// A request to reserve the highest price of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// Whose keys: one caller's never meet another's.
    pub scope: String,
    /// The caller's idempotency key.
    pub key: String,
    /// Hash of the request, to notice a key used twice.
    pub request_hash: Digest,
    /// The id that the answer will have.
    pub answer: AnswerId,
    /// Who pays.
    pub payer: Account,
    /// The highest price.
    pub amount: Nano,
    /// What the payer may spend and reserve per UTC day in all, checked together with the
    /// reservation; none for no limit.
    pub daily_cap: Option<Nano>,
    /// Seconds since 1970 after which the sweeper may void the hold; later than the hard limit of
    /// a stream.
    pub expires_at: u64,
}

/// A reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// By which it is captured or voided.
    pub id: TransferId,
    /// The answer that it pays for.
    pub answer: AnswerId,
    /// What is reserved.
    pub amount: Nano,
    /// Who pays.
    pub payer: Account,
    /// Which kind of purse that is, for the receipt.
    pub funding: Funding,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is new: the price is reserved, answer it.
    Held(Hold),
    /// It was answered (or refused) before: read that answer. An answer of which nothing was stored
    /// (a crash, a failure, a time-out) does not count: its key begins afresh.
    Finished {
        /// The answer.
        answer: AnswerId,
    },
    /// It is being answered: come back.
    Running {
        /// The answer.
        answer: AnswerId,
    },
}

#[async_trait]
impl Entry for Begin {
    type Output = Begun;

    fn want(&self, wanted: &mut Wanted) {
        wanted.keys.insert(self.name());
        wanted.accounts.extend([self.payer, Account::Clearing]);
    }

    async fn apply(
        &self,
        context: &Context,
        journal: &mut Journal<'_>,
    ) -> Result<Begun, LedgerError> {
        let attempt = match self.earlier(journal).await? {
            Earlier::Begun(earlier) => return Ok(earlier),
            Earlier::Free(attempt) => attempt,
        };
        let at = now();
        self.check_daily_cap(journal, at).await?;
        let id = attempt.hold;
        let reserve = Movement {
            id,
            debit: self.payer,
            credit: Account::Clearing,
            amount: self.amount,
            kind: Kind::Hold,
            group: id,
            answer: Some(self.answer),
            at,
        };
        journal.book().post(reserve).await?;
        self.record(context, journal, &attempt, at);
        let funding = match self.payer {
            Account::Promotion => Funding::Promotion,
            _ => Funding::Balance,
        };
        Ok(Begun::Held(Hold {
            id,
            answer: self.answer,
            amount: self.amount,
            payer: self.payer,
            funding,
        }))
    }
}

/// One try at a request.
struct Attempt {
    number: i64,
    /// Every attempt has a hold of its own, named by the one before it.
    hold: TransferId,
}

/// What is known of a key.
enum Earlier {
    /// It stands for this.
    Begun(Begun),
    /// Nothing, or an answer that was lost: this is the next attempt.
    Free(Attempt),
}

impl Begin {
    fn name(&self) -> Key {
        (self.scope.clone(), self.key.clone())
    }

    async fn earlier(&self, journal: &mut Journal<'_>) -> Result<Earlier, LedgerError> {
        let Some(known) = journal.key(&self.name()).await? else {
            let hold = TransferId::derive(&self.scope, &self.key);
            return Ok(Earlier::Free(Attempt { number: 1, hold }));
        };
        if known.request_hash != self.request_hash.into() {
            return Err(LedgerError::KeyReused { key: self.key.clone() });
        }
        let answer = known.answer.into();
        let note = journal.answer(answer).await?.ok_or_else(|| {
            LedgerError::Corrupt(format!("key `{}` names an answer that is not there", self.key))
        })?;
        Ok(match (note.state.as_str(), note.stored) {
            ("running", _) => Earlier::Begun(Begun::Running { answer }),
            ("voided", false) => {
                let hold = derived("again", &note.hold.to_string());
                Earlier::Free(Attempt { number: known.attempt + 1, hold })
            }
            _ => Earlier::Begun(Begun::Finished { answer }),
        })
    }

    async fn check_daily_cap(&self, journal: &mut Journal<'_>, at: i64) -> Result<(), LedgerError> {
        let Some(cap) = self.daily_cap else { return Ok(()) };
        let spent = journal.spent(self.payer, midnight(at)).await?;
        if spent.plus(self.amount)? <= cap {
            return Ok(());
        }
        Err(LedgerError::DailyCap { account: self.payer.to_string(), cap, spent })
    }

    /// The key is claimed in the same transaction as the money: neither can exist alone.
    fn record(&self, context: &Context, journal: &mut Journal<'_>, attempt: &Attempt, at: i64) {
        let held = hold::Model {
            id: Bytes32::from(attempt.hold),
            account: self.payer.to_string(),
            amount: self.amount.get(),
            answer: self.answer.into(),
            created_at: at,
            expires_at: seconds(self.expires_at),
            instance: Bytes(context.instance),
        };
        let key = idempotency::Model {
            scope: self.scope.clone(),
            key: self.key.clone(),
            request_hash: self.request_hash.into(),
            answer: self.answer.into(),
            attempt: attempt.number,
        };
        journal.begin(held, key);
    }
}
