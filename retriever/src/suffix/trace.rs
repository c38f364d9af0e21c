//! Which spans of a text stand word for word in given documents? For each word start the longest
//! match that ends with a word; what lies inside a longer match of the same document is dropped.

use super::fold::{Folded, original_range};
use super::reader::{DocumentView, SuffixReader};
use super::word::{is_boundary, is_informative, match_ends, word_starts};
use std::ops::Range;

/// A span that a traced text shares with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSpan {
    /// Bytes of the traced text.
    pub traced: Range<usize>,
    /// Number of the document.
    pub document: u32,
    /// Bytes of the document's text: its first such place, when there are several.
    pub source: Range<usize>,
}

/// The text that is traced.
struct Traced {
    folded: Folded,
    starts: Vec<usize>,
    ends: Vec<usize>,
}

impl SuffixReader {
    /// The spans that `text` shares with `documents`, by document and then by place in `text`;
    /// `original` gives a document's text.
    ///
    /// # Panics
    /// When there is no such document.
    pub fn trace<'t>(
        &self,
        text: &str,
        documents: &[u32],
        original: impl Fn(u32) -> &'t str,
    ) -> Vec<SourceSpan> {
        let folded = Folded::of(text);
        let (starts, ends) = (word_starts(&folded.text), match_ends(&folded.text));
        let traced = Traced { folded, starts, ends };
        let mut found = Vec::new();
        for document in documents {
            let view = self.document(*document);
            for (here, there) in traced.spans_in(&view) {
                found.push(SourceSpan {
                    traced: traced.original(text, &here),
                    document: *document,
                    source: view.original(original(*document), &there),
                });
            }
        }
        found
    }
}

impl Traced {
    /// Folded spans here and there; starts and ends here both ascend.
    fn spans_in(&self, view: &DocumentView<'_>) -> Vec<(Range<usize>, Range<usize>)> {
        let mut spans = Vec::new();
        let mut reached = 0;
        for start in &self.starts {
            let Some((end, place)) = self.longest(*start, view) else { continue };
            if end > reached && is_informative(&self.folded.text[*start..end]) {
                reached = end;
                spans.push((*start..end, place..place + (end - start)));
            }
        }
        spans
    }

    /// Where the longest match of what begins at `start` ends, and its first place in the document.
    fn longest(&self, start: usize, view: &DocumentView<'_>) -> Option<(usize, usize)> {
        let rest = &self.folded.text.as_bytes()[start..];
        let at = view.starts.partition_point(|place| view.from(*place) < rest);
        // The two neighbours in the order share the most with `rest`; nothing lies before the first.
        let before = at.checked_sub(1).and_then(|at| view.starts.get(at));
        let neighbours = before.into_iter().chain(view.starts.get(at));
        let shared = neighbours.map(|place| shared_length(view.from(*place), rest)).max()?;
        let ends = &self.ends[..self.ends.partition_point(|end| *end <= start + shared)];
        let ends = ends.iter().rev().take_while(|end| **end > start);
        ends.into_iter().find_map(|end| Some((*end, view.first_place(&rest[..end - start])?)))
    }

    fn original(&self, text: &str, folded: &Range<usize>) -> Range<usize> {
        let runs = &self.folded.runs;
        original_range(text, |at| runs[at], runs.len(), folded.start, folded.end)
    }
}

impl DocumentView<'_> {
    fn from(&self, place: u32) -> &[u8] {
        &self.text[place as usize..]
    }

    /// The first place where `needle` stands as whole words.
    fn first_place(&self, needle: &[u8]) -> Option<usize> {
        let low = self.starts.partition_point(|place| self.from(*place) < needle);
        let tail = &self.starts[low..];
        let high = tail.partition_point(|place| self.from(*place).starts_with(needle));
        let whole = |place: &usize| is_boundary(self.text, place + needle.len());
        tail[..high].iter().map(|place| *place as usize).filter(whole).min()
    }
}

fn shared_length(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;
    use proptest::prelude::*;

    /// Compares every word start with every word start.
    fn slow_trace(text: &str, documents: &[&str]) -> Vec<SourceSpan> {
        let folded = Folded::of(text);
        let ends = match_ends(&folded.text);
        let mut found = Vec::new();
        for (number, document) in documents.iter().enumerate() {
            let source = Folded::of(document);
            let mut spans: Vec<(Range<usize>, usize)> = Vec::new();
            for start in word_starts(&folded.text) {
                let longest = word_starts(&source.text)
                    .into_iter()
                    .flat_map(|place| ends.iter().map(move |end| (*end, place)))
                    .filter(|(end, place)| {
                        *end > start
                            && source.text[*place..].starts_with(&folded.text[start..*end])
                            && is_boundary(source.text.as_bytes(), place + end - start)
                    })
                    .max_by_key(|(end, place)| (*end, std::cmp::Reverse(*place)));
                spans.extend(longest.map(|(end, place)| (start..end, place)));
            }
            let inside =
                |a: &Range<usize>, b: &Range<usize>| a != b && a.start >= b.start && a.end <= b.end;
            let kept = spans
                .iter()
                .filter(|(span, _)| !spans.iter().any(|(other, _)| inside(span, other)));
            for (span, place) in kept.filter(|(span, _)| is_informative(&folded.text[span.clone()]))
            {
                let map = |it: &Folded, original: &str, range: Range<usize>| {
                    original_range(
                        original,
                        |at| it.runs[at],
                        it.runs.len(),
                        range.start,
                        range.end,
                    )
                };
                found.push(SourceSpan {
                    traced: map(&folded, text, span.clone()),
                    document: u32::try_from(number).expect("few documents"),
                    source: map(&source, document, *place..place + span.len()),
                });
            }
        }
        found
    }

    fn fast_trace(text: &str, documents: &[&str]) -> Vec<SourceSpan> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write(folder.path(), documents).expect("small texts");
        let reader = SuffixReader::open(folder.path()).expect("just written");
        let all: Vec<u32> = (0..documents.len() as u32).collect();
        reader.trace(text, &all, |document| documents[document as usize])
    }

    fn check(text: &str, documents: &[&str], wanted: &[(&str, u32, &str)]) {
        let spans = fast_trace(text, documents);
        let found: Vec<(&str, u32, &str)> = spans
            .iter()
            .map(|span| {
                let source = &documents[span.document as usize][span.source.clone()];
                (&text[span.traced.clone()], span.document, source)
            })
            .collect();
        assert_eq!(found, wanted, "{text:?}");
    }

    #[test]
    fn a_match_at_the_very_first_place_is_found() {
        // The document's first word sorts first of all: the match is at place 0 of the text and at
        // index 0 of the array, where "the neighbour before" does not exist.
        check("aa bb", &["aa bb zz"], &[("aa bb", 0, "aa bb")]);
        check("aa bb", &["aa bb"], &[("aa bb", 0, "aa bb")]);
        check("aa bb cc", &["", "aa bb"], &[("aa bb", 1, "aa bb")]);
    }

    #[test]
    fn a_document_that_ends_in_its_own_first_word_is_searched_in_the_right_order() {
        // Shrunk by `equals_brute_force`: the end of a text sorts last, not first.
        check("a\nA叶", &["a A叶a"], &[("a\nA叶", 0, "a A叶")]);
    }

    #[test]
    fn case_and_white_space_do_not_matter_and_offsets_are_the_originals() {
        check(
            "So: the Base Fee is burned.",
            &["x", "When  THE\nbase fee\tis paid"],
            &[("the Base Fee is", 1, "THE\nbase fee\tis")],
        );
    }

    #[test]
    fn only_whole_words_match() {
        check("act now and then", &["compact now and thence"], &[("now and", 0, "now and")]);
        check("绿茶用水冲泡", &["用绿茶用水冲茶"], &[("绿茶用水冲", 0, "绿茶用水冲")]);
    }

    #[test]
    fn nothing_matches_across_two_documents() {
        check(
            "one two three four",
            &["one two", "three four"],
            &[("one two", 0, "one two"), ("three four", 1, "three four")],
        );
        check("", &["one two"], &[]);
        check("one two", &[], &[]);
    }

    proptest! {
        #[test]
        fn equals_brute_force(
            text in "[aAbé茶叶 .\\n]{0,40}",
            documents in prop::collection::vec("[aAbé茶叶 .\\n]{0,40}", 0..4),
        ) {
            let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
            prop_assert_eq!(fast_trace(&text, &documents), slow_trace(&text, &documents));
        }
    }
}
