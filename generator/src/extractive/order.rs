//! In which order does the reader get the chosen sentences? The one that answers first; then, document
//! by document, the rest as their authors wrote them.

use super::candidates::Candidate;
use super::select::Ranked;
use super::shape::is_block;
use crate::{Event, SourceSentence};
use std::collections::BTreeMap;

/// The answer's sentences in reading order, with the items that leads bring.
///
/// The document of the best sentence comes first. With `lead_with_best` the best sentence and its
/// items open the answer, unless it points back at somebody that the question does not name: then it
/// needs what stands before it.
pub(super) fn in_reading_order<'a>(
    ranked: &[Ranked<'a>],
    chosen: &[usize],
    lead_with_best: bool,
) -> Vec<&'a SourceSentence> {
    let mut positions = chosen.to_vec();
    positions.sort_unstable();
    let candidates: Vec<&Candidate> = positions.iter().map(|at| &ranked[*at].candidate).collect();
    let opening = candidates.first().filter(|best| lead_with_best && best.may_open);
    let mut ordered: Vec<&SourceSentence> =
        opening.into_iter().flat_map(|best| best.with_items()).collect();
    let mut documents: Vec<u32> = Vec::new();
    let mut quoted = BTreeMap::new();
    for candidate in &candidates {
        let document = candidate.reference().document;
        if !documents.contains(&document) {
            documents.push(document);
        }
        for one in candidate.with_items() {
            quoted.insert(one.reference, one);
        }
    }
    for one in &ordered {
        quoted.remove(&one.reference);
    }
    for document in documents {
        let of_document = quoted.iter().filter(|(place, _)| place.document == document);
        ordered.extend(of_document.map(|(_, sentence)| *sentence));
    }
    ordered
}

/// Each sentence as an event; a paragraph breaks between documents, where the order goes back, and
/// around blocks.
pub(super) fn events(sentences: &[&SourceSentence]) -> Vec<Event> {
    let breaks = |at: usize| {
        let Some(before) = at.checked_sub(1).map(|before| sentences[before]) else {
            return false;
        };
        let one = sentences[at];
        before.reference.document != one.reference.document
            || before.reference.sentence > one.reference.sentence
            || is_block(before.kind)
            || is_block(one.kind)
    };
    let event = |(at, one): (usize, &&SourceSentence)| Event::Sentence {
        text: one.text.clone(),
        quoted: Some(one.reference),
        paragraph_break_before: breaks(at),
    };
    sentences.iter().enumerate().map(event).collect()
}
