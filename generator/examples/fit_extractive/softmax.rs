//! Weights of the ranking: maximum likelihood that the sentence which answers is drawn from a softmax
//! over the candidates of its question.

use super::descent::least;
use footnote_generator::{Parts, RankingWeights};

const COUNT: usize = Parts::NAMES.len();
/// Keeps weights of parts that never differ at 0.
const RIDGE: f64 = 1e-4;
/// Not fitted: a sentence that points back costs the reader something, whether or not it answers.
const DEPENDENT: f64 = -0.4;

/// One question: the parts of its candidates, and which of them answer.
pub(crate) struct Choice {
    candidates: Vec<[f64; COUNT]>,
    answers: Vec<bool>,
}

impl Choice {
    /// `None` where no candidate answers: nothing is learned from it.
    pub(crate) fn of(candidates: Vec<(Parts, bool)>) -> Option<Self> {
        let (candidates, answers): (Vec<_>, Vec<_>) =
            candidates.into_iter().map(|(parts, answers)| (parts.values(), answers)).unzip();
        answers.contains(&true).then_some(Self { candidates, answers })
    }

    /// Adds the gradient of −log p(an answering candidate), `times` over.
    fn slope(&self, weights: &[f64], times: f64, gradient: &mut [f64]) {
        let scores: Vec<f64> = self.candidates.iter().map(|parts| dot(parts, weights)).collect();
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = scores.iter().map(|score| (score - best).exp()).collect();
        let all: f64 = odds.iter().sum();
        let right: f64 =
            odds.iter().zip(&self.answers).filter(|(_, is)| **is).map(|(o, _)| o).sum();
        for ((parts, odds), answers) in self.candidates.iter().zip(odds).zip(&self.answers) {
            let wanted = if *answers { odds / right } else { 0.0 };
            let pull = times * (odds / all - wanted);
            gradient.iter_mut().zip(parts).for_each(|(slope, part)| *slope += pull * part);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The weights; every set weighs the root of its size.
pub(crate) fn fit(sets: &[Vec<Choice>]) -> RankingWeights {
    let total: f64 = sets.iter().map(|set| (set.len() as f64).sqrt()).sum();
    let dependent = Parts { dependent: 1.0, ..Parts::NONE }.values();
    let held = |weights: &[f64]| -> Vec<f64> {
        weights.iter().zip(dependent).map(|(w, d)| if d == 1.0 { DEPENDENT } else { *w }).collect()
    };
    let found = least(COUNT, |weights, gradient| {
        let weights = held(weights);
        for set in sets {
            let times = 1.0 / (set.len() as f64).sqrt() / total;
            set.iter().for_each(|choice| choice.slope(&weights, times, gradient));
        }
        gradient.iter_mut().zip(&weights).for_each(|(slope, weight)| *slope += RIDGE * weight);
    });
    Parts::from_values(held(&found).try_into().expect("as many as there are parts"))
}
