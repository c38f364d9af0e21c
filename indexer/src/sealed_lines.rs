//! Which lines of a file are whole and unchanged? Lines `<digest> <json>`, each digest covering the
//! line and the digest before it, so that a torn end or a changed byte shows.

use footnote_domain::id::Digest;
use serde::{Deserialize, Serialize};

/// Turns values into lines.
#[derive(Default)]
pub(crate) struct LineWriter {
    /// The lines so far.
    pub(crate) bytes: Vec<u8>,
    /// Digest of the last line, which the next one covers.
    pub(crate) last_digest: Digest,
}

impl LineWriter {
    /// Adds a line.
    pub(crate) fn push<T: Serialize>(&mut self, value: &T) {
        let json = serde_json::to_string(value).expect("our own types become JSON");
        self.last_digest = Digest::of(&[&self.last_digest.0, json.as_bytes()]);
        self.bytes.extend_from_slice(hex::encode(self.last_digest.0).as_bytes());
        self.bytes.push(b' ');
        self.bytes.extend_from_slice(json.as_bytes());
        self.bytes.push(b'\n');
    }
}

/// Reads lines until one does not check.
pub(crate) struct LineReader<'a> {
    bytes: &'a [u8],
    /// Bytes that checked.
    pub(crate) checked: usize,
    /// Digest of the last line that checked.
    pub(crate) last_digest: Digest,
}

impl<'a> LineReader<'a> {
    /// Reads from the start.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, checked: 0, last_digest: Digest::default() }
    }

    /// The next line, if it is whole, unchanged and of this type.
    pub(crate) fn next<T: for<'de> Deserialize<'de>>(&mut self) -> Option<T> {
        let rest = &self.bytes[self.checked..];
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (digest, json) = rest[..end].split_at_checked(65)?;
        let wanted = Digest::of(&[&self.last_digest.0, json]);
        if digest[..64] != *hex::encode(wanted.0).as_bytes() || digest[64] != b' ' {
            return None;
        }
        let value = serde_json::from_slice(json).ok()?;
        self.last_digest = wanted;
        self.checked += end + 1;
        Some(value)
    }
}
