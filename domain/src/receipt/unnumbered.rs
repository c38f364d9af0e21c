//! How does a receipt get its number in no time? Its canonical JSON is written beforehand, open at the
//! three places that only the ledger's writer knows.
//!
//! Useful where many receipts wait for one writer: numbering then copies bytes and hashes them, and
//! everything else was done by whoever asked.

use super::{Receipt, canonical_bytes};
use crate::id::Digest;

/// Keys of the open places, in the order of canonical JSON.
const OPEN: [&str; 3] = ["epoch", "previous", "sequence"];

/// Canonical JSON of a receipt around its epoch, the hash before it, and its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unnumbered {
    pieces: [Vec<u8>; 4],
}

impl Unnumbered {
    /// A receipt with its number, epoch and predecessor left open.
    ///
    /// # Panics
    /// As [`canonical_bytes`].
    pub fn of(receipt: &Receipt) -> Self {
        let value = serde_json::to_value(receipt).expect("the types of a receipt are JSON");
        let serde_json::Value::Object(fields) = value else { unreachable!("a receipt has fields") };
        // Keys are plain ASCII, so that the order of bytes is that of RFC 8785.
        let mut keys: Vec<&String> = fields.keys().collect();
        keys.sort_unstable();
        let mut pieces: [Vec<u8>; 4] = Default::default();
        let mut open = 0;
        for (at, key) in keys.into_iter().enumerate() {
            pieces[open].push(if at == 0 { b'{' } else { b',' });
            pieces[open].extend(canonical_bytes(key));
            pieces[open].push(b':');
            if OPEN.get(open) == Some(&key.as_str()) {
                open += 1;
            } else {
                pieces[open].extend(canonical_bytes(&fields[key]));
            }
        }
        pieces[open].push(b'}');
        Self { pieces }
    }

    /// The canonical JSON of the receipt with this number; its keccak-256 is the receipt's hash.
    pub fn numbered(&self, epoch: u64, previous: Digest, sequence: u64) -> Vec<u8> {
        let [before_epoch, before_previous, before_sequence, rest] = &self.pieces;
        let (epoch, sequence) = (format!("\"{epoch}\""), format!("\"{sequence}\""));
        let previous = format!("\"{previous}\"");
        let parts: [&[u8]; 7] = [
            before_epoch,
            epoch.as_bytes(),
            before_previous,
            previous.as_bytes(),
            before_sequence,
            sequence.as_bytes(),
            rest,
        ];
        parts.concat()
    }
}
