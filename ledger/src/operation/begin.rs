//! A question begins: its price is reserved before any work is done, once per key.

use crate::book::{Book, Kind, Movement, derived};
use crate::bytes::{Bytes, Bytes32};
use crate::clock::{midnight, now, seconds};
use crate::entity::{answer, hold, idempotency};
use crate::ledger::Context;
use crate::read::balance::spent_since;
use crate::writer::Operation;
use crate::{Account, LedgerError};
use async_trait::async_trait;
use footnote_domain::id::{AnswerId, Digest, TransferId};
use footnote_domain::money::Nano;
use footnote_domain::receipt::Funding;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

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
impl Operation for Begin {
    type Output = Begun;

    async fn apply(
        self,
        context: &Context,
        tx: &DatabaseTransaction,
    ) -> Result<Begun, LedgerError> {
        let attempt = match self.earlier(tx).await? {
            Earlier::Begun(earlier) => return Ok(earlier),
            Earlier::Free(attempt) => attempt,
        };
        let at = now();
        self.check_daily_cap(tx, at).await?;
        let id = attempt.hold;
        let mut book = Book::open(tx).await?;
        book.post(Movement {
            id,
            debit: self.payer,
            credit: Account::Clearing,
            amount: self.amount,
            kind: Kind::Hold,
            group: id,
            answer: Some(self.answer),
            at,
        })
        .await?;
        book.close().await?;
        self.record(context, tx, &attempt, at).await?;
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
    async fn earlier(&self, tx: &DatabaseTransaction) -> Result<Earlier, LedgerError> {
        let key = (self.scope.clone(), self.key.clone());
        let Some(known) = idempotency::Entity::find_by_id(key).one(tx).await? else {
            let hold = TransferId::derive(&self.scope, &self.key);
            return Ok(Earlier::Free(Attempt { number: 1, hold }));
        };
        if known.request_hash != self.request_hash.into() {
            return Err(LedgerError::KeyReused { key: self.key.clone() });
        }
        let row = answer::Entity::find_by_id(known.answer).one(tx).await?;
        let row = row.ok_or_else(|| {
            LedgerError::Corrupt(format!("key `{}` names an answer that is not there", self.key))
        })?;
        let answer = known.answer.into();
        Ok(match (row.state.as_str(), row.body) {
            ("running", _) => Earlier::Begun(Begun::Running { answer }),
            ("voided", None) => {
                let hold = derived("again", &TransferId::from(row.hold).to_string());
                Earlier::Free(Attempt { number: known.attempt + 1, hold })
            }
            _ => Earlier::Begun(Begun::Finished { answer }),
        })
    }

    async fn check_daily_cap(&self, tx: &DatabaseTransaction, at: i64) -> Result<(), LedgerError> {
        let Some(cap) = self.daily_cap else { return Ok(()) };
        let spent = spent_since(tx, self.payer, midnight(at)).await?;
        if spent.plus(self.amount)? <= cap {
            return Ok(());
        }
        Err(LedgerError::DailyCap { account: self.payer.to_string(), cap, spent })
    }

    /// The key is claimed in the same transaction as the money: neither can exist alone.
    async fn record(
        &self,
        context: &Context,
        tx: &DatabaseTransaction,
        attempt: &Attempt,
        at: i64,
    ) -> Result<(), LedgerError> {
        let hold = hold::ActiveModel {
            id: Set(Bytes32::from(attempt.hold)),
            account: Set(self.payer.to_string()),
            amount: Set(self.amount.get()),
            answer: Set(self.answer.into()),
            created_at: Set(at),
            expires_at: Set(seconds(self.expires_at)),
            instance: Set(Bytes(context.instance)),
        };
        hold::Entity::insert(hold).exec_without_returning(tx).await?;
        let answer = answer::ActiveModel {
            id: Set(self.answer.into()),
            hold: Set(Bytes32::from(attempt.hold)),
            state: Set("running".to_owned()),
            body: Set(None),
            reason: Set(None),
            created_at: Set(at),
            finished_at: Set(None),
        };
        answer::Entity::insert(answer).exec_without_returning(tx).await?;
        let key = idempotency::ActiveModel {
            scope: Set(self.scope.clone()),
            key: Set(self.key.clone()),
            request_hash: Set(self.request_hash.into()),
            answer: Set(self.answer.into()),
            attempt: Set(attempt.number),
        };
        let renew = OnConflict::columns([idempotency::Column::Scope, idempotency::Column::Key])
            .update_columns([idempotency::Column::Answer, idempotency::Column::Attempt])
            .to_owned();
        idempotency::Entity::insert(key).on_conflict(renew).exec_without_returning(tx).await?;
        Ok(())
    }
}
