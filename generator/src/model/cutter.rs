//! Where does a sentence end in text that is still coming? Whole sentences leave as soon as the text
//! after them shows that they are whole; a marker that was cut in two by the stream is whole by then.

use super::markers::MarkerFilter;
use super::plain;
use footnote_domain::text::{SentenceKind, sentences};

/// A finished sentence of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// Its text, without markers and without space around it.
    pub(super) text: String,
    /// Whether a new paragraph, list item, table row or block of code begins with it.
    pub(super) paragraph_break_before: bool,
}

/// Bytes after which a sentence without an end is cut all the same: a model that never ends one must
/// not make every further piece dearer than the last.
const SENTENCE_BYTES_MOST: usize = 4_096;

/// Cuts a stream of text into sentences. Only the sentence that may still go on is read again with
/// each piece.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    markers: MarkerFilter,
    /// The sentence that may go on, without markers.
    open: String,
    begun: bool,
    /// Whether an empty line stood behind the last sentence.
    paragraph_ended: bool,
}

impl Cutter {
    /// Takes the next piece, cut anywhere; returns the sentences that are whole now.
    pub(super) fn take(&mut self, piece: &str) -> Vec<Written> {
        self.markers.take(piece, &mut self.open);
        // The last one may go on.
        let Some(last) = sentences(&self.open).pop() else {
            // Empty lines without end say no more than two.
            self.paragraph_ended |= self.open.contains("\n\n");
            if self.open.len() > SENTENCE_BYTES_MOST {
                self.open.clear();
            }
            return Vec::new();
        };
        let too_long = self.open.len() - last.span.start > SENTENCE_BYTES_MOST;
        let end = if too_long { self.last_gap() } else { last.span.start };
        let done: String = self.open.drain(..end).collect();
        self.read(&done)
    }

    /// The end of the last word that is whole.
    fn last_gap(&self) -> usize {
        self.open.rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(self.open.len())
    }

    /// The text has ended: what is left.
    pub(super) fn end(mut self) -> Vec<Written> {
        self.markers.end(&mut self.open);
        let rest = std::mem::take(&mut self.open);
        self.read(&rest)
    }

    /// The text was cut off: what is left, without a last sentence that has no end.
    pub(super) fn cut_off(self) -> Vec<Written> {
        let mut written = self.end();
        let closing = |ch: char| "\"'”’»」』)）*_]`".contains(ch);
        let ended = |one: &Written| {
            one.text
                .trim_end_matches(closing)
                .ends_with(['.', '!', '?', '…', '。', '！', '？', '；'])
        };
        written.pop_if(|last| !ended(last));
        written
    }

    fn read(&mut self, done: &str) -> Vec<Written> {
        let mut written = Vec::new();
        let mut before = 0;
        for one in sentences(done) {
            let gap = &done[before..one.span.start];
            before = one.span.end;
            let paragraph = gap.contains("\n\n") || self.paragraph_ended;
            let code = one.kind == SentenceKind::Code;
            let text = done[one.span.clone()].trim();
            let text = if code { text.to_owned() } else { plain(text).trim().to_owned() };
            if !text.chars().any(char::is_alphanumeric) {
                self.paragraph_ended = paragraph;
                continue;
            }
            self.paragraph_ended = false;
            let block = !matches!(one.kind, SentenceKind::Prose);
            let paragraph_break_before = self.begun && (block || paragraph);
            self.begun = true;
            written.push(Written { text, paragraph_break_before });
        }
        self.paragraph_ended |= done[before..].contains("\n\n");
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANSWER: &str = "Tea is steeped at 80 °C [1]. It turns bitter above.[1][2] Dr. Li says so【3】!\n\n- Rinse the pot [2]\n- Wait";

    fn whole(text: &str, cuts: &[usize]) -> Vec<Written> {
        let mut cutter = Cutter::default();
        let mut written = Vec::new();
        let mut from = 0;
        for at in cuts.iter().copied().chain([text.len()]) {
            let at = (from.max(at)..=text.len()).find(|at| text.is_char_boundary(*at));
            let at = at.unwrap_or(text.len());
            written.extend(cutter.take(&text[from..at]));
            from = at;
        }
        written.extend(cutter.end());
        written
    }

    #[test]
    fn sentences_come_one_by_one_without_their_markers() {
        let written = whole(ANSWER, &[]);
        let texts: Vec<&str> = written.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Tea is steeped at 80 °C.",
                "It turns bitter above.",
                "Dr. Li says so!",
                "- Rinse the pot",
                "- Wait"
            ]
        );
        let breaks: Vec<bool> = written.iter().map(|one| one.paragraph_break_before).collect();
        assert_eq!(breaks, [false, false, false, true, true]);
        let mut cutter = Cutter::default();
        assert!(cutter.take("Tea is green [1").is_empty());
        assert_eq!(cutter.take("]. Coffee").first().expect("whole").text, "Tea is green.");
    }

    #[test]
    fn of_a_text_that_was_cut_off_only_whole_sentences_are_left() {
        let check = |text: &str, wanted: &[&str]| {
            let mut cutter = Cutter::default();
            let mut written = cutter.take(text);
            written.extend(cutter.cut_off());
            let texts: Vec<&str> = written.iter().map(|one| one.text.as_str()).collect();
            assert_eq!(texts, wanted);
        };
        check("Tea is green. Coffee is", &["Tea is green."]);
        check("茶是绿的。咖啡", &["茶是绿的。"]);
        check("She said “no.”", &["She said “no.”"]);
        check("Tea", &[]);
    }

    #[test]
    fn a_paragraph_breaks_however_the_stream_is_cut() {
        let text = "Tea is green.\n\nCoffee is black. Milk is white.";
        for cuts in [&[][..], &[13], &[14], &[15, 17], &[20, 40]] {
            let breaks: Vec<bool> =
                whole(text, cuts).iter().map(|one| one.paragraph_break_before).collect();
            assert_eq!(breaks, [false, true, false], "{cuts:?}");
        }
    }

    #[test]
    fn a_sentence_that_never_ends_is_cut_and_costs_no_more_with_every_word() {
        let mut cutter = Cutter::default();
        let mut written = Vec::new();
        for _ in 0..1_500 {
            written.extend(cutter.take("and on "));
            assert!(cutter.open.len() <= SENTENCE_BYTES_MOST + 8);
        }
        written.extend(cutter.end());
        let words: usize = written.iter().map(|one| one.text.split_whitespace().count()).sum();
        assert_eq!(words, 3_000);
        assert!(written.iter().all(|one| one.text.len() <= SENTENCE_BYTES_MOST + 8));
        // Without a gap to cut at, too.
        let mut cutter = Cutter::default();
        let pieces: usize = (0..1_500).map(|_| cutter.take("不停").len()).sum();
        assert_eq!(pieces, 2);
    }

    proptest! {
        #[test]
        fn no_marker_comes_out_however_the_stream_is_cut(
            mut cuts in prop::collection::vec(0usize..120, 0..30),
        ) {
            cuts.sort_unstable();
            let written = whole(ANSWER, &cuts);
            prop_assert!(written.iter().all(|one| !one.text.contains(['[', '【'])), "{written:?}");
            let words = |all: &[Written]| all.iter().flat_map(|one| {
                one.text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
            }).collect::<Vec<_>>();
            prop_assert_eq!(words(&written), words(&whole(ANSWER, &[])));
        }
    }
}
