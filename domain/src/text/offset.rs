//! Where in a text? Bytes inside the house, Unicode code points at every outside door.

use std::ops::Range;

/// A 0-based, half-open range of Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodePoints {
    /// First code point inside.
    pub start: u64,
    /// First code point after.
    pub end: u64,
}

impl CodePoints {
    /// The code points that `bytes` of `text` cover.
    ///
    /// # Panics
    /// When the range does not lie on character boundaries of `text`.
    pub fn from_bytes(text: &str, bytes: &Range<usize>) -> Self {
        let start = text[..bytes.start].chars().count() as u64;
        Self { start, end: start + text[bytes.clone()].chars().count() as u64 }
    }

    /// The bytes of `text` that these code points are, or `None` when they reach past its end.
    pub fn to_bytes(self, text: &str) -> Option<Range<usize>> {
        if self.start > self.end {
            return None;
        }
        let byte_of = |point: u64| -> Option<usize> {
            let nth = usize::try_from(point).ok()?;
            text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len())).nth(nth)
        };
        Some(byte_of(self.start)?..byte_of(self.end)?)
    }

    /// The quoted text, or `None` when the range reaches past the end.
    pub fn quote(self, text: &str) -> Option<&str> {
        self.to_bytes(text).map(|bytes| &text[bytes])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_end_of_the_text_is_inside_and_one_past_is_not() {
        let all = CodePoints { start: 0, end: 3 };
        assert_eq!(all.quote("茶👩e"), Some("茶👩e"));
        assert_eq!(CodePoints { start: 3, end: 3 }.quote("茶👩e"), Some(""));
        assert_eq!(CodePoints { start: 0, end: 4 }.quote("茶👩e"), None);
        assert_eq!(CodePoints { start: 2, end: 1 }.quote("茶👩e"), None);
    }

    proptest! {
        #[test]
        fn there_and_back(text in "\\PC{0,40}", a in 0usize..40, b in 0usize..40) {
            let bounds: Vec<usize> =
                text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (a, b) = (bounds[a % bounds.len()], bounds[b % bounds.len()]);
            let bytes = a.min(b)..a.max(b);
            let points = CodePoints::from_bytes(&text, &bytes);
            prop_assert_eq!(points.to_bytes(&text), Some(bytes));
        }
    }
}
