//! Questions with passages, as asking makes them.

use footnote_domain::corpus::SentenceRef;
use footnote_domain::id::ContentHash;
use footnote_domain::text::{Language, SentenceKind, Unigrams};
use footnote_generator::{Request, Source, SourceSentence};
use std::sync::Arc;

/// A question with these passages of one sentence each.
pub(crate) fn request(passages: &[&str]) -> Request {
    let source = |(number, text): (u32, &&str)| Source {
        passage: number,
        document: number,
        content_hash: ContentHash::of(text.as_bytes()),
        title: "Tea".into(),
        section: String::new(),
        rank: number,
        score: 1.0,
        relevance_ppm: 900_000,
        sentences: vec![SourceSentence {
            reference: SentenceRef { document: number, sentence: 0 },
            text: (*text).into(),
            kind: SentenceKind::Prose,
            owned: true,
            vector: None,
        }],
    };
    Request {
        question: "How hot is the water for green tea?".into(),
        language: Language::English,
        question_vector: None,
        sources: (0..).zip(passages).map(source).collect(),
        max_sentences: 4,
        idf: Arc::new(Unigrams::default()),
        adapters: Vec::new(),
    }
}
