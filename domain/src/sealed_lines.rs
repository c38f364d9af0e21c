//! Which lines of a file are whole and unchanged? Lines `<digest> <json>`, each digest covering the
//! line and the digest before it, so that a torn end or a changed byte shows. The indexer's log of the
//! chain and the adapters' audit log are such files.

use crate::id::Digest;
use serde::{Deserialize, Serialize};

/// Turns values into lines.
#[derive(Default)]
pub struct LineWriter {
    /// The lines so far.
    pub bytes: Vec<u8>,
    /// Digest of the last line, which the next one covers.
    pub last_digest: Digest,
}

impl LineWriter {
    /// Adds a line.
    pub fn push<T: Serialize>(&mut self, value: &T) {
        let json = serde_json::to_string(value).expect("our own types become JSON");
        self.last_digest = Digest::of(&[&self.last_digest.0, json.as_bytes()]);
        self.bytes.extend_from_slice(hex::encode(self.last_digest.0).as_bytes());
        self.bytes.push(b' ');
        self.bytes.extend_from_slice(json.as_bytes());
        self.bytes.push(b'\n');
    }
}

/// Reads lines until one does not check.
pub struct LineReader<'a> {
    bytes: &'a [u8],
    /// Bytes that checked.
    pub checked: usize,
    /// Digest of the last line that checked.
    pub last_digest: Digest,
}

impl<'a> LineReader<'a> {
    /// Reads from the start.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, checked: 0, last_digest: Digest::default() }
    }

    /// Reads on behind a line of this digest.
    pub fn after(bytes: &'a [u8], last_digest: Digest) -> Self {
        Self { bytes, checked: 0, last_digest }
    }

    /// The next line, if it is whole, unchanged and of this type.
    #[expect(clippy::should_implement_trait, reason = "each line may be of another type")]
    pub fn next<T: for<'de> Deserialize<'de>>(&mut self) -> Option<T> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_until_one_does_not_check() {
        let mut writer = LineWriter::default();
        for number in 0..3u32 {
            writer.push(&number);
        }
        let mut reader = LineReader::new(&writer.bytes);
        assert_eq!([reader.next(), reader.next(), reader.next()], [Some(0u32), Some(1), Some(2)]);
        assert_eq!((reader.next::<u32>(), reader.checked), (None, writer.bytes.len()));
        assert_eq!(reader.last_digest, writer.last_digest);

        let line = writer.bytes.len() / 3;
        let mut later = LineReader::new(&writer.bytes[..line + 9]);
        assert_eq!((later.next(), later.next::<u32>(), later.checked), (Some(0u32), None, line));
        let mut later = LineReader::after(&writer.bytes[line..], later.last_digest);
        assert_eq!((later.next(), later.next()), (Some(1u32), Some(2u32)));
        let mut skipped = LineReader::new(&writer.bytes[line..]);
        assert_eq!(skipped.next::<u32>(), None, "the line before it is missing");
    }
}
