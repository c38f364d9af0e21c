//! How is a sealed file read without loading it? Mapped into memory, as bytes or as little-endian
//! numbers. Only for files that are never written again: a mapped file that shrinks kills its reader.

use crate::error::RetrieverError;
use memmap2::Mmap;
use std::fs::File;
use std::path::Path;

#[cfg(target_endian = "big")]
compile_error!("sealed files hold little-endian numbers and are mapped as they are");

/// A sealed file in memory.
#[derive(Debug)]
pub(crate) struct Mapped {
    map: Mmap,
}

impl Mapped {
    pub(crate) fn open(path: &Path) -> Result<Self, RetrieverError> {
        let file = File::open(path).map_err(RetrieverError::io("open", path))?;
        // SAFETY: sealed files are written once under another name, renamed, and only ever unlinked.
        let map = unsafe { Mmap::map(&file) }.map_err(RetrieverError::io("map", path))?;
        Ok(Self { map })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.map
    }

    pub(crate) fn words(&self) -> &[u32] {
        // SAFETY: every bit pattern is a u32; `whole` refuses a file that is not made of them.
        whole(unsafe { self.map.align_to() })
    }

    pub(crate) fn floats(&self) -> &[f32] {
        // SAFETY: every bit pattern is an f32.
        whole(unsafe { self.map.align_to() })
    }

    pub(crate) fn signed(&self) -> &[i8] {
        // SAFETY: every bit pattern is an i8, and alignment is 1.
        whole(unsafe { self.map.align_to() })
    }
}

/// Maps begin on a page, so nothing lies before the first number; lengths are checked at opening.
fn whole<'a, T>((before, inside, after): (&'a [u8], &'a [T], &'a [u8])) -> &'a [T] {
    assert!(before.is_empty() && after.is_empty(), "a sealed array is whole and page-aligned");
    inside
}

/// The bytes of `numbers` as they stand in a sealed file.
pub(crate) fn word_bytes(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The bytes of `numbers` as they stand in a sealed file.
pub(crate) fn float_bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}
