//! What does a backend say while it answers?

use footnote_domain::corpus::SentenceRef;
use serde::{Deserialize, Serialize};

/// One step of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// A whole sentence.
    Sentence {
        /// Its text; equal to the source's, byte for byte, when `quoted` names one.
        text: String,
        /// The sentence of the corpus that it quotes.
        quoted: Option<SentenceRef>,
        /// Whether a new paragraph (or list item, table row, code block) begins with it.
        paragraph_break_before: bool,
    },
    /// The passages do not answer; [`Event::Done`] follows, nothing else.
    Refused {
        /// Why.
        reason: Refusal,
    },
    /// The end of every answer and every refusal.
    Done {
        /// What it took.
        usage: Usage,
    },
}

/// Why a question was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Refusal {
    /// The question has no word that says what it is about.
    NothingAsked,
    /// No passage holds a sentence that may be quoted.
    NothingToQuote,
    /// Every passage is irrelevant by the retriever's own estimate.
    NothingRelevant {
        /// Estimate for the best passage.
        relevance_ppm: u32,
        /// The least with which a passage is read.
        needed_ppm: u32,
    },
    /// The model said that the passages do not answer, or nothing at all.
    NothingWritten,
    /// The best sentence is too unlikely to answer.
    WeakEvidence {
        /// Estimated chance that it answers.
        confidence_ppm: u32,
        /// The chance below which nothing is quoted.
        needed_ppm: u32,
    },
}

/// What an answer took, in the units by which backends are priced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read: the model's own count, or domain tokens without a model.
    pub tokens_in: u64,
    /// Tokens written, counted alike.
    pub tokens_out: u64,
    /// Sentences emitted.
    pub sentences: u32,
}
