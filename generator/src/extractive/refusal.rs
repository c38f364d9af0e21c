//! Is there any source that answers? The chance that the best sentence does, from the parts that are
//! absolute: those that compare sentences with one another make something look good in any company.

use super::parts::Parts;
use crate::Refusal;

/// A logistic over the best sentence's parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// Log-odds of a sentence for which nothing speaks.
    pub bias: f64,
    /// Weights of its parts.
    pub weights: Parts,
    /// Chance below which the question is refused, in ppm.
    pub needed_ppm: u32,
}

impl Confidence {
    /// The estimated chance that a sentence with these parts answers, in ppm.
    pub fn of(&self, best: &Parts) -> u32 {
        let odds = self.bias + best.dot(&self.weights);
        (1e6 / (1.0 + (-odds).exp())).round() as u32
    }

    /// Why to refuse, if the chance is too small.
    pub(super) fn refusal(&self, best: &Parts) -> Option<Refusal> {
        let confidence_ppm = self.of(best);
        let needed_ppm = self.needed_ppm;
        (confidence_ppm < needed_ppm)
            .then_some(Refusal::WeakEvidence { confidence_ppm, needed_ppm })
    }
}
