//! Where does a sentence end in text that is still coming? Whole sentences leave as soon as the text
//! after them shows that they are whole; a marker that was cut in two by the stream is whole by then.

use super::markers::{decided, without_markers};
use footnote_domain::text::{SentenceKind, sentences};

/// A finished sentence of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// Its text, without markers and without space around it.
    pub(super) text: String,
    /// Whether a new paragraph, list item, table row or block of code begins with it.
    pub(super) paragraph_break_before: bool,
}

/// Cuts a stream of text into sentences. An answer is short, so its text is read again with each
/// piece rather than kept half understood.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    raw: String,
    /// Bytes of the text without markers that have been cut already.
    cut: usize,
    begun: bool,
}

impl Cutter {
    /// Takes the next piece, cut anywhere; returns the sentences that are whole now.
    pub(super) fn take(&mut self, piece: &str) -> Vec<Written> {
        self.raw.push_str(piece);
        let clean = without_markers(&self.raw[..decided(&self.raw)]);
        let open = clean.get(self.cut..).unwrap_or_default();
        // The last one may go on.
        let Some(last) = sentences(open).pop() else { return Vec::new() };
        let done = open[..last.span.start].to_owned();
        self.cut += done.len();
        self.read(&done)
    }

    /// The text has ended: what is left.
    pub(super) fn end(mut self) -> Vec<Written> {
        let clean = without_markers(&self.raw);
        let rest = clean.get(self.cut..).unwrap_or_default().to_owned();
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
            let text = done[one.span.clone()].trim().to_owned();
            if !text.chars().any(char::is_alphanumeric) {
                continue;
            }
            let block = !matches!(one.kind, SentenceKind::Prose);
            let paragraph_break_before = self.begun && (block || gap.contains("\n\n"));
            self.begun = true;
            written.push(Written { text, paragraph_break_before });
        }
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
