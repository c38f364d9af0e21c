//! What was found, as the receipt records it: each passage with the sentences that its contribution
//! does not own, so that whoever is not paid can read why.

use footnote_domain::corpus::{Ownership, SentenceRef};
use footnote_domain::receipt::{PassageRecord, UnownedReason, UnownedSentence};
use footnote_domain::text::CodePoints;
use footnote_retriever::{Generation, Hit};

/// The record of one hit; `read` tells whether the answer may rest on it.
pub(super) fn record(generation: &Generation, hit: &Hit, read: bool) -> PassageRecord {
    let passage = &generation.passages()[hit.passage as usize];
    let contribution = &generation.documents()[passage.document as usize];
    let text = generation.text(passage.document);
    let place = CodePoints::from_bytes(text, &passage.span);
    let (from, inside) = (passage.span.start, &text[passage.span.clone()]);
    let all = generation.sentences(passage.document);
    let unowned = passage.sentences.clone().filter_map(|number| {
        let sentence = &all[number as usize];
        let (reason, owner) = reason(sentence.ownership)?;
        let span = sentence.span.start - from..sentence.span.end - from;
        let points = CodePoints::from_bytes(inside, &span);
        Some(UnownedSentence {
            start: place.start + points.start,
            end: place.start + points.end,
            reason,
            owner: owner.map(|owner| super::sources::owner_of(generation, owner)),
        })
    });
    PassageRecord {
        content_hash: contribution.content_hash,
        age: contribution.effective_age,
        start: place.start,
        end: place.end,
        relevance: hit.relevance_ppm,
        sentences: u32::try_from(passage.sentences.len()).expect("a passage is short"),
        unowned: unowned.collect(),
        read,
    }
}

fn reason(ownership: Ownership) -> Option<(UnownedReason, Option<SentenceRef>)> {
    match ownership {
        Ownership::Own => None,
        Ownership::CopyOf(root) => Some((UnownedReason::Copy, Some(root))),
        Ownership::Boilerplate => Some((UnownedReason::Boilerplate, None)),
        Ownership::Tombstone => Some((UnownedReason::Removed, None)),
    }
}
