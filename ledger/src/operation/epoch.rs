//! A closed epoch goes on: sealed with its roots, proposed on chain, accepted there, or returned.

use crate::LedgerError;
use crate::clock::seconds;
use crate::entity::epoch;
use crate::ledger::Context;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::Digest;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, Set};

/// One step of an epoch.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// closed → sealed.
    Seal(Box<SealedRoots>),
    /// sealed → proposed.
    Propose {
        /// From when it can be accepted.
        valid_at: u64,
    },
    /// sealed or proposed → accepted.
    Accept {
        /// When.
        at: u64,
    },
    /// proposed or accepted → sealed: vetoed, or lost by the chain.
    Return,
}

/// What an epoch commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SealedRoots {
    pub(crate) previous_hash: Digest,
    pub(crate) receipts_root: Digest,
    pub(crate) balances_root: Digest,
    pub(crate) payers_root: Digest,
    pub(crate) bundle_hash: Digest,
    pub(crate) epoch_hash: Digest,
}

/// A step of one epoch; repeating it changes nothing.
pub(crate) struct Advance {
    pub(crate) epoch: u64,
    pub(crate) step: Step,
}

#[async_trait]
impl Operation for Advance {
    type Output = ();

    async fn apply(&self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let row = epoch::Entity::find_by_id(seconds(self.epoch)).one(tx).await?;
        let row = row.ok_or(LedgerError::EpochState { epoch: self.epoch, needed: "known" })?;
        let state = row.state.clone();
        let returned = row.returned;
        let wrong = |needed| Err(LedgerError::EpochState { epoch: self.epoch, needed });
        let mut next = row.into_active_model();
        match (&self.step, state.as_str()) {
            (Step::Seal(roots), "closed") => seal(&mut next, roots),
            (Step::Propose { valid_at }, "sealed" | "proposed") => {
                next.state = Set("proposed".to_owned());
                next.valid_at = Set(Some(seconds(*valid_at)));
            }
            (Step::Accept { at }, "sealed" | "proposed") => {
                next.state = Set("accepted".to_owned());
                next.accepted_at = Set(Some(seconds(*at)));
            }
            (Step::Return, "proposed" | "accepted") => {
                next.state = Set("sealed".to_owned());
                next.valid_at = Set(None);
                next.accepted_at = Set(None);
                next.returned = Set(returned + 1);
            }
            (Step::Accept { .. }, "accepted") | (Step::Return, "sealed") => return Ok(()),
            (Step::Seal(_), "sealed" | "proposed" | "accepted") => return Ok(()),
            (Step::Seal(_), _) => return wrong("closed"),
            (Step::Propose { .. }, _) => return wrong("sealed"),
            (Step::Accept { .. }, _) => return wrong("proposed"),
            (Step::Return, _) => return wrong("on chain"),
        }
        next.update(tx).await?;
        Ok(())
    }
}

fn seal(next: &mut epoch::ActiveModel, roots: &SealedRoots) {
    next.state = Set("sealed".to_owned());
    next.previous_hash = Set(Some(roots.previous_hash.into()));
    next.receipts_root = Set(Some(roots.receipts_root.into()));
    next.balances_root = Set(Some(roots.balances_root.into()));
    next.payers_root = Set(Some(roots.payers_root.into()));
    next.bundle_hash = Set(Some(roots.bundle_hash.into()));
    next.epoch_hash = Set(Some(roots.epoch_hash.into()));
}
