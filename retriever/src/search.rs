//! Which passages answer a question? Two lists of candidates, by words and by meaning, joined into
//! one ranking in which every hit says how it came there.

use crate::error::RetrieverError;
use crate::fusion::{self, Candidate};
use crate::generation::reader::Generation;
use crate::lexical::LexicalHit;
use crate::relevance::{self, IndexKind};
use crate::suffix::PhraseHit;
use crate::vector::{Neighbour, Predicate};
use footnote_domain::id::{ContentHash, DatanetId};
use footnote_domain::text::Language;
use footnote_domain::trace::{Trace, TraceError, VerbatimSpan};
use std::collections::BTreeMap;

/// Length of each of the two lists that are joined.
const CANDIDATES: usize = 100;
/// Below this many vectors an exhaustive search is as fast as a graph, and exact.
pub(crate) const EXACT_BELOW: u64 = 20_000;

/// A question put to a generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The question.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// Its unit vector, when a model is at hand.
    pub vector: Option<Vec<f32>>,
    /// The Datanets to look in; all when empty.
    pub datanets: Vec<DatanetId>,
    /// Most hits.
    pub limit: usize,
}

/// A passage that was found, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Number of the passage in the generation.
    pub passage: u32,
    /// Number of its contribution.
    pub document: u32,
    /// Its BM25 score, when words met.
    pub bm25: Option<f32>,
    /// BM25 divided by the most that this question could score, 0 to 1 (above for titles that meet
    /// too); 0 when no word met.
    pub bm25_ratio: f32,
    /// Its cosine with the question, when both have a vector that means something.
    pub cosine: Option<f32>,
    /// Its place among the hits by words, from 0.
    pub lexical_rank: Option<u32>,
    /// Its place among the hits by meaning, from 0.
    pub vector_rank: Option<u32>,
    /// What the ranking goes by: the convex combination, 0 to 1, relative to the other hits.
    pub score: f32,
    /// How likely it is to answer at all, in ppm; absolute, and never paid for.
    pub relevance_ppm: u32,
}

impl Generation {
    /// The best passages for `query`, best first; ties go to the smaller passage number.
    ///
    /// # Errors
    /// [`RetrieverError::Query`] for a vector of another length than this generation's.
    pub fn search(&self, query: &Query) -> Result<Vec<Hit>, RetrieverError> {
        let wanted = CANDIDATES.max(query.limit);
        let lexical = self.lexical.search(&query.text, query.language, &query.datanets, wanted)?;
        let meaning = self.meaning_of(query)?;
        let nearest = match meaning {
            Some(vector) => self.nearest(vector, query, wanted)?,
            None => Vec::new(),
        };
        let weight = if meaning.is_some() { fusion::VECTOR_WEIGHT } else { 0.0 };
        let candidates = self.candidates(&lexical, &nearest, meaning);
        let mut hits: Vec<Hit> = fusion::fuse(candidates, weight)
            .into_iter()
            .take(query.limit)
            .map(|(candidate, score)| self.hit(candidate, score, query.language))
            .collect();
        explain_ranks(&mut hits, &lexical, &nearest);
        Ok(hits)
    }

    /// The question's vector, where this generation can compare it and its language is one of the
    /// model's.
    fn meaning_of<'q>(&self, query: &'q Query) -> Result<Option<&'q [f32]>, RetrieverError> {
        let (Some(vectors), Some(vector), Some(record)) =
            (&self.vectors, &query.vector, &self.manifest().embedding)
        else {
            return Ok(None);
        };
        if vector.len() != vectors.dimensions {
            let (given, wanted) = (vector.len(), vectors.dimensions);
            let reason = format!("its vector has {given} numbers, this generation's {wanted}");
            return Err(RetrieverError::Query(reason));
        }
        Ok(record.languages.contains(&query.language).then_some(vector))
    }

    fn nearest(
        &self,
        vector: &[f32],
        query: &Query,
        wanted: usize,
    ) -> Result<Vec<Neighbour>, RetrieverError> {
        let Some(vectors) = &self.vectors else { return Ok(Vec::new()) };
        let predicate = Predicate::of(&query.datanets);
        let exact = self.manifest().counts.passage_vectors < EXACT_BELOW;
        vectors.engine().search(vector, wanted, &predicate, exact)
    }

    /// The union of both lists; cosines are read from the exact table for every one.
    fn candidates(
        &self,
        lexical: &[LexicalHit],
        nearest: &[Neighbour],
        meaning: Option<&[f32]>,
    ) -> Vec<Candidate> {
        let mut union: BTreeMap<u32, Candidate> = BTreeMap::new();
        for hit in lexical {
            let candidate = union.entry(hit.passage).or_insert_with(|| Candidate::new(hit.passage));
            candidate.bm25 = Some(hit.bm25);
            candidate.ratio = hit.ratio;
        }
        for neighbour in nearest {
            let passage = neighbour.passage;
            union.entry(passage).or_insert_with(|| Candidate::new(passage));
        }
        if let (Some(vectors), Some(vector)) = (&self.vectors, meaning) {
            for candidate in union.values_mut() {
                candidate.cosine = vectors.table.cosine(candidate.passage, vector);
            }
        }
        union.into_values().collect()
    }

    fn hit(&self, candidate: Candidate, score: f32, language: Language) -> Hit {
        let kind = if candidate.cosine.is_some() { IndexKind::Hybrid } else { IndexKind::Lexical };
        let cosine = candidate.cosine.unwrap_or(0.0);
        Hit {
            passage: candidate.passage,
            document: self.passages()[candidate.passage as usize].document,
            bm25: candidate.bm25,
            bm25_ratio: candidate.ratio,
            cosine: candidate.cosine,
            lexical_rank: None,
            vector_rank: None,
            score,
            relevance_ppm: relevance::relevance_ppm(language, kind, candidate.ratio, cosine),
        }
    }

    /// Up to `k` places where `phrase` stands word for word, letter case and white space apart, in
    /// order of contribution and place.
    pub fn find_phrase(&self, phrase: &str, k: usize) -> Vec<PhraseHit> {
        self.find_phrase_in(phrase, &[], k)
    }

    /// [`Self::find_phrase`] in the given Datanets; in all when none is given.
    pub fn find_phrase_in(&self, phrase: &str, datanets: &[DatanetId], k: usize) -> Vec<PhraseHit> {
        let inside = |document: u32| {
            datanets.is_empty() || datanets.contains(&self.documents()[document as usize].datanet)
        };
        self.verbatim.find(phrase, k, inside, |document| self.text(document))
    }

    /// How often `phrase` stands in the generation.
    pub fn count_phrase(&self, phrase: &str) -> usize {
        self.verbatim.count(phrase)
    }
}

fn explain_ranks(hits: &mut [Hit], lexical: &[LexicalHit], nearest: &[Neighbour]) {
    let place = |found: Option<usize>| found.and_then(|at| u32::try_from(at).ok());
    for hit in hits {
        hit.lexical_rank = place(lexical.iter().position(|other| other.passage == hit.passage));
        hit.vector_rank = place(nearest.iter().position(|other| other.passage == hit.passage));
    }
}

impl Trace for Generation {
    fn trace(&self, text: &str, sources: &[ContentHash]) -> Result<Vec<VerbatimSpan>, TraceError> {
        let mut documents = Vec::with_capacity(sources.len());
        for source in sources {
            let number = self.document_number(*source);
            documents.push(number.ok_or_else(|| TraceError(format!("no live text is {source}")))?);
        }
        documents.sort_unstable();
        documents.dedup();
        let found = self.verbatim.trace(text, &documents, |document| self.text(document));
        let mut spans: Vec<VerbatimSpan> = found
            .into_iter()
            .map(|span| VerbatimSpan {
                traced: span.traced,
                content_hash: self.documents()[span.document as usize].content_hash,
                source: span.source,
            })
            .collect();
        spans.sort_by_key(|span| (span.traced.start, span.traced.end, span.content_hash));
        Ok(spans)
    }
}
