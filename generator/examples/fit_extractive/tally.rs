//! Counts over answers, and what every refusal threshold would cost.

use footnote_generator::exercise::{Exercise, ExerciseCase};
use std::collections::BTreeMap;

/// Shares of the answerable questions, in percent, for which the threshold is given.
const PERCENT: [usize; 12] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30];

#[derive(Default)]
pub(crate) struct Tally {
    asked: usize,
    refused: usize,
    contained: usize,
    in_first: usize,
    best_holds: usize,
    retrieved: usize,
    sentences: usize,
    sentences_of_sure: (usize, usize),
    confidences: BTreeMap<ExerciseCase, Vec<u32>>,
}

impl Tally {
    pub(crate) fn add(
        &mut self,
        exercise: &Exercise,
        quoted: &[String],
        best_holds: bool,
        confidence_ppm: u32,
    ) {
        self.confidences.entry(exercise.case).or_default().push(confidence_ppm);
        if exercise.case != ExerciseCase::Answerable {
            return;
        }
        let count = |is: bool| usize::from(is);
        let first = quoted.first().is_some_and(|first| exercise.is_answered_by(first));
        let mut read = exercise.request.sources.iter().flat_map(|source| &source.sentences);
        self.asked += 1;
        self.refused += count(quoted.is_empty());
        self.contained += count(exercise.is_answered_by(&quoted.join(" ")));
        self.in_first += count(first);
        self.best_holds += count(best_holds);
        self.retrieved += count(read.any(|one| exercise.is_answered_by(&one.text)));
        self.sentences += quoted.len();
        if first {
            self.sentences_of_sure.0 += quoted.len();
            self.sentences_of_sure.1 += 1;
        }
    }

    pub(crate) fn text(&self) -> String {
        let part = |some: usize, all: usize| some as f64 / all.max(1) as f64;
        let of_asked = |some| part(some, self.asked);
        let (sure, sures) = self.sentences_of_sure;
        let mut text = format!(
            "{} answerable: contained {:.4}, in the first sentence {:.4}, refused {:.4}; the best \
             sentence holds it {:.4}, any sentence read {:.4}; sentences {:.2}, where the first \
             sufficed {:.2}\n\nneeded_ppm",
            self.asked,
            of_asked(self.contained),
            of_asked(self.in_first),
            of_asked(self.refused),
            of_asked(self.best_holds),
            of_asked(self.retrieved),
            part(self.sentences, self.asked - self.refused),
            part(sure, sures),
        );
        let mut answerable =
            self.confidences.get(&ExerciseCase::Answerable).cloned().unwrap_or_default();
        answerable.sort_unstable();
        self.confidences.keys().for_each(|case| text += &format!(" | {case:?} refused"));
        for percent in PERCENT {
            let Some(needed) = answerable.get(answerable.len() * percent / 100) else { break };
            text += &format!("\n{needed:>10}");
            for all in self.confidences.values() {
                let below = all.iter().filter(|one| *one < needed).count();
                text += &format!(" | {:.4}", part(below, all.len()));
            }
        }
        text + "\n"
    }
}
