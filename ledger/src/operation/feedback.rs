//! A reader says whether an answer was any good.

use crate::LedgerError;
use crate::bytes::Bytes;
use crate::clock::now;
use crate::entity::feedback;
use crate::ledger::Context;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::AnswerId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

/// Good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It helped.
    Good,
    /// It did not.
    Bad,
}

impl Verdict {
    /// As it is stored and sent: `good`, `bad`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }

    /// Reads [`Self::name`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Good, Self::Bad].into_iter().find(|verdict| verdict.name() == name)
    }
}

/// What one reader thinks of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// Of which answer.
    pub answer: AnswerId,
    /// Whose word: one caller has one.
    pub scope: String,
    /// Good or bad.
    pub verdict: Verdict,
    /// In the reader's words.
    pub reason: Option<String>,
}

#[async_trait]
impl Operation for Feedback {
    type Output = ();

    async fn apply(self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let row = feedback::ActiveModel {
            answer: Set(Bytes::from(self.answer)),
            scope: Set(self.scope),
            verdict: Set(self.verdict.name().to_owned()),
            reason: Set(self.reason),
            at: Set(now()),
        };
        let renew = OnConflict::columns([feedback::Column::Answer, feedback::Column::Scope])
            .update_columns([
                feedback::Column::Verdict,
                feedback::Column::Reason,
                feedback::Column::At,
            ])
            .to_owned();
        feedback::Entity::insert(row).on_conflict(renew).exec_without_returning(tx).await?;
        Ok(())
    }
}
