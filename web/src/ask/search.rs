//! Which passages fit some words? The search that answers rest on, without an answer; free of charge.
//!
//! Words in quotation marks must stand in a passage as they are, letter case and white space apart.

use super::answer::SearchResult;
use super::{AskError, Question, present, question_vector};
use crate::app::App;
use footnote_domain::id::DatanetId;
use footnote_domain::text::Language;
use footnote_retriever::{Generation, Hit, Query};
use std::collections::BTreeSet;
use std::ops::Range;

/// As many hits as the two lists behind a ranking are long; beyond them, no order means anything.
const HITS_MOST: usize = 100;

/// Most places of one phrase that are looked at.
const PLACES_MOST: usize = 2_000;

/// What is sought, and where.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The words, quotation marks and all.
    pub words: Question,
    /// The Datanets to look in; all when empty.
    pub datanets: Vec<DatanetId>,
    /// Only texts in this language.
    pub language: Option<Language>,
}

/// One page of hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The hits of this page; ranks count from the first page on.
    pub results: Vec<SearchResult>,
    /// Hits on all pages together.
    pub total: usize,
}

impl Sought {
    /// The phrases in quotation marks of any kind.
    pub fn phrases(&self) -> Vec<&str> {
        cut_at_quotes(self.words.text())
            .into_iter()
            .filter_map(|(part, quoted)| quoted.then_some(part))
            .collect()
    }

    /// The words without the quotation marks.
    pub fn plain(&self) -> String {
        let parts = cut_at_quotes(self.words.text()).into_iter().map(|(part, _)| part.trim());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// The pieces of a query; true for those between quotation marks. A mark without its partner is none.
fn cut_at_quotes(text: &str) -> Vec<(&str, bool)> {
    const PAIRS: [(char, char); 5] = [('"', '"'), ('“', '”'), ('«', '»'), ('„', '“'), ('「', '」')];
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((at, open)) =
        rest.char_indices().find(|(_, ch)| PAIRS.iter().any(|(open, _)| open == ch))
    {
        let close =
            PAIRS.iter().find(|(first, _)| *first == open).map_or(open, |(_, close)| *close);
        let inside = &rest[at + open.len_utf8()..];
        let Some(end) = inside.find(close) else { break };
        pieces.push((&rest[..at], false));
        pieces.push((&inside[..end], true));
        rest = &inside[end + close.len_utf8()..];
    }
    pieces.push((rest, false));
    pieces.retain(|(piece, _)| !piece.trim().is_empty());
    pieces
}

/// The hits numbered `page` (from 0, `per_page` each). Computes for milliseconds: call it where that is
/// allowed.
///
/// # Errors
/// [`AskError::NotReady`] before anything is indexed, [`AskError::Retriever`] when the index fails.
pub fn search(app: &App, sought: &Sought, page: usize, per_page: usize) -> Result<Found, AskError> {
    let generation = app.shelf.current().ok_or(AskError::NotReady)?;
    let hits = ranked(app, &generation, sought)?;
    let from = page.saturating_mul(per_page);
    let ranks = (1u32..).zip(&hits).skip(from).take(per_page);
    Ok(Found { results: present::search_results(&generation, ranks), total: hits.len() })
}

fn ranked(app: &App, generation: &Generation, sought: &Sought) -> Result<Vec<Hit>, AskError> {
    let query = Query {
        text: sought.plain(),
        language: sought.words.language(),
        vector: question_vector(app, generation, &sought.words)?,
        datanets: sought.datanets.clone(),
        limit: HITS_MOST,
    };
    let mut hits = generation.search(&query)?;
    let phrases = sought.phrases();
    if !phrases.is_empty() {
        let mut holding = holding_all(generation, &phrases, &sought.datanets);
        hits.retain(|hit| holding.remove(&hit.passage));
        // Passages that hold the words, and that neither list ranks, come last, in order of age.
        hits.extend(holding.into_iter().map(|passage| unranked(generation, passage)));
    }
    if let Some(language) = sought.language {
        hits.retain(|hit| generation.documents()[hit.document as usize].language == language);
    }
    hits.truncate(HITS_MOST);
    Ok(hits)
}

/// The passages that hold every phrase, word for word.
fn holding_all(generation: &Generation, phrases: &[&str], datanets: &[DatanetId]) -> BTreeSet<u32> {
    let mut phrases = phrases.iter().map(|phrase| holding(generation, phrase, datanets));
    let first = phrases.next().unwrap_or_default();
    phrases.fold(first, |all, more| all.intersection(&more).copied().collect())
}

fn holding(generation: &Generation, phrase: &str, datanets: &[DatanetId]) -> BTreeSet<u32> {
    let places = generation.find_phrase_in(phrase, datanets, PLACES_MOST);
    let passages = places.iter().flat_map(|place| {
        let all = generation.passages_of(place.document);
        all.filter(|passage| holds(&generation.passages()[*passage as usize].span, &place.span))
    });
    passages.collect()
}

fn holds(passage: &Range<usize>, place: &Range<usize>) -> bool {
    passage.start <= place.start && place.end <= passage.end
}

fn unranked(generation: &Generation, passage: u32) -> Hit {
    Hit {
        passage,
        document: generation.passages()[passage as usize].document,
        bm25: None,
        bm25_ratio: 0.0,
        cosine: None,
        lexical_rank: None,
        vector_rank: None,
        score: 0.0,
        relevance_ppm: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, plain: &str, phrases: &[&str]) {
        let words = Question::parse(words, 500).expect("words");
        let sought = Sought { words, datanets: vec![], language: None };
        assert_eq!((sought.plain().as_str(), sought.phrases().as_slice()), (plain, phrases));
    }

    #[test]
    fn words_in_quotation_marks_of_any_kind_are_phrases() {
        check("base fee", "base fee", &[]);
        check("why \"base fee\" burned", "why base fee burned", &["base fee"]);
        check("«tarifa base» “se quema”", "tarifa base se quema", &["tarifa base", "se quema"]);
        check("茶「绿茶」", "茶 绿茶", &["绿茶"]);
        check("5\" screen", "5\" screen", &[]);
        check("\"\" tea", "tea", &[]);
    }
}
