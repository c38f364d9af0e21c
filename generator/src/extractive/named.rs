//! Which other sources does an answer need? A question that names two things, or a best sentence that
//! names a third, is often answered by no text alone: then what those texts say of themselves belongs
//! to the answer.

use super::select::Ranked;
use footnote_domain::text::token::{is_cjk, token_spans};
use std::collections::HashMap;

/// Adds to `chosen` the best sentence of each source whose title the question or the best sentence
/// names, instead of the last chosen ones where there is no room. Titles that several sources bear
/// name none of them.
pub(super) fn add_named(ranked: &[Ranked], chosen: &mut Vec<usize>, question: &str, most: usize) {
    let Some(best) = ranked.first() else { return };
    let mut bearers: HashMap<&str, Vec<u32>> = HashMap::new();
    for one in ranked {
        let documents = bearers.entry(one.candidate.title).or_default();
        if !documents.contains(&one.candidate.reference().document) {
            documents.push(one.candidate.reference().document);
        }
    }
    let named = |title: &str| {
        [question, &best.candidate.sentence.text].iter().any(|text| names(text, title))
    };
    let mut wanted: Vec<usize> = Vec::new();
    for (at, one) in ranked.iter().enumerate() {
        let document = one.candidate.reference().document;
        let of_document = |other: &usize| ranked[*other].candidate.reference().document == document;
        let quoted = chosen.iter().chain(&wanted).any(of_document);
        let alone = bearers[one.candidate.title].len() == 1;
        if !quoted && alone && !one.candidate.beside && named(one.candidate.title) {
            wanted.push(at);
        }
    }
    // The best sentence always stays.
    wanted.truncate(most.saturating_sub(1));
    chosen.truncate(most - wanted.len());
    chosen.extend(wanted);
}

/// Whether `text` holds `title`, what it says in brackets apart, as a name: written with a capital, a
/// number or Chinese characters.
fn names(text: &str, title: &str) -> bool {
    let bare = title.split(['(', '（']).next().unwrap_or(title);
    let title: Vec<String> = token_spans(bare).into_iter().map(|token| token.text).collect();
    let tokens = token_spans(text);
    let as_name = |at: usize| {
        let first = text[tokens[at].span.clone()].chars().next();
        first.is_some_and(|ch| ch.is_uppercase() || ch.is_numeric() || is_cjk(ch))
    };
    !title.is_empty()
        && tokens.windows(title.len()).enumerate().any(|(at, window)| {
            as_name(at) && window.iter().zip(&title).all(|(token, name)| token.text == *name)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_named_as_a_name() {
        assert!(names("Are both Dodgy and Massive Attack of one country?", "Massive Attack"));
        assert!(names("Are both Dodgy and Massive Attack of one country?", "Dodgy (band)"));
        assert!(!names("Is it a dodgy band?", "Dodgy (band)"));
        assert!(names("绿茶和红茶哪个更热？", "红茶"));
        assert!(!names("What is it?", "") && !names("", "Dodgy"));
    }
}
