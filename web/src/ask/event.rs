//! What happens while an answer is made? Numbered events, the same for a reader who was there and
//! for one who comes late.

use super::answer::{Answer, AnswerCitation, AnswerSentence, SearchResult};
use serde::{Deserialize, Serialize};

/// What happens while an answer is made, in order; the position is the event's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum AnswerEvent {
    /// The search began.
    Searching {
        /// Over how many Datanets.
        datanets: usize,
    },
    /// Passages were found and are being read.
    Reading {
        /// The passages, best first.
        results: Vec<SearchResult>,
    },
    /// One more sentence, with the citations that support it.
    Sentence {
        /// Its number, from 0.
        index: u32,
        /// The sentence; its weight is known only at the end and 0 until then.
        sentence: AnswerSentence,
        /// Its citations.
        citations: Vec<AnswerCitation>,
    },
    /// The end: everything, as it is stored.
    Done {
        /// The finished answer.
        answer: Box<Answer>,
    },
    /// It failed; nothing was charged.
    Failed {
        /// Stable code.
        code: String,
        /// What happened and what to do next.
        message: String,
    },
}

impl AnswerEvent {
    /// Whether nothing follows it.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Failed { .. })
    }
}

impl Answer {
    /// The events that led here, for a reader who comes late: the same text, the same ids.
    pub fn replay(&self) -> Vec<AnswerEvent> {
        let mut events = vec![
            AnswerEvent::Searching { datanets: self.datanets_searched },
            AnswerEvent::Reading { results: self.search_results.clone() },
        ];
        for (index, sentence) in (0u32..).zip(&self.sentences) {
            let of_sentence = self.citations.iter().filter(|c| c.sentence == index);
            events.push(AnswerEvent::Sentence {
                index,
                sentence: AnswerSentence { weight_ppm: 0, ..sentence.clone() },
                citations: of_sentence.cloned().collect(),
            });
        }
        events.push(AnswerEvent::Done { answer: Box::new(self.clone()) });
        events
    }
}
