//! Which token comes next? The likeliest, or one drawn by chance from the likely ones.

use super::norm::log_probability;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How tokens are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// How bold: 0 always takes the likeliest token.
    pub temperature: f32,
    /// Only the likeliest tokens that together have this chance are drawn from; 1 for all.
    pub top_p: f32,
    /// Where chance begins: the same seed draws the same tokens.
    pub seed: u64,
}

impl Sampling {
    /// The likeliest token, always.
    pub const GREEDY: Self = Self { temperature: 0.0, top_p: 1.0, seed: 0 };
}

/// A token that was chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chosen {
    /// Its number.
    pub token: u32,
    /// Natural logarithm of its chance, before temperature and top-p.
    pub log_probability: f32,
}

/// Chooses the tokens of one sequence.
#[derive(Debug)]
pub(super) struct Sampler {
    sampling: Sampling,
    chance: StdRng,
}

impl Sampler {
    pub(super) fn new(sampling: Sampling) -> Self {
        Self { sampling, chance: StdRng::seed_from_u64(sampling.seed) }
    }

    /// One token.
    pub(super) fn choose(&mut self, logits: &[f32]) -> Chosen {
        let token =
            if self.sampling.temperature > 0.0 { self.draw(logits) } else { likeliest(logits) };
        Chosen { token, log_probability: log_probability(logits, token) }
    }

    fn draw(&mut self, logits: &[f32]) -> u32 {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight =
            |logit: &f32| (f64::from(logit - most) / f64::from(self.sampling.temperature)).exp();
        let mut weights: Vec<(u32, f64)> = (0..).zip(logits.iter().map(weight)).collect();
        let whole: f64 = weights.iter().map(|(_, weight)| weight).sum();
        if self.sampling.top_p < 1.0 {
            nucleus(&mut weights, f64::from(self.sampling.top_p), whole);
        }
        let whole: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let mut left = self.chance.random_range(0.0..1.0) * whole;
        for (token, weight) in &weights {
            left -= weight;
            if left < 0.0 {
                return *token;
            }
        }
        // Rounding may leave a little: it belongs to the last one.
        weights.last().map_or(0, |(token, _)| *token)
    }
}

/// Keeps the likeliest tokens that together have the chance `top_p`; at least one.
fn nucleus(weights: &mut Vec<(u32, f64)>, top_p: f64, whole: f64) {
    // A token less likely than this cannot be needed: all such together are less than what may be
    // left out. Few tokens remain to be sorted. The likeliest always does.
    let least = (1.0 - top_p) * whole / weights.len() as f64;
    weights.retain(|(_, weight)| *weight >= least.min(1.0));
    weights.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut sum = 0.0;
    let kept = weights.iter().position(|(_, weight)| {
        sum += weight;
        sum >= top_p * whole
    });
    weights.truncate(kept.map_or(weights.len(), |last| last + 1));
}

/// The likeliest token; of equals, the one with the smallest number.
fn likeliest(logits: &[f32]) -> u32 {
    let mut best = 0;
    for (token, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = token;
        }
    }
    best as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(sampling: Sampling, logits: &[f32], times: usize) -> Vec<u32> {
        let mut sampler = Sampler::new(sampling);
        (0..times).map(|_| sampler.choose(logits).token).collect()
    }

    #[test]
    fn without_temperature_the_likeliest_is_taken_and_its_chance_told() {
        let chosen = Sampler::new(Sampling::GREEDY).choose(&[0.0, 2.0, 2.0, 1.0]);
        let whole = 1.0 + 2.0 * 2f32.exp() + 1f32.exp();
        assert_eq!(chosen.token, 1);
        assert!((chosen.log_probability - (2.0 - whole.ln())).abs() < 1e-6);
    }

    #[test]
    fn chance_draws_as_often_as_it_should() {
        // Chances 0.5, 0.3, 0.15, 0.05.
        let logits = [0.5f32, 0.3, 0.15, 0.05].map(f32::ln);
        let all = Sampling { temperature: 1.0, top_p: 1.0, seed: 3 };
        let often = |drawn: &[u32], token| {
            drawn.iter().filter(|one| **one == token).count() as f64 / drawn.len() as f64
        };
        let tokens = drawn(all, &logits, 20_000);
        for (token, chance) in [(0, 0.5), (1, 0.3), (2, 0.15), (3, 0.05)] {
            assert!((often(&tokens, token) - chance).abs() < 0.015, "{token}");
        }
        let few = drawn(Sampling { top_p: 0.7, ..all }, &logits, 20_000);
        assert!((often(&few, 0) - 0.625).abs() < 0.015 && often(&few, 2) == 0.0);
        let bold = drawn(Sampling { temperature: 100.0, ..all }, &logits, 20_000);
        assert!((often(&bold, 3) - 0.25).abs() < 0.015);
        let one = drawn(Sampling { top_p: 0.0, ..all }, &logits, 100);
        assert_eq!(often(&one, 0), 1.0);
    }

    #[test]
    fn a_seed_draws_the_same_again() {
        let logits: Vec<f32> = (0..100).map(|at| (at % 7) as f32).collect();
        let sampling = Sampling { temperature: 0.8, top_p: 0.9, seed: 12 };
        assert_eq!(drawn(sampling, &logits, 50), drawn(sampling, &logits, 50));
        let other = Sampling { seed: 13, ..sampling };
        assert_ne!(drawn(sampling, &logits, 50), drawn(other, &logits, 50));
    }
}
