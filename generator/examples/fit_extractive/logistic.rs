//! Weights of the confidence: a logistic of "the answer holds it" over those parts of the best
//! sentence that are absolute, over questions that can be answered, and those that cannot.

use super::descent::least;
use footnote_generator::Parts;
use footnote_generator::exercise::ExerciseCase;

const COUNT: usize = Parts::NAMES.len();
const RIDGE: f64 = 1e-4;

/// Parts that compare sentences with one another make something look good in any company, and say
/// nothing of whether anything answers.
const RELATIVE: [&str; 6] = ["local", "leads_words", "leads_meaning", "passage", "rank", "opening"];
/// Parts that are left out for their meaning: how long or how placed a sentence is proves nothing.
const IDLE: [&str; 3] = ["length", "new_words", "dependent"];

/// The best sentence of one question.
pub(crate) struct Judgement {
    pub(crate) parts: Parts,
    pub(crate) case: ExerciseCase,
    pub(crate) right: bool,
}

/// Bias and weights; every set weighs the root of its size, and in it what can be answered as much
/// as what cannot.
pub(crate) fn fit(sets: &[Vec<Judgement>]) -> (f64, Parts) {
    let total: f64 = sets.iter().map(|set| (set.len() as f64).sqrt()).sum();
    let absolute: Vec<bool> =
        Parts::NAMES.iter().map(|name| !RELATIVE.contains(name) && !IDLE.contains(name)).collect();
    let found = least(COUNT + 1, |weights, gradient| {
        for set in sets {
            let answerable = |one: &&Judgement| one.case == ExerciseCase::Answerable;
            let can = set.iter().filter(answerable).count() as f64;
            let cannot = set.len() as f64 - can;
            let share = (set.len() as f64).sqrt() / total / 2.0;
            for one in set {
                let times = share / if answerable(&one) { can } else { cannot };
                let values = one.parts.values();
                let odds = weights[COUNT]
                    + (0..COUNT)
                        .filter(|at| absolute[*at])
                        .map(|at| weights[at] * values[at])
                        .sum::<f64>();
                let off = 1.0 / (1.0 + (-odds).exp()) - f64::from(u8::from(one.right));
                for at in (0..COUNT).filter(|at| absolute[*at]) {
                    gradient[at] += times * off * values[at];
                }
                gradient[COUNT] += times * off;
            }
        }
        gradient[..COUNT]
            .iter_mut()
            .zip(weights)
            .for_each(|(slope, weight)| *slope += RIDGE * weight);
    });
    let weights: [f64; COUNT] = found[..COUNT].try_into().expect("as many as there are parts");
    (found[COUNT], Parts::from_values(weights))
}
