//! Which receipt was issued, and who vouches for it?

use crate::LedgerError;
use crate::bytes::{Bytes, Bytes32};
use crate::chain::{ReceiptDigestFields, ReceiptDomain, sign_receipt, signer_address};
use crate::entity::receipt;
use crate::ledger::Context;
use footnote_domain::id::{AnswerId, Digest};
use footnote_domain::receipt::{Envelope, Receipt};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// The receipt of an answer.
pub(crate) async fn of_answer<C: ConnectionTrait>(
    connection: &C,
    context: &Context,
    answer: AnswerId,
) -> Result<Option<Envelope>, LedgerError> {
    let row = receipt::Entity::find()
        .filter(receipt::Column::Answer.eq(Bytes::from(answer)))
        .one(connection)
        .await?;
    row.map(|row| envelope(context, &row)).transpose()
}

/// The receipt of a hash.
pub(crate) async fn by_hash<C: ConnectionTrait>(
    connection: &C,
    context: &Context,
    hash: Digest,
) -> Result<Option<Envelope>, LedgerError> {
    let row = receipt::Entity::find()
        .filter(receipt::Column::Hash.eq(Bytes32::from(hash)))
        .one(connection)
        .await?;
    row.map(|row| envelope(context, &row)).transpose()
}

/// The receipt of a number with the answer that it is of, `None` beyond the last.
pub(crate) async fn numbered<C: ConnectionTrait>(
    connection: &C,
    context: &Context,
    sequence: u64,
) -> Result<Option<(AnswerId, Envelope)>, LedgerError> {
    let Ok(sequence) = i64::try_from(sequence) else { return Ok(None) };
    let row = receipt::Entity::find_by_id(sequence).one(connection).await?;
    row.map(|row| Ok((row.answer.into(), envelope(context, &row)?))).transpose()
}

/// The number of the last receipt, 0 before the first.
pub(crate) async fn last_number<C: ConnectionTrait>(connection: &C) -> Result<u64, LedgerError> {
    let newest = receipt::Entity::find().order_by_desc(receipt::Column::Sequence);
    Ok(newest.one(connection).await?.map_or(0, |row| row.sequence.unsigned_abs()))
}

/// The row of a number.
pub(crate) async fn row<C: ConnectionTrait>(
    connection: &C,
    sequence: i64,
) -> Result<receipt::Model, LedgerError> {
    let row = receipt::Entity::find_by_id(sequence).one(connection).await?;
    row.ok_or_else(|| LedgerError::Corrupt(format!("there is no receipt {sequence}")))
}

/// The rows of one epoch, in the order of their numbers.
pub(crate) async fn of_epoch<C: ConnectionTrait>(
    connection: &C,
    epoch: i64,
) -> Result<Vec<receipt::Model>, LedgerError> {
    Ok(receipt::Entity::find()
        .filter(receipt::Column::Epoch.eq(epoch))
        .order_by_asc(receipt::Column::Sequence)
        .all(connection)
        .await?)
}

/// Rows that were committed just before the process died, without their signature.
pub(crate) async fn unsigned<C: ConnectionTrait>(
    connection: &C,
) -> Result<Vec<receipt::Model>, LedgerError> {
    Ok(receipt::Entity::find()
        .filter(receipt::Column::Signature.is_null())
        .order_by_asc(receipt::Column::Sequence)
        .all(connection)
        .await?)
}

/// The envelope of a row; signed now where the signature is not stored yet, which gives the same
/// bytes, since signing is deterministic.
pub(crate) fn envelope(context: &Context, row: &receipt::Model) -> Result<Envelope, LedgerError> {
    let receipt: Receipt = serde_json::from_slice(&row.body).map_err(|error| {
        LedgerError::Corrupt(format!("receipt {} does not read back: {error}", row.sequence))
    })?;
    let (signer, signature) = match (row.signer, row.signature) {
        (Some(signer), Some(signature)) => (signer.into(), signature.0),
        _ => (signer_address(&context.settings.signer), sign(context, &receipt, row.hash.into())?),
    };
    let signature = format!("0x{}", hex::encode(signature));
    Ok(Envelope { receipt, hash: row.hash.into(), signer, signature })
}

/// EIP-712 by the service's key.
pub(crate) fn sign(
    context: &Context,
    receipt: &Receipt,
    hash: Digest,
) -> Result<[u8; 65], LedgerError> {
    let (domain, fields) = signed_fields(receipt, hash);
    Ok(sign_receipt(&context.settings.signer, &domain, &fields)?)
}

/// What is signed of a receipt, and where the signature counts.
pub fn signed_fields(receipt: &Receipt, hash: Digest) -> (ReceiptDomain, ReceiptDigestFields) {
    let domain = ReceiptDomain { chain_id: receipt.chain_id, settlement: receipt.settlement };
    let fields = ReceiptDigestFields {
        receipt_hash: hash,
        epoch: receipt.epoch,
        sequence: receipt.sequence,
        charged: receipt.charged,
        payer: receipt.payer,
        policy_hash: receipt.policy.digest(),
    };
    (domain, fields)
}
