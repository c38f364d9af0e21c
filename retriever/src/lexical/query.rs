//! How is a question put to the word index? As a disjunction of its terms, built by hand: there is
//! no query syntax, hence no syntax error.

use super::schema::{Fields, Pair};
use crate::filter::{Day, Filter};
use footnote_domain::text::Language;
use std::ops::Bound;
use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, RangeQuery,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

/// What a term in the title or the headings above counts beside one in the body.
pub(super) const TITLE_WEIGHT: f32 = 0.3;
/// Terms scored of one question, the rarest first: bounds the work for a question of any length.
const TERMS_MOST: usize = 64;
/// tantivy's fixed k₁: a term scores at most its idf · (k₁ + 1).
pub(super) const K1: f32 = 1.2;
/// tantivy's fixed b: how far a long passage's counts are held against it.
pub(super) const B: f32 = 0.75;

/// A term with its field's weight.
pub(super) struct Weighted {
    pub(super) pair: Pair,
    pub(super) weight: f32,
    pub(super) term: String,
    /// Passages that have it in their body.
    pub(super) documents: u64,
}

/// Counts of one language's passages alone: a field that only they fill is then judged by them.
pub(super) struct Population<'a> {
    pub(super) searcher: &'a Searcher,
    pub(super) passages: u64,
}

impl Bm25StatisticsProvider for Population<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.passages)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.searcher.doc_freq(term)
    }
}

/// Builds the query for `question` over `pairs`; `None` when it has no term at all.
pub(super) fn prepare(
    population: &Population<'_>,
    pairs: &[(Pair, f32)],
    question: &str,
    language: Language,
) -> tantivy::Result<Option<Box<dyn Query>>> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for (pair, weight) in pairs {
        for weighted in terms(population, *pair, *weight, question, language)? {
            clauses.extend(weighted.clauses().map(|clause| (Occur::Should, clause)));
        }
    }
    let any = !clauses.is_empty();
    Ok(any.then(|| Box::new(BooleanQuery::new(clauses)) as Box<dyn Query>))
}

/// The terms of `question` in one analysis, rarest first.
pub(super) fn terms(
    population: &Population<'_>,
    pair: Pair,
    weight: f32,
    question: &str,
    language: Language,
) -> tantivy::Result<Vec<Weighted>> {
    let mut terms = Vec::new();
    for term in pair.analysis.question_terms(question, language) {
        let documents = population.doc_freq(&Term::from_field_text(pair.body, &term))?;
        terms.push(Weighted { pair, weight, term, documents });
    }
    terms.sort_by_key(|weighted| weighted.documents);
    terms.truncate(TERMS_MOST);
    Ok(terms)
}

impl Weighted {
    /// The most that it can score in a body.
    pub(super) fn most(&self, passages: u64) -> f32 {
        self.weight * idf(self.documents, passages) * (K1 + 1.0)
    }

    /// The term in the body and in the title.
    fn clauses(self) -> impl Iterator<Item = Box<dyn Query>> {
        let parts = [(self.pair.body, self.weight), (self.pair.title, self.weight * TITLE_WEIGHT)];
        parts.into_iter().map(move |(field, weight)| {
            let term = Term::from_field_text(field, &self.term);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(query), weight)) as Box<dyn Query>
        })
    }
}

/// Robertson and Spärck Jones, as tantivy computes it.
pub(super) fn idf(documents: u64, passages: u64) -> f32 {
    let absent = passages.saturating_sub(documents) as f32 + 0.5;
    (1.0 + absent / (documents as f32 + 0.5)).ln()
}

/// What a passage must be, beside matching: admitted, and not of a language.
pub(super) struct Restriction<'a> {
    pub(super) filter: &'a Filter,
    pub(super) not_in: Option<Language>,
}

impl Restriction<'_> {
    /// `query` restricted; the restriction adds nothing to scores.
    pub(super) fn apply(&self, fields: &Fields, query: Box<dyn Query>) -> Box<dyn Query> {
        let filter = self.filter;
        let datanets = filter.datanets.iter().map(|id| exactly(fields.datanet, &id.to_string()));
        let contributors =
            filter.contributors.iter().map(|id| exactly(fields.contributor, &id.to_string()));
        let languages = filter.languages.iter().map(|it| exactly(fields.language, it.code()));
        let kinds: [Vec<Box<dyn Query>>; 4] = [
            datanets.collect(),
            contributors.collect(),
            languages.collect(),
            written_between(fields, filter).into_iter().collect(),
        ];
        let mut clauses = vec![(Occur::Must, query)];
        for alternatives in kinds.into_iter().filter(|alternatives| !alternatives.is_empty()) {
            let any = Box::new(BooleanQuery::union(alternatives));
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(any, 0.0))));
        }
        if let Some(language) = self.not_in {
            clauses.push((Occur::MustNot, exactly(fields.language, language.code())));
        }
        if clauses.len() == 1 {
            return clauses.remove(0).1;
        }
        Box::new(BooleanQuery::new(clauses))
    }
}

fn written_between(fields: &Fields, filter: &Filter) -> Option<Box<dyn Query>> {
    let bound = |day: Option<Day>| match day {
        Some(day) => Bound::Included(Term::from_field_u64(fields.written, u64::from(day.number()))),
        None => Bound::Unbounded,
    };
    let dated = filter.written_from.is_some() || filter.written_to.is_some();
    let range = || RangeQuery::new(bound(filter.written_from), bound(filter.written_to));
    dated.then(|| Box::new(range()) as Box<dyn Query>)
}

fn exactly(field: Field, value: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic))
}
