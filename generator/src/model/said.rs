//! What of a model's words becomes the answer? Nothing once it said that there is no answer, no more
//! sentences than were asked for, and nothing said twice: a model that repeats itself has ended.

use super::{NO_ANSWER, Written};
use crate::Event;
use std::collections::HashSet;

/// What a model has said so far.
#[derive(Debug)]
pub(super) struct Said {
    most: usize,
    before: HashSet<String>,
    refused: bool,
    repeated: bool,
}

impl Said {
    /// Of an answer of at most `most` sentences.
    pub(super) fn new(most: usize) -> Self {
        Self { most, before: HashSet::new(), refused: false, repeated: false }
    }

    /// The event of a sentence, if it becomes part of the answer.
    pub(super) fn pass(&mut self, sentence: Written) -> Option<Event> {
        let Written { text, paragraph_break_before } = sentence;
        self.refused |= self.before.is_empty() && text.contains(NO_ANSWER);
        if self.is_over() {
            return None;
        }
        if !self.before.insert(text.to_lowercase()) {
            self.repeated = true;
            return None;
        }
        Some(Event::Sentence { text, quoted: None, paragraph_break_before })
    }

    /// Whether nothing that is still to come can become part of the answer.
    pub(super) fn is_over(&self) -> bool {
        self.refused || self.repeated || self.before.len() >= self.most
    }

    /// Sentences of the answer.
    pub(super) fn sentences(&self) -> u32 {
        u32::try_from(self.before.len()).expect("an answer has few sentences")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(most: usize, texts: &[&str]) -> (Vec<String>, bool) {
        let mut said = Said::new(most);
        let mut kept = Vec::new();
        for text in texts {
            let written = Written { text: (*text).into(), paragraph_break_before: false };
            if let Some(Event::Sentence { text, .. }) = said.pass(written) {
                kept.push(text);
            }
        }
        assert_eq!(said.sentences() as usize, kept.len());
        (kept, said.is_over())
    }

    #[test]
    fn an_answer_ends_where_it_is_full_or_repeats_itself() {
        assert_eq!(said(2, &["A.", "B.", "C."]), (vec!["A.".into(), "B.".into()], true));
        assert_eq!(said(9, &["A.", "B.", "a.", "C."]), (vec!["A.".into(), "B.".into()], true));
        assert_eq!(said(9, &["A."]), (vec!["A.".into()], false));
    }

    #[test]
    fn nothing_follows_a_refusal_and_a_late_one_takes_nothing_back() {
        assert_eq!(said(9, &["NO_ANSWER.", "Still, A."]), (Vec::new(), true));
        assert_eq!(said(9, &["A.", "It wrote NO_ANSWER."]).0.len(), 2);
    }
}
