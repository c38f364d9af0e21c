//! Where do sentences and passages of a text begin and end?
//!
//! A passage is a run of whole sentences that, with the text's title, an embedding model reads in
//! one go. Neighbours overlap by about 15 % unless a heading parts them. Pure: the same text, title
//! and parameters give the same cut.

use crate::wordpiece;
use footnote_domain::id::{ContentHash, Digest};
use footnote_domain::ownership::Fingerprint;
use footnote_domain::text::{Language, SentenceKind, SentenceSpan, sentences};
use std::ops::Range;
use std::sync::Arc;

/// Word pieces a passage may have, its title included, by the estimate of [`wordpiece`]. The model
/// reads 256 with two marks of its own; one text in ten counts up to 1.1 × the estimate.
pub const PASSAGE_PIECES: usize = 230;
/// The same in the pieces that the model itself counts; recorded in manifests.
pub const PASSAGE_PIECES_MODEL: u32 = 256;
/// Part of a passage that the next one repeats, in percent.
pub const OVERLAP_PERCENT: usize = 15;
/// A heading ends a passage only when it is at least this full, in percent; shorter sections join.
const SECTION_FILL_PERCENT: usize = 40;
/// Pieces of the title that count and are embedded; longer titles are cut.
const TITLE_PIECES: usize = 48;

/// A passage of a cut text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutPassage {
    /// Numbers of its sentences.
    pub sentences: Range<u32>,
    /// Bytes from its first sentence to its last.
    pub span: Range<usize>,
    /// The headings above it, outermost first.
    pub section: String,
}

/// A text as it goes into the indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Hash of the text.
    pub content_hash: ContentHash,
    /// The title it was cut under, as far as it is embedded.
    pub title: String,
    /// The text.
    pub text: Arc<str>,
    /// Its language.
    pub language: Language,
    /// Its sentences.
    pub sentences: Vec<SentenceSpan>,
    /// What sentences are compared by.
    pub prints: Vec<Fingerprint>,
    /// Its passages.
    pub passages: Vec<CutPassage>,
}

impl Cut {
    /// Cuts a text. One with a word in it has at least one sentence and one passage.
    pub fn of(content_hash: ContentHash, title: &str, text: Arc<str>) -> Self {
        let language = Language::detect(&text);
        let sentences = sentences(&text);
        let title = wordpiece::prefix(title.trim(), TITLE_PIECES, language).to_owned();
        let prints = sentences
            .iter()
            .map(|sentence| Fingerprint::of(&text[sentence.span.clone()]))
            .collect();
        let passages = Cutter::new(&text, &title, language, &sentences).passages();
        Self { content_hash, title, text, language, sentences, prints, passages }
    }

    /// The text of a sentence.
    pub fn sentence(&self, number: usize) -> &str {
        &self.text[self.sentences[number].span.clone()]
    }

    /// What is embedded for a passage: the title, then its text.
    pub fn passage_input(&self, passage: &CutPassage) -> String {
        let text = &self.text[passage.span.clone()];
        if self.title.is_empty() { text.to_owned() } else { format!("{}\n{text}", self.title) }
    }
}

/// Identifies this way of cutting and of feeding passages to a model; part of every vector's key.
pub fn digest() -> Digest {
    let rules = format!(
        "footnote-cut/1 {PASSAGE_PIECES} {OVERLAP_PERCENT} {SECTION_FILL_PERCENT} {TITLE_PIECES}"
    );
    Digest::of(&[rules.as_bytes()])
}

struct Cutter<'a> {
    sentences: &'a [SentenceSpan],
    pieces: Vec<usize>,
    sections: Vec<String>,
    budget: usize,
}

impl<'a> Cutter<'a> {
    fn new(text: &'a str, title: &str, language: Language, sentences: &'a [SentenceSpan]) -> Self {
        let pieces = sentences
            .iter()
            .map(|sentence| wordpiece::count(&text[sentence.span.clone()], language))
            .collect();
        let budget = PASSAGE_PIECES - wordpiece::count(title, language).min(TITLE_PIECES);
        Self { sentences, pieces, sections: sections(text, title, sentences), budget }
    }

    fn passages(&self) -> Vec<CutPassage> {
        let mut passages = Vec::new();
        let (mut start, mut done) = (0, 0);
        while done < self.sentences.len() {
            let end = self.fill(start, done);
            passages.push(self.passage(start..end));
            start = self.overlap(start, end);
            done = end;
        }
        passages
    }

    /// Where a passage from `start` ends; it takes in at least one sentence beyond `done`.
    fn fill(&self, start: usize, done: usize) -> usize {
        let mut total: usize = self.pieces[start..done].iter().sum();
        let mut end = done;
        while end < self.sentences.len() {
            let full = total + self.pieces[end] > self.budget;
            let section_ends =
                self.is_heading(end) && total * 100 >= self.budget * SECTION_FILL_PERCENT;
            if end > done && (full || section_ends) {
                return self.without_trailing_headings(done, end);
            }
            total += self.pieces[end];
            end += 1;
        }
        end
    }

    /// A heading belongs to what follows it.
    fn without_trailing_headings(&self, done: usize, mut end: usize) -> usize {
        while end > done + 1 && self.is_heading(end - 1) {
            end -= 1;
        }
        end
    }

    /// Where the passage after `start..end` begins: a few sentences back, never across a heading,
    /// and only when the next sentence still fits behind them.
    fn overlap(&self, start: usize, end: usize) -> usize {
        let Some(next) = self.pieces.get(end) else { return end };
        if self.is_heading(end) {
            return end;
        }
        let (mut from, mut total) = (end, 0);
        while from > start + 1 && !self.is_heading(from - 1) {
            total += self.pieces[from - 1];
            if total * 100 > self.budget * OVERLAP_PERCENT || total + next > self.budget {
                break;
            }
            from -= 1;
        }
        from
    }

    fn passage(&self, numbers: Range<usize>) -> CutPassage {
        let first_said =
            numbers.clone().find(|at| !self.is_heading(*at)).unwrap_or(numbers.end - 1);
        let number = |n: usize| u32::try_from(n).expect("a text has fewer than 2³² sentences");
        CutPassage {
            span: self.sentences[numbers.start].span.start
                ..self.sentences[numbers.end - 1].span.end,
            sentences: number(numbers.start)..number(numbers.end),
            section: self.sections[first_said].clone(),
        }
    }

    fn is_heading(&self, at: usize) -> bool {
        self.sentences[at].kind == SentenceKind::Heading
    }
}

/// Per sentence the headings in force, outermost first; one that repeats the title is left out.
fn sections(text: &str, title: &str, sentences: &[SentenceSpan]) -> Vec<String> {
    let mut path: Vec<(usize, &str)> = Vec::new();
    let mut section = String::new();
    let mut found = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        if sentence.kind == SentenceKind::Heading {
            let line = &text[sentence.span.clone()];
            let level = line.chars().take_while(|ch| *ch == '#').count();
            path.retain(|(above, _)| *above < level);
            path.push((level, line.trim_matches(['#', ' ', '\t'])));
            let shown = path.iter().map(|(_, name)| *name).filter(|name| *name != title);
            section = shown.collect::<Vec<_>>().join(" › ");
        }
        found.push(section.clone());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(title: &str, text: &str) -> Cut {
        Cut::of(ContentHash::of(text.as_bytes()), title, text.into())
    }

    fn numbered(from: usize, to: usize) -> String {
        let sentence =
            |n: usize| format!("Sentence number {n} speaks of the base fee and of who pays it. ");
        (from..to).map(sentence).collect()
    }

    #[test]
    fn a_short_text_is_one_passage() {
        let cut = cut("Title", "# Title\n\nOne. Two.");
        assert_eq!(cut.passages.len(), 1);
        assert_eq!(cut.passages[0].section, "");
        assert_eq!(cut.passage_input(&cut.passages[0]), "Title\n# Title\n\nOne. Two.");
    }

    #[test]
    fn long_sections_are_cut_with_overlap_and_short_ones_join() {
        let text = format!(
            "# A\n## B\n{}\n## C\n{}\n### D\nShort.\n## E\nEnd.",
            numbered(0, 40),
            numbered(40, 52)
        );
        let cut = cut("", &text);
        let sections: Vec<&str> =
            cut.passages.iter().map(|passage| passage.section.as_str()).collect();
        assert_eq!(sections, ["A › B", "A › B", "A › B", "A › C", "A › C › D"], "{sections:?}");
        let [first, second] = &cut.passages[..2] else { panic!("two passages") };
        assert!(second.sentences.start < first.sentences.end, "they overlap");
        assert_eq!(cut.passages[2].sentences.end, cut.passages[3].sentences.start);
        assert!(text[cut.passages[3].span.clone()].starts_with("## C"));
    }

    #[test]
    fn a_giant_sentence_stands_alone() {
        let giant = format!("This {} ends.", "never ".repeat(600));
        let cut = cut("", &format!("Before it. {giant} After it."));
        let alone: Vec<Range<u32>> =
            cut.passages.iter().map(|passage| passage.sentences.clone()).collect();
        assert_eq!(alone, [0..1, 1..2, 2..3]);
    }

    proptest! {
        #[test]
        fn every_sentence_is_covered_in_order_and_within_the_budget(
            blocks in prop::collection::vec((0usize..4, 1usize..60), 1..12),
            title in "[a-z ]{0,40}",
        ) {
            let block = |(kind, words): &(usize, usize)| match kind {
                0 => format!("\n\n## {}\n\n", "head ".repeat(1 + words % 4)),
                1 => format!("\n- {}\n", "item ".repeat(*words)),
                2 => format!("{}. ", "绿茶".repeat(*words)),
                _ => format!("A{}. ", " word".repeat(*words)),
            };
            let text: String = blocks.iter().map(block).collect();
            let cut = cut(&title, &text);
            let mut covered = 0;
            let mut last_start = None;
            for passage in &cut.passages {
                let Range { start, end } = passage.sentences.clone();
                prop_assert!(start <= covered && end > covered, "{:?}", cut.passages);
                prop_assert!(last_start < Some(start));
                (covered, last_start) = (end, Some(start));
                let whole = wordpiece::count(&cut.title, cut.language)
                    + (start..end).map(|n| wordpiece::count(cut.sentence(n as usize), cut.language)).sum::<usize>();
                prop_assert!(whole <= PASSAGE_PIECES || end - start == 1);
            }
            prop_assert_eq!(covered as usize, cut.sentences.len());
        }
    }
}
