//! Where, and how often, does a phrase stand word for word?

use super::fold::Folded;
use super::reader::SuffixReader;
use super::word::{is_boundary, word_starts};
use std::ops::Range;

/// A place where a phrase stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseHit {
    /// Number of the document.
    pub document: u32,
    /// Bytes of its text.
    pub span: Range<usize>,
}

/// A folded phrase: what precedes its first word, and the rest, by which it is looked up.
struct Needle {
    lead: Vec<u8>,
    rest: Vec<u8>,
}

impl Needle {
    /// `None` for a phrase without a word.
    fn of(phrase: &str) -> Option<Self> {
        let folded = Folded::of(phrase.trim()).text;
        let first = *word_starts(&folded).first()?;
        let (lead, rest) = folded.as_bytes().split_at(first);
        Some(Self { lead: lead.to_vec(), rest: rest.to_vec() })
    }
}

/// Whether there is a word in `phrase`, so that it can be found at all.
pub(crate) fn is_phrase(phrase: &str) -> bool {
    Needle::of(phrase).is_some()
}

impl SuffixReader {
    /// Up to `k` places of `phrase` in the documents that `inside` lets through, by document and
    /// place; none for a phrase without a word. `original` gives a document's text.
    pub fn find<'t>(
        &self,
        phrase: &str,
        k: usize,
        inside: impl Fn(u32) -> bool,
        original: impl Fn(u32) -> &'t str,
    ) -> Vec<PhraseHit> {
        let Some(needle) = Needle::of(phrase) else { return Vec::new() };
        let mut places: Vec<usize> = self.places(&needle).collect();
        places.sort_unstable();
        let located = places.into_iter().map(|place| self.locate(place));
        let length = needle.lead.len() + needle.rest.len();
        located
            .filter(|(document, _)| inside(*document))
            .take(k)
            .map(|(document, at)| {
                let folded = at - needle.lead.len()..at - needle.lead.len() + length;
                let span = self.document(document).original(original(document), &folded);
                PhraseHit { document, span }
            })
            .collect()
    }

    /// How often `phrase` stands in all documents.
    pub fn count(&self, phrase: &str) -> usize {
        Needle::of(phrase).map_or(0, |needle| self.places(&needle).count())
    }

    /// The places of the needle's first word, in order of what follows.
    fn places<'s>(&'s self, needle: &'s Needle) -> impl Iterator<Item = usize> + 's {
        let text = self.folded();
        let from = |place: &u32| &text[*place as usize..];
        let array = self.array();
        let low = array.partition_point(|place| from(place) < needle.rest.as_slice());
        let tail = &array[low..];
        let high = tail.partition_point(|place| from(place).starts_with(&needle.rest));
        let whole = move |place: &usize| {
            text[..*place].ends_with(&needle.lead) && is_boundary(text, place + needle.rest.len())
        };
        tail[..high].iter().map(|place| *place as usize).filter(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;
    use proptest::prelude::*;

    fn reader(documents: &[&str]) -> (tempfile::TempDir, SuffixReader) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write(folder.path(), documents).expect("small texts");
        let reader = SuffixReader::open(folder.path()).expect("just written");
        (folder, reader)
    }

    fn check(phrase: &str, documents: &[&str], wanted: &[(u32, &str)]) {
        let (_folder, reader) = reader(documents);
        let hits = reader.find(phrase, 10, |_| true, |document| documents[document as usize]);
        let found: Vec<(u32, &str)> = hits
            .iter()
            .map(|hit| (hit.document, &documents[hit.document as usize][hit.span.clone()]))
            .collect();
        assert_eq!(found, wanted, "{phrase:?}");
        assert_eq!(reader.count(phrase), wanted.len(), "{phrase:?}");
    }

    #[test]
    fn phrases_are_found_in_order_with_the_originals_offsets() {
        let documents = ["The  base\nfee. The base fees", "", "(Base fee) base-fee"];
        check("base FEE", &documents, &[(0, "base\nfee"), (2, "Base fee")]);
        check("(base", &documents, &[(2, "(Base")]);
        check("the", &documents, &[(0, "The"), (0, "The")]);
        check("base fee xyz", &documents, &[]);
        check(" .?! ", &documents, &[]);
        check("绿茶", &["喝绿茶", "红茶"], &[(0, "绿茶")]);
        check("x", &[], &[]);
    }

    #[test]
    fn the_filter_applies_before_the_limit() {
        let documents = ["one two", "one two", "one two"];
        let (_folder, reader) = reader(&documents);
        let hits = reader.find("one", 1, |document| document > 0, |at| documents[at as usize]);
        assert_eq!(hits, [PhraseHit { document: 1, span: 0..3 }]);
    }

    proptest! {
        #[test]
        fn count_equals_brute_force(
            phrase in "[abé茶.]{1,3}( [ab茶]{1,2})?",
            documents in prop::collection::vec("[aAbé茶 .]{0,40}", 0..4),
        ) {
            let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
            let (_folder, reader) = reader(&documents);
            let needle = Folded::of(&phrase).text;
            let first = word_starts(&needle).first().copied();
            let slow: usize = documents.iter().map(|document| {
                let text = Folded::of(document).text;
                let starts = word_starts(&text);
                first.map_or(0, |first| text.char_indices().filter(|(at, _)| {
                    text[*at..].starts_with(&needle)
                        && starts.contains(&(at + first))
                        && is_boundary(text.as_bytes(), at + needle.len())
                }).count())
            }).sum();
            prop_assert_eq!(reader.count(&phrase), slow);
        }
    }
}
