//! What of a text counts when spans are compared, and where did it stand? Letters in lower case, runs
//! of white space as one space, characters that show nothing left out; with a map back.

use footnote_domain::text::token::is_invisible;

/// A folded text and the way back to the original.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) text: String,
    /// (folded byte, original byte): from there on, byte follows byte until the next entry.
    pub(super) runs: Vec<(u32, u32)>,
}

impl Folded {
    /// Folds `text`, which is below 4 GiB.
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), runs: Vec::new() };
        for (at, ch) in text.char_indices() {
            if is_invisible(ch) {
                continue;
            }
            if ch.is_whitespace() {
                if !folded.text.is_empty() && !folded.text.ends_with(' ') {
                    folded.note(folded.text.len(), at);
                    folded.text.push(' ');
                }
                continue;
            }
            folded.push_lower(at, ch);
        }
        folded
    }

    fn push_lower(&mut self, at: usize, ch: char) {
        let start = self.text.len();
        self.text.extend(ch.to_lowercase());
        if self.text.len() - start == ch.len_utf8() {
            self.note(start, at);
        } else {
            // Another length: every byte of it stands for the whole character.
            for byte in start..self.text.len() {
                self.note(byte, at);
            }
        }
    }

    fn note(&mut self, folded: usize, original: usize) {
        let (folded, original) = (offset(folded), offset(original));
        let follows = self.runs.last().is_some_and(|run| run.1 + (folded - run.0) == original);
        if !follows {
            self.runs.push((folded, original));
        }
    }
}

/// The original byte at which the character of a folded byte starts (or, inside a run, the byte
/// itself).
pub(super) fn original_start(
    run_at: impl Fn(usize) -> (u32, u32),
    runs: usize,
    folded: usize,
) -> usize {
    let wanted = offset(folded);
    let (mut low, mut high) = (0, runs);
    while low < high {
        let middle = low.midpoint(high);
        if run_at(middle).0 <= wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let run = run_at(low.checked_sub(1).expect("the first run starts at the first folded byte"));
    (run.1 + (wanted - run.0)) as usize
}

/// The original bytes that the folded bytes `start..end` (not empty) stand for.
pub(super) fn original_range(
    original: &str,
    run_at: impl Fn(usize) -> (u32, u32) + Copy,
    runs: usize,
    start: usize,
    end: usize,
) -> std::ops::Range<usize> {
    let first = original_start(run_at, runs, start);
    let mut last = original_start(run_at, runs, end - 1) + 1;
    while !original.is_char_boundary(last) {
        last += 1;
    }
    first..last
}

pub(super) fn offset(byte: usize) -> u32 {
    u32::try_from(byte).expect("texts are below 2 GiB, which the writer checks")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(text: &str, start: usize, end: usize) -> &str {
        let folded = Folded::of(text);
        &text[original_range(text, |at| folded.runs[at], folded.runs.len(), start, end)]
    }

    #[test]
    fn folds_and_finds_back() {
        let text = "  The\n\n BASE\u{200b} fee, İ K 茶";
        let folded = Folded::of(text);
        assert_eq!(folded.text, "the base fee, i\u{307} k 茶");
        assert_eq!(back(text, 0, 8), "The\n\n BASE");
        assert_eq!(back(text, 14, 17), "İ");
        assert_eq!(back(text, 18, 19), "K");
        assert_eq!(back(text, 20, 23), "茶");
        assert_eq!(Folded::of(" \n").text, "");
    }

    proptest! {
        #[test]
        fn every_character_leads_back_to_one_that_folds_to_it(text in "[aAİK茶é \\n\u{200b}ß]{0,30}") {
            let folded = Folded::of(&text);
            for (at, ch) in folded.text.char_indices().filter(|(_, ch)| *ch != ' ') {
                let range = original_range(&text, |n| folded.runs[n], folded.runs.len(), at, at + ch.len_utf8());
                prop_assert!(Folded::of(&text[range]).text.contains(ch));
            }
        }
    }
}
