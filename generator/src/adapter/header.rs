//! What does a safetensors file say that it holds? Its header, read with a limit: the length stands in
//! the first eight bytes, and one that is too long is refused before anything is allocated.

use super::rejected::{RejectCode, Rejected, reject, shown};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use std::collections::HashSet;
use std::fmt;
use std::io::{self, Read};

/// Longest header admitted, in bytes. A model of 126 layers with all seven projections adapted needs
/// about 300 000.
pub const HEADER_BYTES_MOST: u64 = 1 << 20;

/// How a tensor's numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dtype {
    F32,
    F16,
    Bf16,
}

impl Dtype {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "F32" => Some(Self::F32),
            "F16" => Some(Self::F16),
            "BF16" => Some(Self::Bf16),
            _ => None,
        }
    }

    /// Bytes of one number.
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }
}

/// One tensor of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<u64>,
    /// Bytes of its numbers.
    pub(super) bytes: u64,
}

/// The tensors in the order of their bytes, which follow each other without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The bytes before the first tensor, as they stand in the file.
    pub(super) head: Vec<u8>,
    pub(super) tensors: Vec<Tensor>,
}

impl Header {
    /// Reads the header from the beginning of a file of `file_bytes`.
    pub(super) fn read(file: &mut impl Read, file_bytes: u64) -> Result<Self, Rejected> {
        let mut length = [0u8; 8];
        file.read_exact(&mut length).or_else(short)?;
        let header_bytes = u64::from_le_bytes(length);
        if header_bytes > HEADER_BYTES_MOST {
            let detail = format!(
                "the weights' header claims {header_bytes} bytes, more than {HEADER_BYTES_MOST}"
            );
            return reject(RejectCode::HeaderTooLarge, detail);
        }
        if header_bytes > file_bytes.saturating_sub(8) {
            return reject(RejectCode::Truncated, "the weights end within their header");
        }
        let mut head = vec![0u8; 8 + header_bytes as usize];
        head[..8].copy_from_slice(&length);
        file.read_exact(&mut head[8..]).or_else(short)?;
        let RawHeader(raw) = serde_json::from_slice(&head[8..]).or_else(|error| {
            reject(RejectCode::BadHeader, format!("the weights' header is not valid: {error}"))
        })?;
        let tensors = in_order(raw)?;
        let end = tensors.iter().try_fold(head.len() as u64, |at, one| at.checked_add(one.bytes));
        if end != Some(file_bytes) {
            let detail = format!(
                "the weights are {file_bytes} bytes long, which is not what their header says"
            );
            return reject(RejectCode::Truncated, detail);
        }
        Ok(Self { head, tensors })
    }
}

fn short<T>(error: io::Error) -> Result<T, Rejected> {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => reject(RejectCode::Truncated, "the weights end too early"),
        _ => reject(RejectCode::Unreadable, format!("the weights cannot be read: {error}")),
    }
}

/// Checks each tensor and that their bytes follow each other.
fn in_order(mut raw: Vec<(String, RawTensor)>) -> Result<Vec<Tensor>, Rejected> {
    raw.sort_by_key(|(_, tensor)| tensor.data_offsets);
    let mut at = 0;
    let mut tensors = Vec::with_capacity(raw.len());
    for (name, tensor) in raw {
        let bad = |what: &str| {
            reject(RejectCode::BadHeader, format!("the tensor {} {what}", shown(&name)))
        };
        let Some(dtype) = Dtype::parse(&tensor.dtype) else {
            let detail = format!(
                "the tensor {} is of {}; F32, F16 and BF16 are read",
                shown(&name),
                shown(&tensor.dtype)
            );
            return reject(RejectCode::BadDtype, detail);
        };
        let [begin, end] = tensor.data_offsets;
        if begin != at || end < begin {
            return bad("leaves a gap or overlaps another");
        }
        let numbers = tensor.shape.iter().try_fold(1u64, |product, one| product.checked_mul(*one));
        if numbers.and_then(|numbers| numbers.checked_mul(dtype.bytes())) != Some(end - begin) {
            return bad("has other bytes than its shape says");
        }
        at = end;
        tensors.push(Tensor { name, dtype, shape: tensor.shape, bytes: end - begin });
    }
    Ok(tensors)
}

/// An entry of the header as it is written.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// All entries; a name given twice is an error, because two readers could take two different ones.
struct RawHeader(Vec<(String, RawTensor)>);

impl<'de> Deserialize<'de> for RawHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = RawHeader;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawHeader, A::Error> {
        let (mut entries, mut names) = (Vec::new(), HashSet::new());
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("{} stands in it twice", shown(&name))));
            }
            if name == "__metadata__" {
                map.next_value::<IgnoredAny>()?;
            } else {
                entries.push((name, map.next_value()?));
            }
        }
        Ok(RawHeader(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Header, Rejected> {
        Header::read(&mut &bytes[..], bytes.len() as u64)
    }

    fn tensor(name: &str, dtype: &str, shape: &str, from: u64, to: u64) -> String {
        format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{from},{to}]}}"#)
    }

    #[test]
    fn tensors_come_in_the_order_of_their_bytes() {
        let (a, b) = (tensor("a", "BF16", "[2,3]", 8, 20), tensor("b", "F32", "[2,1]", 0, 8));
        let bytes = file(&format!(r#"{{"__metadata__":{{"format":"pt"}},{a},{b}}}"#), 20);
        let header = read(&bytes).expect("a header");
        let names: Vec<(&str, u64)> =
            header.tensors.iter().map(|one| (one.name.as_str(), one.bytes)).collect();
        assert_eq!(names, [("b", 8), ("a", 12)]);
        assert_eq!(header.head, bytes[..bytes.len() - 20]);
    }

    #[test]
    fn a_header_of_a_gigabyte_is_refused_by_its_first_eight_bytes() {
        /// Fails the test when more than the length is read.
        struct EightBytes(usize);
        impl Read for EightBytes {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                assert!(buffer.len() <= 8 - self.0, "more than the length is read");
                let length = (1u64 << 30).to_le_bytes();
                let read = buffer.len();
                buffer.copy_from_slice(&length[self.0..self.0 + read]);
                self.0 += read;
                Ok(read)
            }
        }
        let error = Header::read(&mut EightBytes(0), u64::MAX).expect_err("too long");
        assert_eq!(error.code, RejectCode::HeaderTooLarge);
    }

    #[test]
    fn whatever_does_not_add_up_is_refused() {
        let check = |header: &str, data: usize, code: RejectCode| {
            let error = read(&file(header, data)).expect_err(header);
            assert_eq!(error.code, code, "{header}: {error}");
        };
        let one = |dtype: &str, shape: &str, from: u64, to: u64| {
            format!("{{{}}}", tensor("a", dtype, shape, from, to))
        };
        check(&one("I64", "[2]", 0, 16), 16, RejectCode::BadDtype);
        check(&one("F64", "[2]", 0, 16), 16, RejectCode::BadDtype);
        check(&one("F32", "[2]", 0, 16), 16, RejectCode::BadHeader);
        check(&one("F32", "[2]", 4, 12), 12, RejectCode::BadHeader);
        check(&one("F32", "[2]", 8, 0), 8, RejectCode::BadHeader);
        check(&one("F32", "[-2]", 0, 8), 8, RejectCode::BadHeader);
        check(&one("F32", "[4294967296,4294967296]", 0, 0), 0, RejectCode::BadHeader);
        check(&one("F32", "[2]", 0, 8), 7, RejectCode::Truncated);
        check(&one("F32", "[2]", 0, 8), 9, RejectCode::Truncated);
        let twice = tensor("a", "F32", "[1]", 0, 4);
        let overlap = tensor("b", "F32", "[1]", 0, 4);
        check(&format!("{{{twice},{twice}}}"), 4, RejectCode::BadHeader);
        check(&format!("{{{twice},{overlap}}}"), 4, RejectCode::BadHeader);
        check("[]", 0, RejectCode::BadHeader);
        check("{\"a\":1}", 0, RejectCode::BadHeader);
        check(&"[".repeat(100_000), 0, RejectCode::BadHeader);
        for short in [&b""[..], &[1, 2, 3], &[200, 0, 0, 0, 0, 0, 0, 0, b'{']] {
            assert_eq!(read(short).expect_err("short").code, RejectCode::Truncated);
        }
        // The beginning of a zip file reads as a length of 2⁵⁸ bytes.
        assert_eq!(
            read(b"PK\x03\x04\x14\x00\x00\x00zip").expect_err("zip").code,
            RejectCode::HeaderTooLarge
        );
    }
}
