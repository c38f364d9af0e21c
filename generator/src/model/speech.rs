//! From what a model says, piece by piece, to the events of an answer: its thinking taken off, its
//! markers dropped, whole sentences, none twice, and a refusal where nothing is left.

use super::{Cutter, Said, Thought, Written};
use crate::{Event, Refusal};

/// One answer of a model while it speaks.
#[derive(Debug)]
pub struct Speech {
    thought: Thought,
    cutter: Cutter,
    said: Said,
    text: String,
}

impl Speech {
    /// Of at most `sentences_most` sentences.
    pub fn new(sentences_most: usize) -> Self {
        Self {
            thought: Thought::default(),
            cutter: Cutter::default(),
            said: Said::new(sentences_most),
            text: String::new(),
        }
    }

    /// The sentences that are whole with this piece.
    pub fn take(&mut self, piece: &str) -> Vec<Event> {
        let piece = self.thought.take(piece);
        self.text.push_str(&piece);
        let sentences = self.cutter.take(&piece);
        self.pass(sentences)
    }

    /// What is left at the end, and a refusal if that is all. A text that was `cut_off` loses a last
    /// sentence that has no end.
    pub fn end(&mut self, cut_off: bool) -> Vec<Event> {
        let held = std::mem::take(&mut self.thought).end();
        self.text.push_str(&held);
        let mut cutter = std::mem::take(&mut self.cutter);
        let mut sentences = cutter.take(&held);
        sentences.extend(if cut_off { cutter.cut_off() } else { cutter.end() });
        let mut events = self.pass(sentences);
        if self.said.sentences() == 0 {
            // What is charged is decided by the books: a refusal is free.
            events.push(Event::Refused { reason: Refusal::NothingWritten });
        }
        events
    }

    /// Whether nothing that is still to come can become part of the answer.
    pub fn is_over(&self) -> bool {
        self.said.is_over()
    }

    /// Sentences so far.
    pub fn sentences(&self) -> u32 {
        self.said.sentences()
    }

    /// All that was said for the reader, markers included.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn pass(&mut self, sentences: Vec<Written>) -> Vec<Event> {
        sentences.into_iter().filter_map(|one| self.said.pass(one)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&str], cut_off: bool, wanted: &[&str]) {
        let mut speech = Speech::new(3);
        let mut events: Vec<Event> = pieces.iter().flat_map(|piece| speech.take(piece)).collect();
        events.extend(speech.end(cut_off));
        let texts: Vec<String> = events
            .into_iter()
            .map(|event| match event {
                Event::Sentence { text, .. } => text,
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(texts, wanted);
    }

    #[test]
    fn what_a_reader_gets() {
        const REFUSED: &str = "Refused { reason: NothingWritten }";
        check(
            &["<think>80?</think>At 80 °C [", "1]. Not", " more."],
            false,
            &["At 80 °C.", "Not more."],
        );
        check(&["At 80 °C. Not mo"], true, &["At 80 °C."]);
        check(&["At 80 °C. Not mo"], false, &["At 80 °C.", "Not mo"]);
        check(&["<"], false, &[REFUSED]);
        check(&["One. Two. One. Three."], false, &["One.", "Two."]);
        check(&["One. Two. Three. Four."], false, &["One.", "Two.", "Three."]);
        for nothing in [&[][..], &["[1] [2]【3】"], &["NO_ANSWER"], &["<think>Hm."], &["\n\n"]] {
            check(nothing, false, &[REFUSED]);
        }
    }
}
