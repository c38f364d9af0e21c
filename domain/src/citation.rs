//! What does a citation point at, and when may it be shown? A span of a contribution, in Unicode
//! code points, whose text is the quote: `text[start..end] == quote`, always.

use crate::id::{ContentHash, DatanetId, Digest};
use crate::text::CodePoints;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A citation as it stands in a receipt: where the quote is and what it hashes to, not the quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The number shown, from 1, one per cited contribution.
    #[serde(with = "crate::decimal")]
    pub n: u32,
    /// The Datanet of the contribution.
    pub datanet: DatanetId,
    /// The Datanet's version when the answer was given.
    #[serde(with = "crate::decimal")]
    pub version: u64,
    /// The contribution.
    pub content_hash: ContentHash,
    /// First code point of the quote.
    #[serde(with = "crate::decimal")]
    pub start: u64,
    /// First code point after the quote.
    #[serde(with = "crate::decimal")]
    pub end: u64,
    /// keccak-256 of the quote's UTF-8 bytes.
    pub quote_hash: Digest,
    /// Number of the answer's sentence that it supports, from 0.
    #[serde(with = "crate::decimal")]
    pub sentence: u32,
}

/// A span to be cited that is not in the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bytes {span:?} are no whole characters of contribution {content_hash}")]
pub struct SpanError {
    /// The contribution.
    pub content_hash: ContentHash,
    /// The span.
    pub span: Range<usize>,
}

/// A quote cut from a text, with its place in code points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Where it stands.
    pub points: CodePoints,
    /// The text between.
    pub text: String,
    /// keccak-256 of the text's UTF-8 bytes.
    pub hash: Digest,
}

impl Quote {
    /// Cuts `span` (bytes) out of the text of a contribution.
    pub fn cut(
        content_hash: ContentHash,
        text: &str,
        span: &Range<usize>,
    ) -> Result<Self, SpanError> {
        let quoted =
            text.get(span.clone()).ok_or_else(|| SpanError { content_hash, span: span.clone() })?;
        Ok(Self {
            points: CodePoints::from_bytes(text, span),
            text: quoted.to_owned(),
            hash: Digest::of(&[quoted.as_bytes()]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_count_code_points_and_refuse_half_characters() {
        let hash = ContentHash::of(b"");
        let text = "👩‍🍳 agua é";
        let quote = Quote::cut(hash, text, &(text.len() - 2..text.len())).expect("é");
        assert_eq!((quote.points.start, quote.points.end), (9, 10));
        assert_eq!(quote.points.quote(text), Some("é"));
        assert!(Quote::cut(hash, text, &(1..4)).is_err());
        assert!(Quote::cut(hash, text, &(0..99)).is_err());
    }
}
