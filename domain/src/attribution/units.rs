//! How much of an answer is each sentence? As much as the information it adds to the question.

use crate::apportion::largest_remainder;
use crate::payee::WHOLE_PPM;
use crate::text::{Unigrams, token_spans};
use std::collections::HashSet;
use std::ops::Range;

/// Bits are weighed in millionths, so that the same table gives the same integers everywhere.
const MICROBITS: f64 = 1e6;

/// The information of a token in millionths of a bit, 0 where the question already holds it.
fn microbits(token: &str, question: &HashSet<String>, unigrams: &Unigrams) -> u128 {
    if question.contains(token) {
        return 0;
    }
    (unigrams.information_bits(token) * MICROBITS).round() as u128
}

/// The tokens of a question, whose repetition informs nobody.
pub fn question_tokens(question: &str) -> HashSet<String> {
    crate::text::tokens(question).into_iter().collect()
}

/// ω: the weight of each sentence in ppm, ∝ Σ −log₂ p(token) over its tokens not in the question.
/// Σ ω = 10⁶, or all zero for an answer that only repeats the question.
pub fn weights_ppm(
    sentences: &[&str],
    question: &HashSet<String>,
    unigrams: &Unigrams,
) -> Vec<u32> {
    let masses: Vec<u128> =
        sentences.iter().map(|sentence| mass(sentence, question, unigrams)).collect();
    largest_remainder(u64::from(WHOLE_PPM), &masses)
        .into_iter()
        .map(|part| u32::try_from(part).expect("a part of 10⁶ fits u32"))
        .collect()
}

fn mass(sentence: &str, question: &HashSet<String>, unigrams: &Unigrams) -> u128 {
    let tokens = token_spans(sentence);
    tokens.iter().map(|token| microbits(&token.text, question, unigrams)).sum()
}

/// v: the part of a sentence's information that lies inside `spans` (bytes of the sentence), in
/// ppm. Tokens of the question weigh nothing, inside and outside.
pub fn covered_ppm(
    sentence: &str,
    spans: &[Range<usize>],
    question: &HashSet<String>,
    unigrams: &Unigrams,
) -> u32 {
    let (mut inside, mut all) = (0u128, 0u128);
    for token in token_spans(sentence) {
        let bits = microbits(&token.text, question, unigrams);
        all += bits;
        if spans.iter().any(|span| span.start <= token.span.start && token.span.end <= span.end) {
            inside += bits;
        }
    }
    if all == 0 {
        return 0;
    }
    u32::try_from(inside * u128::from(WHOLE_PPM) / all).expect("a part of a whole")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Unigrams {
        let mut table = Unigrams::default();
        table.add(
            "the base fee is burned and the priority fee is paid to the producer of the block",
        );
        table
    }

    #[test]
    fn weights_make_a_whole_and_ignore_the_question() {
        let question = question_tokens("Is the base fee burned?");
        let weights =
            weights_ppm(&["The base fee is burned.", "The producer is paid."], &question, &table());
        assert_eq!(weights, [0, 1_000_000]);
        let echo = weights_ppm(&["The base fee is burned."], &question, &table());
        assert_eq!(echo, [0]);
    }

    #[test]
    fn coverage_counts_whole_tokens_of_news() {
        let question = question_tokens("What is burned?");
        let sentence = "the base fee is burned";
        let cover = |span| covered_ppm(sentence, &[span], &question, &table());
        assert_eq!(cover(0..sentence.len()), 1_000_000);
        assert_eq!(cover(12..22), 0);
        assert!(cover(0..8) > 0 && cover(0..8) < 1_000_000);
        assert_eq!(cover(0..6), cover(0..4), "half a token covers nothing");
    }
}
