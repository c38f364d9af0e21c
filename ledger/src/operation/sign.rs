//! A receipt's signature arrives, after the commit that numbered it.

use crate::LedgerError;
use crate::bytes::Bytes;
use crate::entity::receipt;
use crate::ledger::Context;
use crate::writer::Operation;
use async_trait::async_trait;
use footnote_domain::id::Address;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, Set};

/// One signature for one receipt.
pub(crate) struct AttachSignature {
    pub(crate) sequence: i64,
    pub(crate) signer: Address,
    pub(crate) signature: [u8; 65],
}

#[async_trait]
impl Operation for AttachSignature {
    type Output = ();

    async fn apply(self, _: &Context, tx: &DatabaseTransaction) -> Result<(), LedgerError> {
        let signed = receipt::ActiveModel {
            sequence: Set(self.sequence),
            signer: Set(Some(self.signer.into())),
            signature: Set(Some(Bytes(self.signature))),
            ..Default::default()
        };
        signed.update(tx).await?;
        Ok(())
    }
}
