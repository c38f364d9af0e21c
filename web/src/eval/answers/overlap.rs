//! How much do an answer and a gold answer have in common, word by word? The F1 of SQuAD (Rajpurkar
//! et al. 2016) on this house's tokens, so that Chinese counts by the character.

use footnote_domain::text::tokens;
use std::collections::HashMap;

/// Words that count for nothing, as in SQuAD's own script; and the Spanish ones.
const ARTICLES: [&str; 10] = ["a", "an", "the", "el", "la", "los", "las", "un", "una", "lo"];

/// The best F1 of `answer` over the gold answers, 0 to 1.
pub fn f1(answer: &str, gold: &[String]) -> f64 {
    let said = counts(answer);
    gold.iter().map(|gold| one(&said, &counts(gold))).fold(0.0, f64::max)
}

fn one(said: &HashMap<String, usize>, gold: &HashMap<String, usize>) -> f64 {
    let total = |counts: &HashMap<String, usize>| counts.values().sum::<usize>();
    let common: usize =
        gold.iter().map(|(token, count)| said.get(token).map_or(0, |said| *count.min(said))).sum();
    if common == 0 { 0.0 } else { 2.0 * common as f64 / (total(said) + total(gold)) as f64 }
}

fn counts(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for token in tokens(text) {
        if !ARTICLES.contains(&&*token) {
            *counts.entry(token).or_insert(0) += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_common_over_words_said() {
        let gold = ["October 1973".to_owned(), "the autumn".to_owned()];
        assert_eq!(f1("October 1973", &gold), 1.0);
        assert_eq!(f1("An autumn.", &gold), 1.0);
        assert_eq!(f1("It began in October 1973", &gold), 2.0 * 2.0 / 7.0);
        assert_eq!(f1("the", &gold), 0.0);
        assert_eq!(f1("", &gold), 0.0);
        assert_eq!(f1("绿茶", &["绿茶叶".to_owned()]), 0.8);
    }
}
