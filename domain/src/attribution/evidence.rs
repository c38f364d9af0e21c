//! What speaks for an owner? Wording, meaning and necessity per sentence, and the support they make.

use super::Constants;
use crate::payee::WHOLE_PPM;

/// Below this distance from the question a sentence says nothing beyond it.
const DENOMINATOR_LEAST: f64 = 0.02;

/// Evidence of one owner for each unit of an answer, in ppm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// v per unit: share of the unit's information inside verbatim spans.
    pub wording_ppm: Vec<u32>,
    /// e per unit: closeness in meaning beyond the question.
    pub meaning_ppm: Vec<u32>,
    /// ℓ per unit, where the generator scores.
    pub necessity_ppm: Option<Vec<u32>>,
}

impl Evidence {
    /// r per unit: the greatest of the kinds that reach their threshold, else 0.
    ///
    /// # Panics
    /// When a list has not `units` numbers.
    pub fn support(&self, units: usize, constants: &Constants) -> Vec<u32> {
        assert!(
            self.wording_ppm.len() == units
                && self.meaning_ppm.len() == units
                && self.necessity_ppm.as_ref().is_none_or(|list| list.len() == units),
            "evidence is one number per unit"
        );
        (0..units).map(|unit| self.support_of(unit, constants)).collect()
    }

    fn support_of(&self, unit: usize, constants: &Constants) -> u32 {
        let necessity = self.necessity_ppm.as_ref().map_or(0, |list| list[unit]);
        let kinds = [
            (self.wording_ppm[unit], constants.wording_least_ppm),
            (self.meaning_ppm[unit], constants.meaning_least_ppm),
            (necessity, constants.necessity_least_ppm),
        ];
        kinds
            .into_iter()
            .filter(|(value, least)| value >= least)
            .map(|(value, _)| value.min(WHOLE_PPM))
            .max()
            .unwrap_or(0)
    }
}

/// e = max(0, cos(u, s) − cos(u, q)) / (1 − cos(u, q)) in ppm, 0 where the denominator is < .02.
pub fn meaning_ppm(cosine_to_source: f32, cosine_to_question: f32) -> u32 {
    let (source, question) = (f64::from(cosine_to_source), f64::from(cosine_to_question));
    let room = 1.0 - question;
    if room < DENOMINATOR_LEAST {
        return 0;
    }
    let beyond = ((source - question) / room).clamp(0.0, 1.0);
    (beyond * f64::from(WHOLE_PPM)).round() as u32
}

/// ℓ = clip₀¹[(log p(u|D) − log p(u|D∖c)) / max(ε, log p(u|D) − log p(u|∅))] in ppm; natural logs.
pub fn necessity_ppm(with_all: f64, without_owner: f64, without_any: f64, epsilon: f64) -> u32 {
    let part = (with_all - without_owner) / (with_all - without_any).max(epsilon);
    (part.clamp(0.0, 1.0) * f64::from(WHOLE_PPM)).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meaning_is_what_lies_beyond_the_question() {
        assert_eq!(meaning_ppm(1.0, 0.5), 1_000_000);
        assert_eq!(meaning_ppm(0.75, 0.5), 500_000);
        assert_eq!(meaning_ppm(0.4, 0.5), 0);
        assert_eq!(meaning_ppm(1.0, 0.99), 0);
        assert_eq!(meaning_ppm(1.000_1, 0.5), 1_000_000);
    }

    #[test]
    fn necessity_is_clipped() {
        assert_eq!(necessity_ppm(-10.0, -15.0, -20.0, 0.5), 500_000);
        assert_eq!(necessity_ppm(-10.0, -9.0, -20.0, 0.5), 0);
        assert_eq!(necessity_ppm(-10.0, -10.4, -10.1, 0.5), 800_000);
    }

    #[test]
    fn support_takes_the_best_kind_above_its_threshold() {
        let evidence = Evidence {
            wording_ppm: vec![349_999, 350_000, 0, 1_000_000],
            meaning_ppm: vec![449_999, 0, 450_000, 500_000],
            necessity_ppm: None,
        };
        let support = evidence.support(4, &Constants::PUBLISHED);
        assert_eq!(support, [0, 350_000, 450_000, 1_000_000]);
        let causal = Evidence { necessity_ppm: Some(vec![100_000, 0, 0, 0]), ..evidence };
        assert_eq!(causal.support(4, &Constants::PUBLISHED)[0], 100_000);
    }
}
