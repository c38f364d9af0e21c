//! What does a file of safetensors hold? Its header, checked against the file before anything is read
//! from it: names, kinds of number, shapes, and where the numbers lie.

use super::{ModelFolderError, disk};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

/// Longest header, in bytes; the format's own limit.
const HEADER_BYTES_MOST: u64 = 100_000_000;
/// The entry of a header that is no tensor.
const METADATA: &str = "__metadata__";

/// One tensor of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Kind of number, as the format spells it: `F32`, `BF16`, ...
    pub(crate) dtype: String,
    /// Its dimensions, the slowest first.
    pub(crate) shape: Vec<usize>,
    /// Its bytes in the file, counted from the file's beginning.
    pub(crate) bytes: Range<u64>,
}

/// The tensors of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// By name.
    pub(crate) tensors: BTreeMap<String, Stored>,
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

impl Header {
    /// Reads the header of a file and checks that the file is exactly as long as it says.
    pub(crate) fn read(path: &Path) -> Result<Self, ModelFolderError> {
        let damaged = |reason: &str| ModelFolderError::Damaged {
            file: path.to_owned(),
            reason: reason.to_owned(),
        };
        let mut file = File::open(path).map_err(disk(path))?;
        let bytes = file.metadata().map_err(disk(path))?.len();
        let mut length = [0u8; 8];
        file.read_exact(&mut length).map_err(|_| damaged("it has no header"))?;
        let length = u64::from_le_bytes(length);
        if length > HEADER_BYTES_MOST || length + 8 > bytes {
            return Err(damaged("its header is longer than the file"));
        }
        let mut header = vec![0u8; length as usize];
        file.read_exact(&mut header).map_err(disk(path))?;
        let header: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(&header).map_err(|_| damaged("its header is no JSON object"))?;
        let mut tensors = BTreeMap::new();
        for (name, entry) in header.into_iter().filter(|(name, _)| name != METADATA) {
            let stored = stored(entry, 8 + length)
                .ok_or_else(|| damaged(&format!("its header describes {name} in no valid way")))?;
            tensors.insert(name, stored);
        }
        let end = tensors.values().map(|one| one.bytes.end).max().unwrap_or(8 + length);
        if end == bytes {
            Ok(Self { tensors })
        } else {
            Err(damaged(&format!("{bytes} bytes instead of {end}")))
        }
    }
}

/// A tensor whose place in the file is as large as its shape demands, where its kind is a known one.
fn stored(entry: serde_json::Value, data: u64) -> Option<Stored> {
    let Entry { dtype, shape, data_offsets: [from, to] } = serde_json::from_value(entry).ok()?;
    let bytes = data.checked_add(from)?..data.checked_add(to)?;
    let size = bytes.end.checked_sub(bytes.start)?;
    let count = shape.iter().try_fold(1u64, |all, one| all.checked_mul(*one as u64))?;
    let width = match dtype.as_str() {
        "F64" | "I64" | "U64" => Some(8),
        "F32" | "I32" | "U32" => Some(4),
        "F16" | "BF16" | "I16" | "U16" => Some(2),
        "I8" | "U8" | "BOOL" => Some(1),
        _ => None,
    };
    let fits = width.is_none_or(|width| count.checked_mul(width) == Some(size));
    fits.then_some(Stored { dtype, shape, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str, data: usize) -> Result<Header, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; data]];
        std::fs::write(file.path(), bytes.concat()).expect("written");
        Header::read(file.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_header_is_believed_only_where_the_file_agrees() {
        let whole = r#"{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}"#;
        let header = read(whole, 12).expect("is whole");
        let start = 8 + whole.len() as u64;
        let wanted = Stored { dtype: "BF16".into(), shape: vec![2, 3], bytes: start..start + 12 };
        assert_eq!(header.tensors["w"], wanted);
        assert!(read(whole, 11).expect_err("is cut off").contains("damaged"));
        assert!(read(whole, 13).expect_err("goes on").contains("damaged"));
        for broken in [
            r#"{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,12]}}"#,
            r#"{"w":{"dtype":"BF16","shape":[2,3],"data_offsets":[12,0]}}"#,
            r#"{"w":{"dtype":"BF16","shape":[4294967296,4294967296],"data_offsets":[0,12]}}"#,
            r#"{"w":{"dtype":"BF16","shape":[2,3],"data_offsets":[18446744073709551615,12]}}"#,
            r#"{"w":[]}"#,
            "[]",
            "{",
        ] {
            assert!(read(broken, 12).expect_err(broken).contains("header"), "{broken}");
        }
    }
}
