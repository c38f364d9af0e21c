//! The seam to the suffix array: which verbatim spans does a text share with given contributions?

use crate::id::ContentHash;
use std::ops::Range;

/// A run of text that an answer and a contribution share, letter case and white space apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerbatimSpan {
    /// Bytes of the traced text.
    pub traced: Range<usize>,
    /// The contribution that holds it.
    pub content_hash: ContentHash,
    /// Bytes of the contribution's text.
    pub source: Range<usize>,
}

/// A trace that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the verbatim index failed: {0}")]
pub struct TraceError(pub String);

/// Finds verbatim spans.
pub trait Trace {
    /// For each word of `text` the longest match that begins there and lies in one of `sources`;
    /// matches contained in a longer match of the same source are dropped. Ordered by place in
    /// `text`, then by source.
    fn trace(&self, text: &str, sources: &[ContentHash]) -> Result<Vec<VerbatimSpan>, TraceError>;
}
