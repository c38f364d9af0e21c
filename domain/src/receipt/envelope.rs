//! A receipt as it travels: with its hash, its signer and its signature.

use super::{Fault, Receipt, canonical_bytes};
use crate::id::{Address, Digest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// `{receipt, hash, signer, signature}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The receipt.
    pub receipt: Receipt,
    /// keccak-256 of its canonical JSON.
    pub hash: Digest,
    /// Who signed.
    pub signer: Address,
    /// EIP-712 signature: 0x and 65 bytes (r, s, v).
    pub signature: String,
}

impl Envelope {
    /// Reads an envelope strictly: every field known, every integer in its shortest spelling, the
    /// bytes (but for white space at the end) those of the canonical form.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let fault = |field: &str, reason: String| Fault { field: field.to_owned(), reason };
        let value: serde_json::Value =
            serde_json::from_slice(bytes).map_err(|error| fault("(whole)", error.to_string()))?;
        let part = |name: &str| value.get(name).ok_or_else(|| fault(name, "is missing".to_owned()));
        let receipt_value = part("receipt")?;
        let receipt: Receipt = parse_receipt(receipt_value)?;
        if canonical_bytes(&receipt) != canonical_bytes(receipt_value) {
            return Err(fault("receipt", "is not in its canonical form".to_owned()));
        }
        let _: Digest = parse_part("hash", part("hash")?)?;
        let _: Address = parse_part("signer", part("signer")?)?;
        let _: String = parse_part("signature", part("signature")?)?;
        let envelope: Self = serde_json::from_value(value)
            .map_err(|error| fault("(envelope)", error.to_string()))?;
        // One receipt, one spelling: a repeated key or a space would let two readers differ.
        if canonical_bytes(&envelope) != bytes.trim_ascii_end() {
            return Err(fault("(envelope)", "is not in its canonical form".to_owned()));
        }
        Ok(envelope)
    }
}

fn parse_part<T: DeserializeOwned>(field: &str, value: &serde_json::Value) -> Result<T, Fault> {
    serde_json::from_value(value.clone())
        .map_err(|error| Fault { field: field.to_owned(), reason: error.to_string() })
}

/// Reads a receipt and names the field at fault: the one without which the reader complains of its
/// absence instead.
fn parse_receipt(value: &serde_json::Value) -> Result<Receipt, Fault> {
    let error = match serde_json::from_value::<Receipt>(value.clone()) {
        Ok(receipt) => return Ok(receipt),
        Err(error) => error.to_string(),
    };
    let keys = value.as_object().into_iter().flat_map(|fields| fields.keys());
    let culprit = keys.into_iter().find(|key| complaint_without(value, key) != error);
    Err(Fault {
        field: culprit.map_or("receipt".to_owned(), |key| format!("receipt.{key}")),
        reason: error,
    })
}

fn complaint_without(value: &serde_json::Value, key: &str) -> String {
    let mut fields = value.as_object().cloned().unwrap_or_default();
    fields.remove(key);
    let read = serde_json::from_value::<Receipt>(serde_json::Value::Object(fields));
    read.err().map(|error| error.to_string()).unwrap_or_default()
}
