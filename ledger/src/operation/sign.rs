//! A receipt's signature arrives, after the commit that numbered it.

use crate::LedgerError;
use crate::journal::{Journal, Wanted};
use crate::ledger::Context;
use crate::writer::Entry;
use async_trait::async_trait;
use footnote_domain::id::Address;

/// One signature for one receipt.
pub(crate) struct AttachSignature {
    pub(crate) sequence: i64,
    pub(crate) signer: Address,
    pub(crate) signature: [u8; 65],
}

#[async_trait]
impl Entry for AttachSignature {
    type Output = ();

    fn want(&self, _: &mut Wanted) {}

    async fn apply(&self, _: &Context, journal: &mut Journal<'_>) -> Result<(), LedgerError> {
        journal.sign(self.sequence, self.signer, self.signature);
        Ok(())
    }
}
