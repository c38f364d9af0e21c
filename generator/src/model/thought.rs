//! Which text is meant for the reader? Reasoning models think aloud first, between `<think>` and
//! `</think>`; none of that is the answer.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes the thinking off the beginning of a stream of text.
#[derive(Debug, Default)]
pub(super) struct Thought {
    held: String,
    answering: bool,
}

impl Thought {
    /// The part of the next piece that is meant for the reader; what cannot be told yet is held back.
    pub(super) fn take(&mut self, piece: &str) -> String {
        if self.answering {
            return piece.to_owned();
        }
        self.held.push_str(piece);
        let begun = self.held.trim_start();
        if begun.len() < OPEN.len() && OPEN.starts_with(begun) {
            return String::new();
        }
        if !begun.starts_with(OPEN) {
            self.answering = true;
            return std::mem::take(&mut self.held);
        }
        let Some(close) = begun.find(CLOSE) else {
            // Only what could be the beginning of the end has to be kept.
            let kept = begun.char_indices().rev().nth(CLOSE.len()).map_or(0, |(at, _)| at);
            self.held = format!("{OPEN}{}", &begun[kept.max(OPEN.len())..]);
            return String::new();
        };
        let answer = begun[close + CLOSE.len()..].trim_start().to_owned();
        self.answering = true;
        self.held.clear();
        answer
    }

    /// The text has ended: what was held back and turned out to be no thinking.
    pub(super) fn end(self) -> String {
        if self.held.trim_start().starts_with(OPEN) { String::new() } else { self.held }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &str) {
        for size in 1..=text.len().max(1) {
            let mut thought = Thought::default();
            let pieces: Vec<char> = text.chars().collect();
            let mut answer = String::new();
            for piece in pieces.chunks(size) {
                answer += &thought.take(&piece.iter().collect::<String>());
            }
            answer += &thought.end();
            assert_eq!(answer.trim_start(), wanted, "in pieces of {size}");
        }
    }

    #[test]
    fn thinking_is_taken_off_however_it_is_cut() {
        check("<think>Hm, 80? Tea ° 茶.</think>\n\nAt 80 °C.", "At 80 °C.");
        check("\n<think>\n\n</think>\n\nAt 80.", "At 80.");
        check("<think>It never ends, and says </thin", "");
    }

    #[test]
    fn everything_else_stays() {
        check("At 80 °C.", "At 80 °C.");
        check("<thin ice>", "<thin ice>");
        check("<th", "<th");
        check("", "");
        check("At 80. <think>no</think>", "At 80. <think>no</think>");
    }
}
