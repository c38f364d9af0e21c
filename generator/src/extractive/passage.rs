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

/// A passage, read.
pub(super) struct Passage<'a> {
    source: &'a Source,
    language: Language,
    /// Per sentence.
    pub(super) units: Vec<Units>,
    /// Which sentences only ask the question again.
    pub(super) echoes: Vec<bool>,
    /// Per sentence and term; an echo brings none, so that it lifts nothing that stands beside it.
    grades: Vec<Vec<f64>>,
    /// Per term, in the title and the section.
    heading: Vec<f64>,
    /// Per term, anywhere in it or above it.
    whole: Vec<f64>,
}

impl<'a> Passage<'a> {
    pub(super) fn read(source: &'a Source, request: &Request, asked: &Asked, echo: &Echo) -> Self {
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
        Self { source, language, units, echoes, grades, heading, whole }
    }

    /// What its sentence number `at` has of the question; comparisons between sentences and vectors
    /// are not read here.
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
            rank: 1.0 / (1.0 + f64::from(self.source.rank)),
            relevance: f64::from(self.source.relevance_ppm) / 1e6,
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
