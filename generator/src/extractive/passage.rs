//! A passage with its sentences read against the question: what speaks for each by words, by what
//! stands beside it, and by the kind of thing that it holds.

use super::cue::Cue;
use super::echo::Echo;
use super::lexical::{Asked, Units};
use super::parts::Parts;
use crate::{Request, Source};
use footnote_domain::text::Language;

/// Units within which words count as standing together.
const WINDOW: usize = 12;
/// Below it a sentence without any of the question's words is on another subject.
pub(super) const COSINE_LEAST: f64 = 0.15;
/// Below both nothing in a passage that asks the question again answers it: the part of the question
/// that it holds besides, and its best sentence's cosine.
const COVERAGE_OF_ANSWERS_LEAST: f64 = 0.1;
const COSINE_OF_ANSWERS_LEAST: f64 = 0.3;

/// A passage, read.
pub(super) struct Passage<'a> {
    source: &'a Source,
    language: Language,
    /// Per sentence.
    pub(super) units: Vec<Units>,
    /// Which sentences only ask the question again.
    pub(super) echoes: Vec<bool>,
    /// Whether it says nothing of the question but asks it again, inside or above: what the retriever
    /// thinks of such a passage, it thinks of the echo.
    pub(super) lures: bool,
    /// Per sentence, to the question; an echo's are 0, since nothing is as near to a question as itself.
    cosines: Vec<f64>,
    /// Per sentence and term; an echo brings none, so that it lifts nothing that stands beside it.
    grades: Vec<Vec<f64>>,
    /// Per term, in the title and the section.
    heading: Vec<f64>,
    /// Per term, anywhere in it or above it.
    whole: Vec<f64>,
}

impl<'a> Passage<'a> {
    /// `cosines`: of each sentence to the question, 0 without vectors.
    pub(super) fn read(
        source: &'a Source,
        request: &Request,
        asked: &Asked,
        echo: &Echo,
        mut cosines: Vec<f64>,
    ) -> Self {
        let language = request.language;
        let units: Vec<Units> =
            source.sentences.iter().map(|one| Units::read(&one.text, language)).collect();
        let echoes: Vec<bool> = source.sentences.iter().map(|one| echo.is_in(&one.text)).collect();
        let mut grades: Vec<Vec<f64>> = units.iter().map(|one| asked.grades(one)).collect();
        let nothing = asked.grades(&Units::default());
        for at in (0..echoes.len()).filter(|at| echoes[*at]) {
            (grades[at], cosines[at]) = (nothing.clone(), 0.0);
        }
        let heading_text = format!("{}\n{}", source.title, source.section);
        let asks_again = echo.is_in(&heading_text) || echoes.contains(&true);
        let held = grades.iter().fold(nothing.clone(), |best, one| greater(&best, one));
        let words = asked.coverage(&held) >= COVERAGE_OF_ANSWERS_LEAST;
        let meaning = cosines.iter().any(|cosine| *cosine >= COSINE_OF_ANSWERS_LEAST);
        let lures = asks_again && !words && !meaning;
        // Under a heading that asks the question stands its answer, which speaks of what is asked.
        let heading =
            if lures { nothing } else { asked.grades(&Units::read(&heading_text, language)) };
        let whole = greater(&heading, &held);
        Self { source, language, units, echoes, lures, cosines, grades, heading, whole }
    }

    /// What its sentence number `at` has of the question; comparisons with other passages are not
    /// made here.
    pub(super) fn parts(&self, at: usize, asked: &Asked, cue: Option<Cue>) -> Parts {
        let (own, units) = (&self.grades[at], &self.units[at]);
        let text = &self.source.sentences[at].text;
        let places = asked.places(units);
        let met = cue.is_some_and(|cue| cue.is_met(asked, text, self.language));
        let cued = |wanted: Cue| f64::from(met && cue == Some(wanted));
        let coverage = asked.coverage(own);
        // What is already held does not count again, nor does one word in two places.
        let mut held = own.clone();
        let mut more = |grades: Option<&Vec<f64>>| {
            let before = asked.coverage(&held);
            held = grades.map_or(held.clone(), |grades| greater(&held, grades));
            asked.coverage(&held) - before
        };
        let heading = more(Some(&self.heading));
        let before = more(at.checked_sub(1).map(|near| &self.grades[near]));
        let after = more(self.grades.get(at + 1));
        Parts {
            coverage,
            before,
            after,
            heading,
            neighbours: asked.neighbours(units),
            near: asked.near(&places),
            window: asked.window(&places, WINDOW),
            names: asked.names_held(own),
            names_missing: asked.names_missing(&self.whole),
            kind: asked.kind_held(own),
            passage_coverage: asked.coverage(&self.whole),
            rank: if self.lures { 0.0 } else { 1.0 / (1.0 + f64::from(self.source.rank)) },
            relevance: if self.lures { 0.0 } else { f64::from(self.source.relevance_ppm) / 1e6 },
            cosine: self.cosines[at],
            cosine_beside: self.beside(at),
            opening: f64::from(at == 0),
            cue_time: cued(Cue::Time),
            cue_number: cued(Cue::Number),
            cue_name: cued(Cue::Name),
            cue_place: cued(Cue::Place),
            cue_reason: cued(Cue::Reason),
            cue_definition: cued(Cue::Definition),
            cue_unmet: f64::from(cue.is_some() && !met),
            new_words: (new_units(units, &places) as f64 / 40.0).min(1.0),
            length: (units.tokens as f64 / 60.0).min(1.0),
            ..Parts::NONE
        }
    }

    /// The greater cosine of the two sentences beside number `at`.
    fn beside(&self, at: usize) -> f64 {
        let near = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        near.filter_map(|at| self.cosines.get(at)).fold(0.0, |most, one| f64::max(most, *one))
    }
}

/// Units that are no word of the question.
fn new_units(units: &Units, places: &[(usize, usize)]) -> usize {
    let mut old: Vec<usize> = places.iter().map(|(place, _)| *place).collect();
    old.dedup();
    units.sequence.len() - old.len()
}

fn greater(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a.max(*b)).collect()
}
