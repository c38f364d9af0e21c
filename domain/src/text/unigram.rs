//! How surprising is a token? The generation's unigram table, by which a sentence's information is
//! weighed.

use crate::id::Digest;
use std::collections::BTreeMap;

/// Token counts of a generation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unigrams {
    counts: BTreeMap<String, u64>,
    total: u64,
}

impl Unigrams {
    /// Counts every token of `text`.
    pub fn add(&mut self, text: &str) {
        for token in super::tokens(text) {
            self.add_token(token);
        }
    }

    /// Counts one normalised token.
    pub fn add_token(&mut self, token: String) {
        *self.counts.entry(token).or_insert(0) += 1;
        self.total += 1;
    }

    /// Puts a stored table together again.
    pub fn from_counts(counts: BTreeMap<String, u64>) -> Self {
        let total = counts.values().sum();
        Self { counts, total }
    }

    /// The table in ascending order of token.
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// Tokens counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// p(token) = (count + 1) / (total + vocabulary), add-one smoothing.
    pub fn probability(&self, token: &str) -> f64 {
        let count = self.counts.get(token).copied().unwrap_or(0);
        // One more for the unseen, so that an empty table still gives a probability.
        let denominator = self.total + (self.counts.len() as u64).max(1);
        (count + 1) as f64 / denominator as f64
    }

    /// −log₂ p(token), in bits; never negative.
    pub fn information_bits(&self, token: &str) -> f64 {
        (-self.probability(token).log2()).max(0.0)
    }

    /// keccak-256 over the table: per token its length, bytes and count, in order.
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for (token, count) in &self.counts {
            bytes.extend_from_slice(&(token.len() as u64).to_be_bytes());
            bytes.extend_from_slice(token.as_bytes());
            bytes.extend_from_slice(&count.to_be_bytes());
        }
        Digest::of(&[&bytes])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_tokens_carry_more() {
        let mut table = Unigrams::default();
        table.add("the base fee and the priority fee and the burn");
        assert!(table.information_bits("burn") > table.information_bits("the"));
        assert!(table.information_bits("unseen") > table.information_bits("burn"));
        assert_eq!(table.probability("the"), 4.0 / 16.0);
        assert_eq!(Unigrams::from_counts(table.counts().clone()), table);
        assert_ne!(table.digest(), Unigrams::default().digest());
        assert_eq!(Unigrams::default().information_bits("x"), 0.0);
    }
}
