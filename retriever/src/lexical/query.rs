//! How is a question put to the word index? As a disjunction of its terms, built by hand: there is
//! no query syntax, hence no syntax error.

use super::schema::{Fields, Pair};
use footnote_domain::id::DatanetId;
use footnote_domain::text::Language;
use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

/// What a term in the title or the headings above counts beside one in the body.
const TITLE_WEIGHT: f32 = 0.3;
/// Terms scored of one question, the rarest first: bounds the work for a question of any length.
const TERMS_MOST: usize = 64;
/// tantivy's fixed k₁: a term scores at most its idf · (k₁ + 1).
const K1: f32 = 1.2;

/// A term with its field's weight.
struct Weighted {
    pair: Pair,
    weight: f32,
    term: String,
    documents: u64,
}

/// A question ready to be searched, and the most it could score.
pub(super) struct Prepared {
    pub(super) query: Box<dyn Query>,
    pub(super) most: f32,
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
) -> tantivy::Result<Option<Prepared>> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let mut most = 0.0;
    for (pair, weight) in pairs {
        for weighted in terms(population, *pair, *weight, question, language)? {
            most += weight * idf(weighted.documents, population.passages) * (K1 + 1.0);
            clauses.extend(weighted.clauses().map(|clause| (Occur::Should, clause)));
        }
    }
    let query: Box<dyn Query> = Box::new(BooleanQuery::new(clauses));
    Ok((most > 0.0).then_some(Prepared { query, most }))
}

fn terms(
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
fn idf(documents: u64, passages: u64) -> f32 {
    let absent = passages.saturating_sub(documents) as f32 + 0.5;
    (1.0 + absent / (documents as f32 + 0.5)).ln()
}

/// What a passage must be, beside matching: of one of the Datanets, and of (or not of) a language.
pub(super) struct Restriction<'a> {
    pub(super) datanets: &'a [DatanetId],
    pub(super) not_in: Option<Language>,
}

impl Restriction<'_> {
    /// `query` restricted; the restriction adds nothing to scores.
    pub(super) fn apply(&self, fields: &Fields, query: Box<dyn Query>) -> Box<dyn Query> {
        let mut clauses = vec![(Occur::Must, query)];
        if !self.datanets.is_empty() {
            let ids = self.datanets.iter().map(|id| exactly(fields.datanet, &id.to_string()));
            let any = BooleanQuery::union(ids.collect());
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(any), 0.0))));
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

fn exactly(field: Field, value: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic))
}
