//! Which sentences could answer, and what speaks for each? Everything here is a number between 0
//! and 1 that an owner may be shown; how much each counts is a matter of [`RankingWeights`].

use super::cue::Cue;
use super::echo::Echo;
use super::lexical::{Asked, Units};
use super::shape::{is_block, is_lead, is_quotable, is_quotable_item, points_back};
use crate::{GenerateError, Request, Source, SourceSentence};
use footnote_domain::corpus::SentenceRef;
use std::collections::BTreeMap;

/// Below it a sentence without any of the question's words is on another subject.
const COSINE_LEAST: f64 = 0.15;

/// What speaks for a sentence, or the weight of each such part.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Parts {
    /// Question's words that the sentence holds, by their rarity in the corpus.
    pub coverage: f64,
    /// The same, by their rarity among the candidates.
    pub local: f64,
    /// Question's words held only by the sentences beside it, the title or the section.
    pub context: f64,
    /// Neighbouring question words that are neighbours in the sentence.
    pub neighbours: f64,
    /// Cosine to the question; 0 without vectors.
    pub cosine: f64,
    /// Question's words that the whole passage holds.
    pub passage_coverage: f64,
    /// The passage's fused score over the best passage's.
    pub passage: f64,
    /// 1 / (1 + rank) of the passage.
    pub rank: f64,
    /// 1 for the first sentence of its passage.
    pub opening: f64,
    /// 1 where it holds the kind of thing asked for.
    pub cue: f64,
    /// Tokens over 60, at most 1.
    pub length: f64,
    /// 1 where it points at a sentence before it, or announces one that is not at hand.
    pub dependent: f64,
}

/// Weights of [`Parts`] in the log-odds of a sentence.
pub type RankingWeights = Parts;

impl Parts {
    /// Σ weight · part.
    pub fn dot(&self, weights: &Self) -> f64 {
        self.values().iter().zip(weights.values()).map(|(part, weight)| part * weight).sum()
    }

    /// The parts in the order of their declaration.
    pub fn values(&self) -> [f64; 12] {
        [
            self.coverage,
            self.local,
            self.context,
            self.neighbours,
            self.cosine,
            self.passage_coverage,
            self.passage,
            self.rank,
            self.opening,
            self.cue,
            self.length,
            self.dependent,
        ]
    }
}

/// A sentence that may be quoted.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) sentence: &'a SourceSentence,
    /// Rank of the best passage that holds it.
    pub(super) rank: u32,
    pub(super) units: Units,
    pub(super) parts: Parts,
    /// Whether it has nothing of the question; such a sentence is not added to an answer.
    pub(super) beside: bool,
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
        let passage = Passage::read(source, request, asked, &echo);
        for at in 0..source.sentences.len() {
            let sentence = &source.sentences[at];
            let twice = found.contains_key(&sentence.reference);
            let says = is_quotable(sentence, passage.units[at].tokens) && !passage.echoes[at];
            if twice || !says {
                continue;
            }
            let mut parts = passage.parts(at, asked, cue);
            parts.passage =
                if score_best > 0.0 { f64::from(source.score / score_best) } else { 0.0 };
            parts.cosine = cosine_to_question(request, sentence)?;
            let judged = request.question_vector.is_some() && sentence.vector.is_some();
            let beside = is_beside_the_point(&parts, judged);
            let items = items_after(source, at, items_most);
            let dangling = is_lead(&sentence.text) && items.is_empty() && !is_block(sentence.kind);
            parts.dependent = f64::from(dangling || points_back(&sentence.text, request.language));
            let units = passage.units[at].clone();
            order.push(sentence.reference);
            found.insert(
                sentence.reference,
                Candidate { sentence, rank: source.rank, units, parts, beside, items },
            );
        }
    }
    let mut list: Vec<Candidate> =
        order.into_iter().filter_map(|reference| found.remove(&reference)).collect();
    weigh_locally(&mut list, asked);
    Ok(list)
}

/// Whether a sentence has nothing of the question itself, in words or meaning: however good its
/// passage is, it stands there for another reason ("cite me").
fn is_beside_the_point(parts: &Parts, judged_by_meaning: bool) -> bool {
    let near = if judged_by_meaning { parts.cosine >= COSINE_LEAST } else { parts.context > 0.0 };
    parts.coverage == 0.0 && !near
}

/// A passage with its sentences read.
struct Passage<'a> {
    source: &'a Source,
    language: footnote_domain::text::Language,
    units: Vec<Units>,
    /// Which sentences only ask the question again.
    echoes: Vec<bool>,
    /// Per sentence and term; an echo brings none, so that it lifts nothing that stands beside it.
    grades: Vec<Vec<f64>>,
    /// Per term, in the title and the section.
    heading: Vec<f64>,
    /// Of the passage as a whole.
    coverage: f64,
}

impl<'a> Passage<'a> {
    fn read(source: &'a Source, request: &Request, asked: &Asked, echo: &Echo) -> Self {
        let language = request.language;
        let units: Vec<Units> =
            source.sentences.iter().map(|one| Units::read(&one.text, language)).collect();
        let echoes: Vec<bool> = source.sentences.iter().map(|one| echo.is_in(&one.text)).collect();
        let nothing = Units::default();
        let grades: Vec<Vec<f64>> = units
            .iter()
            .zip(&echoes)
            .map(|(one, is_echo)| if *is_echo { &nothing } else { one })
            .map(|one| asked.grades(one))
            .collect();
        let heading_text = format!("{}\n{}", source.title, source.section);
        let heading = asked.grades(&Units::read(&heading_text, language));
        let whole = grades.iter().fold(heading.clone(), |best, one| greater(&best, one));
        Self { source, language, units, echoes, grades, heading, coverage: asked.coverage(&whole) }
    }

    fn parts(&self, at: usize, asked: &Asked, cue: Option<Cue>) -> Parts {
        let (own, units) = (&self.grades[at], &self.units[at]);
        let text = &self.source.sentences[at].text;
        let beside = [at.checked_sub(1), Some(at + 1)];
        let beside = beside.into_iter().flatten().filter_map(|near| self.grades.get(near));
        let around = beside.fold(self.heading.clone(), |best, near| greater(&best, near));
        Parts {
            coverage: asked.coverage(own),
            context: asked.coverage(&greater(own, &around)) - asked.coverage(own),
            neighbours: asked.neighbours(units),
            passage_coverage: self.coverage,
            rank: 1.0 / (1.0 + f64::from(self.source.rank)),
            opening: f64::from(at == 0),
            cue: f64::from(cue.is_some_and(|cue| cue.is_met(asked, text, self.language))),
            length: (units.tokens as f64 / 60.0).min(1.0),
            ..Parts::default()
        }
    }
}

fn greater(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a.max(*b)).collect()
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
