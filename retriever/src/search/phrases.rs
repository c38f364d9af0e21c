//! Which passages hold every phrase word for word?

use crate::filter::Facets;
use crate::generation::reader::Generation;
use crate::search::SearchRequest;
use crate::suffix::is_phrase;
use std::collections::BTreeMap;
use std::ops::Range;

/// Places of one phrase that are looked at; a phrase that stands in more places is too common to be
/// sought, and the results say that they are partial.
pub(super) const PLACES_MOST: usize = 20_000;

/// The passages that hold every phrase.
#[derive(Debug, Default)]
pub(super) struct Holding {
    /// Per passage, where the phrases stand: bytes of its contribution's text.
    pub(super) passages: BTreeMap<u32, Vec<Range<usize>>>,
    /// Whether a phrase stands in more places than were looked at.
    pub(super) partial: bool,
}

/// `None` when the request names no phrase.
pub(super) fn holding(generation: &Generation, request: &SearchRequest) -> Option<Holding> {
    let mut all: Option<Holding> = None;
    for phrase in request.phrases.iter().filter(|phrase| is_phrase(phrase)) {
        let found = holding_one(generation, request, phrase);
        all = Some(match all {
            None => found,
            Some(others) => both(others, found),
        });
    }
    all
}

fn holding_one(generation: &Generation, request: &SearchRequest, phrase: &str) -> Holding {
    let admitted = |document: u32| {
        let contribution = &generation.documents()[document as usize];
        request.filter.is_open() || request.filter.admits(&Facets::of(contribution))
    };
    let places = generation
        .verbatim
        .find(phrase, PLACES_MOST, admitted, |document| generation.text(document));
    let mut holding = Holding { partial: places.len() == PLACES_MOST, ..Holding::default() };
    for place in places {
        for passage in passages_with(generation, place.document, &place.span) {
            holding.passages.entry(passage).or_default().push(place.span.clone());
        }
    }
    holding
}

/// The passages that hold a span; where it reaches across two, those in which it begins. Passages of
/// a contribution ascend by both their ends.
fn passages_with(generation: &Generation, document: u32, span: &Range<usize>) -> Vec<u32> {
    let numbers = generation.passages_of(document);
    let all = &generation.passages()[numbers.start as usize..numbers.end as usize];
    let begun = all.partition_point(|passage| passage.span.start <= span.start);
    let holding = all[..begun].iter().zip(numbers).rev();
    let beginning: Vec<(usize, u32)> = holding
        .map(|(passage, number)| (passage.span.end, number))
        .take_while(|(end, _)| *end > span.start)
        .collect();
    let whole: Vec<u32> =
        beginning.iter().filter(|(end, _)| *end >= span.end).map(|(_, number)| *number).collect();
    if whole.is_empty() {
        return beginning.into_iter().map(|(_, number)| number).collect();
    }
    whole
}

fn both(mut a: Holding, mut b: Holding) -> Holding {
    a.passages.retain(|passage, _| b.passages.contains_key(passage));
    for (passage, spans) in &mut a.passages {
        spans.extend(b.passages.remove(passage).unwrap_or_default());
        spans.sort_by_key(|span| (span.start, span.end));
        spans.dedup();
    }
    a.partial |= b.partial;
    a
}
