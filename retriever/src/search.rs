//! Which passages answer a question? Two lists of candidates, by words and by meaning, joined into
//! one ranking in which every hit says how it came there.

mod meaning;
mod phrases;
pub mod quoted;
mod request;
mod verbatim;

pub use request::{Mode, SearchRequest};

use crate::error::RetrieverError;
use crate::fusion::{self, Candidate, Fused};
use crate::generation::reader::Generation;
use crate::lexical::Judgement;
use crate::relevance::{self, IndexKind};
use footnote_domain::text::Language;
use meaning::{Meaning, moved, nearness};
use phrases::Holding;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// Length of each of the two lists that are joined, and hence the most hits by words or by meaning.
pub const CANDIDATES: usize = 100;
/// Below this many vectors an exhaustive search is as fast as a graph, and exact.
pub(crate) const EXACT_BELOW: u64 = 20_000;

/// A passage that was found, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Number of the passage in the generation.
    pub passage: u32,
    /// Number of its contribution.
    pub document: u32,
    /// Number of the contribution that owns most of it.
    pub owner: u32,
    /// Further passages of the same owner that this hit stands for.
    pub same_owner: usize,
    /// How well it fits by words, title and context included; `None` when no word is met.
    pub bm25: Option<f32>,
    /// BM25 of its own words divided by the most that this question could score, 0 to 1 (above for
    /// titles that meet too); 0 when no word met.
    pub bm25_ratio: f32,
    /// Its cosine with the question, when both have a vector that means something.
    pub cosine: Option<f32>,
    /// Its place in the list by words, from 0.
    pub lexical_rank: Option<u32>,
    /// Its place in the list by meaning, from 0.
    pub vector_rank: Option<u32>,
    /// What the ranking goes by: the convex combination, 0 to 1, relative to the other hits.
    pub score: f32,
    /// The part of the score that comes from words.
    pub words_part: f32,
    /// The part of the score that comes from meaning: the passage's cosine, its nearest sentence's, and
    /// both again with the question moved towards the best passages.
    pub meaning_part: f32,
    /// Where the phrases stand: bytes of its contribution's text, in order.
    pub phrases: Vec<Range<usize>>,
    /// How likely it is to answer at all, in ppm; absolute, and never paid for.
    pub relevance_ppm: u32,
}

/// One page of what was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchResults {
    /// The hits of this page, best first; ties go to the smaller passage number.
    pub hits: Vec<Hit>,
    /// Hits on all pages.
    pub total: usize,
    /// Whether a phrase is so common that not all of its places were looked at.
    pub partial: bool,
}

/// Everything that may be a hit, and in which list it stands.
struct Union {
    lexical: BTreeSet<u32>,
    nearest: BTreeSet<u32>,
    judged: HashMap<u32, Judgement>,
}

impl Generation {
    /// The best passages for `request`.
    ///
    /// # Errors
    /// [`RetrieverError::Query`] for a vector of another length than this generation's.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResults, RetrieverError> {
        let meaning = self.meaning_of(request)?;
        let holding = phrases::holding(self, request);
        let union = self.union(request, meaning.as_ref(), holding.as_ref())?;
        let ranked = self.rank(request, meaning.as_ref(), &union);
        let mut hits = self.hits(request, meaning.as_ref(), &union, &ranked);
        if request.collapse {
            hits = collapsed(hits);
        }
        if let Some(holding) = &holding {
            for hit in &mut hits {
                hit.phrases = holding.passages.get(&hit.passage).cloned().unwrap_or_default();
            }
        }
        let total = hits.len();
        let hits = hits.into_iter().skip(request.offset).take(request.limit).collect();
        Ok(SearchResults { hits, total, partial: holding.is_some_and(|it| it.partial) })
    }

    /// The question's vector, where this generation can compare it, its language is one of the
    /// model's, and meaning is asked for.
    fn meaning_of<'q>(
        &'q self,
        request: &'q SearchRequest,
    ) -> Result<Option<Meaning<'q>>, RetrieverError> {
        let (Some(vectors), Some(vector), Some(record)) =
            (&self.vectors, &request.vector, &self.manifest().embedding)
        else {
            return Ok(None);
        };
        if vector.len() != vectors.dimensions {
            let (given, wanted) = (vector.len(), vectors.dimensions);
            let reason = format!("its vector has {given} numbers, this generation's {wanted}");
            return Err(RetrieverError::Query(reason));
        }
        let asked = record.languages.contains(&request.language) && request.mode != Mode::Lexical;
        Ok(asked.then_some(Meaning { vectors, vector }))
    }

    /// The candidates: both lists, or, where phrases are sought, every passage that holds them.
    fn union(
        &self,
        request: &SearchRequest,
        meaning: Option<&Meaning<'_>>,
        holding: Option<&Holding>,
    ) -> Result<Union, RetrieverError> {
        let (mut lexical, mut nearest) = (BTreeSet::new(), BTreeSet::new());
        if let Some(holding) = holding {
            lexical.extend(holding.passages.keys().copied());
            nearest.clone_from(&lexical);
        } else {
            if request.mode != Mode::Vector {
                let (text, language) = (&request.text, request.language);
                let found = self.lexical.search(text, language, &request.filter, CANDIDATES)?;
                lexical.extend(found.into_iter().map(|hit| hit.passage));
            }
            if let Some(Meaning { vectors, vector }) = meaning {
                let exact = self.manifest().counts.passage_vectors < EXACT_BELOW;
                let found = vectors.engine().search(vector, CANDIDATES, &request.filter, exact)?;
                nearest.extend(found.into_iter().map(|neighbour| neighbour.passage));
            }
        }
        let all: Vec<u32> = lexical.union(&nearest).copied().collect();
        let judged = self.judge(request, &all)?;
        Ok(Union { lexical, nearest, judged: all.into_iter().zip(judged).collect() })
    }

    fn judge(
        &self,
        request: &SearchRequest,
        passages: &[u32],
    ) -> Result<Vec<Judgement>, RetrieverError> {
        if request.mode == Mode::Vector {
            return Ok(vec![Judgement::default(); passages.len()]);
        }
        let language = |passage: u32| {
            self.documents()[self.passages()[passage as usize].document as usize].language
        };
        let passages: Vec<(u32, Language)> =
            passages.iter().map(|passage| (*passage, language(*passage))).collect();
        self.lexical.judge(&request.text, request.language, &passages)
    }

    /// The candidates in order: once by the question itself, then by the question moved towards the
    /// best of them.
    fn rank(
        &self,
        request: &SearchRequest,
        meaning: Option<&Meaning<'_>>,
        union: &Union,
    ) -> Vec<(Candidate, Fused)> {
        let weight = match (request.mode, meaning) {
            (_, None) | (Mode::Lexical, _) => 0.0,
            (Mode::Hybrid, _) => fusion::VECTOR_WEIGHT,
            (Mode::Vector, _) => 1.0,
        };
        let mut numbers: Vec<u32> = union.judged.keys().copied().collect();
        numbers.sort_unstable();
        let candidates = |asked: Option<&[f32]>| -> Vec<Candidate> {
            let near = |passage| {
                let vectors = meaning?.vectors;
                nearness(self, vectors, passage, asked?)
            };
            let candidate = |passage: &u32| Candidate {
                passage: *passage,
                words: union.judged[passage].score,
                meaning: near(*passage),
            };
            numbers.iter().map(candidate).collect()
        };
        let mut union = candidates(meaning.map(|it| it.vector));
        let mut fused = fusion::fuse(&union, weight);
        let moved = meaning.and_then(|it| moved(it.vectors, it.vector, &fused));
        if let Some(moved) = moved {
            union = candidates(Some(&moved));
            fused = fusion::fuse(&union, weight);
        }
        let by_number: HashMap<u32, Candidate> =
            union.into_iter().map(|candidate| (candidate.passage, candidate)).collect();
        fused.into_iter().map(|fused| (by_number[&fused.passage], fused)).collect()
    }

    fn hits(
        &self,
        request: &SearchRequest,
        meaning: Option<&Meaning<'_>>,
        union: &Union,
        ranked: &[(Candidate, Fused)],
    ) -> Vec<Hit> {
        let by_words = places(ranked, &union.lexical, |it| (it.words > 0.0).then_some(it.words));
        let by_meaning = places(ranked, &union.nearest, |it| it.meaning);
        let hit = |(candidate, fused): &(Candidate, Fused)| {
            let passage = candidate.passage;
            let judged = union.judged[&passage];
            let cosine = meaning.and_then(|it| it.cosine(passage));
            let kind = if cosine.is_some() { IndexKind::Hybrid } else { IndexKind::Lexical };
            let (near, language) = (cosine.unwrap_or(0.0), request.language);
            Hit {
                passage,
                document: self.passages()[passage as usize].document,
                owner: self.passage_owner(passage),
                same_owner: 0,
                bm25: (judged.score > 0.0).then_some(judged.score),
                bm25_ratio: judged.ratio,
                cosine,
                lexical_rank: by_words.get(&passage).copied(),
                vector_rank: by_meaning.get(&passage).copied(),
                score: fused.score(),
                words_part: fused.words_part,
                meaning_part: fused.meaning_part,
                phrases: Vec::new(),
                relevance_ppm: relevance::relevance_ppm(language, kind, judged.ratio, near),
            }
        };
        ranked.iter().map(hit).collect()
    }
}

/// The places of a list's passages in order of `measure`, greatest first, ties by number.
fn places(
    ranked: &[(Candidate, Fused)],
    list: &BTreeSet<u32>,
    measure: impl Fn(&Candidate) -> Option<f32>,
) -> HashMap<u32, u32> {
    let members = ranked.iter().filter(|(candidate, _)| list.contains(&candidate.passage));
    let mut measured: Vec<(f32, u32)> = members
        .filter_map(|(candidate, _)| Some((measure(candidate)?, candidate.passage)))
        .collect();
    measured.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    measured.into_iter().map(|(_, passage)| passage).zip(0..).collect()
}

/// The best hit of each owner, which counts the others.
fn collapsed(hits: Vec<Hit>) -> Vec<Hit> {
    let mut kept: Vec<Hit> = Vec::new();
    let mut place: HashMap<u32, usize> = HashMap::new();
    for hit in hits {
        match place.get(&hit.owner) {
            Some(at) => kept[*at].same_owner += 1,
            None => {
                place.insert(hit.owner, kept.len());
                kept.push(hit);
            }
        }
    }
    kept
}
