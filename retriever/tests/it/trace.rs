//! Spans and phrases are found in a generation with the offsets of the texts themselves.

use crate::corpus::{self, TEXTS};
use footnote_domain::id::ContentHash;
use footnote_domain::trace::Trace;
use footnote_retriever::VectorEngine;

#[test]
fn spans_name_their_source_and_both_places() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Flat);
    let hash = |number: usize| ContentHash::of(TEXTS[number].2.as_bytes());
    let answer = "In short: the BASE fee is\nburned in every block. 绿茶不发酵，应当趁热喝。";
    let spans = generation.trace(answer, &[hash(7), hash(1)]).expect("traced");
    let found: Vec<(&str, ContentHash, &str)> = spans
        .iter()
        .map(|span| {
            let number = generation.document_number(span.content_hash).expect("live");
            let source = &generation.text(number)[span.source.clone()];
            (&answer[span.traced.clone()], span.content_hash, source)
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                "the BASE fee is\nburned in every block.",
                hash(1),
                "The base fee is burned in every block."
            ),
            ("绿茶不发酵，应当", hash(7), "绿茶不发酵，应当"),
        ]
    );
    // Only the sources that were asked about count.
    assert_eq!(generation.trace(answer, &[hash(0)]).expect("traced"), []);
    assert!(generation.trace(answer, &[ContentHash([0; 32])]).is_err(), "no such text");
}

#[test]
fn phrases_are_found_and_counted() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Flat);
    let hits = generation.find_phrase("the block", 5);
    assert_eq!(hits.len(), 1);
    assert_eq!(&generation.text(hits[0].document)[hits[0].span.clone()], "the block");
    assert_eq!(generation.count_phrase("冲泡"), 2);
    assert_eq!(generation.count_phrase("no such phrase"), 0);
}
