//! Which sentences could answer, and what speaks for each? Everything here is a number between 0
//! and 1 that an owner may be shown; how much each counts is a matter of the ranking's weights.

use super::cue::Cue;
use super::echo::Echo;
use super::lexical::{Asked, Units};
use super::parts::Parts;
use super::passage::{COSINE_LEAST, Passage};
use super::shape::{is_block, is_lead, is_personal, is_quotable, is_quotable_item, points_back};
use crate::{GenerateError, Request, Source, SourceSentence};
use footnote_domain::corpus::SentenceRef;
use std::collections::BTreeMap;

/// A sentence that may be quoted.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) sentence: &'a SourceSentence,
    /// Title of the text that it is read in.
    pub(super) title: &'a str,
    /// Rank of the best passage that holds it.
    pub(super) rank: u32,
    pub(super) units: Units,
    pub(super) parts: Parts,
    /// Whether it has nothing of the question; such a sentence is not added to an answer.
    pub(super) beside: bool,
    /// Whether it can be understood as the first of an answer.
    pub(super) may_open: bool,
    /// The items, rows or code that it announces, to be quoted with it.
    pub(super) items: Vec<&'a SourceSentence>,
}

impl<'a> Candidate<'a> {
    pub(super) fn reference(&self) -> SentenceRef {
        self.sentence.reference
    }

    /// The sentence, then what it announces.
    pub(super) fn with_items(&self) -> impl Iterator<Item = &'a SourceSentence> {
        std::iter::once(self.sentence).chain(self.items.iter().copied())
    }

    pub(super) fn is_block(&self) -> bool {
        is_block(self.sentence.kind)
    }

    /// Leaves it to words alone.
    pub(super) fn forget_meaning(&mut self) {
        self.parts = Parts { cosine: 0.0, cosine_beside: 0.0, leads_meaning: 0.0, ..self.parts };
    }
}

/// Passages in rank order, whatever order they came in.
pub(super) fn ranked(sources: &[Source]) -> Vec<&Source> {
    let mut ranked: Vec<&Source> = sources.iter().collect();
    ranked.sort_by_key(|source| (source.rank, source.passage));
    ranked
}

/// Every quotable sentence once, with what speaks for it, best passage first.
///
/// # Errors
/// [`GenerateError::VectorDimensions`] when a sentence's vector is of another model.
pub(super) fn candidates<'a>(
    request: &'a Request,
    asked: &Asked,
    items_most: usize,
) -> Result<Vec<Candidate<'a>>, GenerateError> {
    let sources = ranked(&request.sources);
    let score_best = sources.iter().map(|source| source.score).fold(0.0, f32::max);
    let cue = Cue::of(&request.question);
    let echo = Echo::of(&request.question);
    let mut found: BTreeMap<SentenceRef, Candidate> = BTreeMap::new();
    let mut order = Vec::new();
    for source in sources {
        let cosines = cosines_to_question(request, source)?;
        let passage = Passage::read(source, request, asked, &echo, cosines);
        for at in 0..source.sentences.len() {
            let sentence = &source.sentences[at];
            let twice = found.contains_key(&sentence.reference);
            let says = is_quotable(sentence, passage.units[at].tokens) && !passage.echoes[at];
            if twice || !says {
                continue;
            }
            let mut parts = passage.parts(at, asked, cue);
            if score_best > 0.0 && !passage.lures {
                parts.passage = f64::from(source.score / score_best);
            }
            let judged = request.question_vector.is_some() && sentence.vector.is_some();
            let beside = passage.lures || is_beside_the_point(&parts, judged);
            let items = items_after(source, at, items_most);
            let dangling = is_lead(&sentence.text) && items.is_empty() && !is_block(sentence.kind);
            let pronoun = is_personal(&sentence.text, request.language);
            parts.dependent = f64::from(dangling || points_back(&sentence.text, request.language));
            // Who asks about somebody by name knows who `he` is.
            let known = pronoun && parts.before + parts.heading > 0.0 && parts.names_missing == 0.0;
            let may_open = parts.dependent == 0.0 || (known && !dangling);
            let units = passage.units[at].clone();
            order.push(sentence.reference);
            found.insert(
                sentence.reference,
                Candidate {
                    sentence,
                    title: &source.title,
                    rank: source.rank,
                    units,
                    parts,
                    beside,
                    may_open,
                    items,
                },
            );
        }
    }
    let mut list: Vec<Candidate> =
        order.into_iter().filter_map(|reference| found.remove(&reference)).collect();
    weigh_locally(&mut list, asked);
    mark_leaders(&mut list);
    Ok(list)
}

/// Whether a sentence has nothing of the question itself, in words or meaning: however good its
/// passage is, it stands there for another reason ("cite me").
fn is_beside_the_point(parts: &Parts, judged_by_meaning: bool) -> bool {
    let around = parts.before + parts.after + parts.heading > 0.0;
    let near = if judged_by_meaning { parts.cosine >= COSINE_LEAST } else { around };
    parts.coverage == 0.0 && !near
}

/// The run of items, rows or one block of code right after a lead.
fn items_after(source: &Source, at: usize, most: usize) -> Vec<&SourceSentence> {
    let lead = &source.sentences[at];
    if !is_lead(&lead.text) || is_block(lead.kind) {
        return Vec::new();
    }
    let mut items = Vec::new();
    let mut kind = None;
    for (next, place) in source.sentences[at + 1..].iter().zip(lead.reference.sentence + 1..) {
        let here = SentenceRef { sentence: place, ..lead.reference };
        let follows = next.reference == here && *kind.get_or_insert(next.kind) == next.kind;
        if !follows || !is_block(next.kind) || items.len() == most {
            break;
        }
        if is_quotable_item(next) {
            items.push(next);
        }
    }
    items
}

/// Coverage by words that are rare among the candidates: what tells them apart.
fn weigh_locally(list: &mut [Candidate], asked: &Asked) {
    let grades: Vec<Vec<f64>> = list.iter().map(|one| asked.grades(&one.units)).collect();
    let weights: Vec<f64> = asked
        .terms
        .iter()
        .enumerate()
        .map(|(at, term)| {
            let holders = grades.iter().filter(|grade| grade[at] > 0.0).count() as f64;
            let others = list.len() as f64 - holders;
            term.weight * ((others + 0.5) / (holders + 0.5)).ln_1p()
        })
        .collect();
    let total: f64 = weights.iter().sum();
    for (candidate, grades) in list.iter_mut().zip(&grades) {
        let held: f64 = weights.iter().zip(grades).map(|(weight, grade)| weight * grade).sum();
        candidate.parts.local = if total > 0.0 { held / total } else { 0.0 };
    }
}

/// Marks who has most, by words and by meaning; nobody where nobody has any.
fn mark_leaders(list: &mut [Candidate]) {
    let most =
        |part: fn(&Parts) -> f64| list.iter().map(|one| part(&one.parts)).fold(0.0, f64::max);
    let (words, meaning) = (most(|parts| parts.local), most(|parts| parts.cosine));
    for Candidate { parts, .. } in list {
        parts.leads_words = f64::from(words > 0.0 && parts.local == words);
        parts.leads_meaning = f64::from(meaning > 0.0 && parts.cosine == meaning);
    }
}

/// Per sentence; 0 throughout where there are no vectors.
fn cosines_to_question(request: &Request, source: &Source) -> Result<Vec<f64>, GenerateError> {
    source.sentences.iter().map(|sentence| cosine_to_question(request, sentence)).collect()
}

fn cosine_to_question(request: &Request, sentence: &SourceSentence) -> Result<f64, GenerateError> {
    let (Some(question), Some(vector)) = (&request.question_vector, &sentence.vector) else {
        return Ok(0.0);
    };
    if question.len() != vector.len() {
        return Err(GenerateError::VectorDimensions {
            sentence: sentence.reference,
            expected: question.len(),
            found: vector.len(),
        });
    }
    let dot: f64 = question.iter().zip(vector).map(|(q, v)| f64::from(*q) * f64::from(*v)).sum();
    let norm_q = question.iter().map(|q| f64::from(*q).powi(2)).sum::<f64>().sqrt();
    let norm_v = vector.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    let norms = norm_q * norm_v;
    Ok(if norms > 0.0 { (dot / norms).clamp(0.0, 1.0) } else { 0.0 })
}
