//! How is a sealed suffix array read? Mapped, and cut into one view per document.

use super::fold::original_range;
use super::{ARRAY_FILE, BY_DOCUMENT_FILE, DOCUMENTS_FILE, RUNS_FILE, TEXT_FILE};
use crate::error::RetrieverError;
use crate::mapped::Mapped;
use std::ops::Range;
use std::path::Path;

/// A sealed suffix array.
pub struct SuffixReader {
    text: Mapped,
    array: Mapped,
    by_document: Mapped,
    documents: Mapped,
    runs: Mapped,
}

/// One document's folded text and its word starts in order of what follows them.
#[derive(Clone, Copy)]
pub(super) struct DocumentView<'a> {
    /// With its separator, by which the order was made: it sorts after every other byte.
    pub(super) text: &'a [u8],
    pub(super) starts: &'a [u32],
    runs: &'a [[u32; 2]],
}

impl SuffixReader {
    /// Opens what [`super::write`] wrote to `folder`.
    pub fn open(folder: &Path) -> Result<Self, RetrieverError> {
        let open = |name| Mapped::open(&folder.join(name));
        Ok(Self {
            text: open(TEXT_FILE)?,
            array: open(ARRAY_FILE)?,
            by_document: open(BY_DOCUMENT_FILE)?,
            documents: open(DOCUMENTS_FILE)?,
            runs: open(RUNS_FILE)?,
        })
    }

    /// All texts, folded, separated.
    pub(super) fn folded(&self) -> &[u8] {
        self.text.bytes()
    }

    /// The word starts of all texts in order of what follows them.
    pub(super) fn array(&self) -> &[u32] {
        self.array.words()
    }

    fn marks(&self) -> &[[u32; 3]] {
        self.documents.words().as_chunks().0
    }

    /// The document that a place of [`Self::folded`] lies in, and the place in it.
    pub(super) fn locate(&self, place: usize) -> (u32, usize) {
        let marks = self.marks();
        let document = marks.partition_point(|mark| mark[0] as usize <= place) - 1;
        (super::fold::offset(document), place - marks[document][0] as usize)
    }

    pub(super) fn document(&self, document: u32) -> DocumentView<'_> {
        let marks = self.marks();
        let (from, to) = (marks[document as usize], marks[document as usize + 1]);
        let range = |part: usize| from[part] as usize..to[part] as usize;
        DocumentView {
            text: &self.text.bytes()[range(0)],
            starts: &self.by_document.words()[range(1)],
            runs: &self.runs.words().as_chunks().0[range(2)],
        }
    }
}

impl DocumentView<'_> {
    /// The bytes of `original`, this document's text, that folded bytes stand for.
    pub(super) fn original(&self, original: &str, folded: &Range<usize>) -> Range<usize> {
        let run_at = |at: usize| (self.runs[at][0], self.runs[at][1]);
        original_range(original, run_at, self.runs.len(), folded.start, folded.end)
    }
}
