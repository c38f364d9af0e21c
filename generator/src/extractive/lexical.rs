//! How much of the question's wording does a text hold? Words are compared by a light stem and, at
//! a discount, by a long common beginning; runs of Chinese characters as overlapping pairs.

use super::function_words::{is_function_word, without_chinese_phrases};
use super::stem::{fold_accents, stem};
use footnote_domain::text::token::{is_cjk, token_spans};
use footnote_domain::text::{Language, Unigrams};
use std::collections::HashSet;

/// How words are weighed and compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LexicalSettings {
    /// a of the weight `ln(1 + a / p(token))`: tokens more frequent than a hardly count.
    pub frequent: f64,
    /// What a match by common beginning counts, against 1 for an equal stem.
    pub folded_match: f64,
    /// What a pair of Chinese characters counts when both stand apart in the text.
    pub scattered_match: f64,
}

impl Default for LexicalSettings {
    /// Starting values by judgement, not fitted; the weights of ranking and confidence are fitted on
    /// top of them.
    fn default() -> Self {
        Self { frequent: 1e-3, folded_match: 0.6, scattered_match: 0.3 }
    }
}

/// The comparable units of a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Units {
    /// Stems and character pairs in order; what neighbours here is a neighbour in the text.
    pub(super) sequence: Vec<String>,
    /// All of `sequence`, and single Chinese characters.
    pub(super) set: HashSet<String>,
    /// Domain tokens.
    pub(super) tokens: usize,
}

impl Units {
    /// Reads `text` by the rules of the question's language.
    pub(super) fn read(text: &str, language: Language) -> Self {
        let mut units = Self::default();
        // The last Chinese character, where it ended, and whether it is part of a pair already.
        let mut open: Option<(String, usize, bool)> = None;
        for token in token_spans(text) {
            units.tokens += 1;
            let single = token.text.chars().next().filter(|ch| is_cjk(*ch)).is_some();
            let joined = open.take_if(|(_, end, _)| single && *end == token.span.start);
            units.close(open.take());
            if !single {
                units.push(stem(&token.text, language));
                continue;
            }
            units.set.insert(token.text.clone());
            let paired = joined.is_some();
            if let Some((before, ..)) = joined {
                units.push(before + &token.text);
            }
            open = Some((token.text, token.span.end, paired));
        }
        units.close(open);
        units
    }

    /// A Chinese character that found no neighbour is a unit of its own.
    fn close(&mut self, open: Option<(String, usize, bool)>) {
        if let Some((character, _, false)) = open {
            self.push(character);
        }
    }

    fn push(&mut self, unit: String) {
        self.set.insert(unit.clone());
        self.sequence.push(unit);
    }

    /// Jaccard of the two sets of units, 0 for two empty ones.
    pub(super) fn jaccard(&self, other: &Self) -> f64 {
        let common = self.set.intersection(&other.set).count();
        let all = self.set.len() + other.set.len() - common;
        if all == 0 { 0.0 } else { common as f64 / all as f64 }
    }
}

/// One unit of the question that says what it is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// The unit.
    pub(super) unit: String,
    /// How much it says: `ln(1 + a / p)`.
    pub(super) weight: f64,
    /// Whether it is of a name or a number.
    pub(super) name: bool,
    /// Whether it says the kind of thing that is wanted.
    pub(super) kind: bool,
}

/// The question as the backend reads it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Its informative units, each once, in order.
    pub(super) terms: Vec<Term>,
    /// Domain tokens of the whole question.
    pub(super) tokens: usize,
    settings: LexicalSettings,
}

impl Asked {
    /// Reads a question; `terms` stays empty when it names no subject.
    pub(super) fn read(
        question: &str,
        language: Language,
        idf: &Unigrams,
        settings: LexicalSettings,
    ) -> Self {
        let cleaned = without_chinese_phrases(question);
        let subject = without_function_words(&cleaned, language);
        let mut seen = HashSet::new();
        let mut terms = Vec::new();
        let (names, kind) = (names(question, language), kind_wanted(question, language));
        for unit in Units::read(&subject, language).sequence {
            if seen.insert(unit.clone()) {
                let (name, kind) = (names.contains(&unit), kind.contains(&unit));
                terms.push(Term { weight: 0.0, unit, name, kind });
            }
        }
        let weights = stem_probabilities(&subject, language, idf);
        for term in &mut terms {
            term.weight = (settings.frequent / weights.of(&term.unit)).ln_1p();
        }
        Self { terms, tokens: token_spans(question).len(), settings }
    }

    /// How well `text` holds each term, 0..=1.
    pub(super) fn grades(&self, text: &Units) -> Vec<f64> {
        self.terms.iter().map(|term| self.grade(&term.unit, text)).collect()
    }

    fn grade(&self, unit: &str, text: &Units) -> f64 {
        if text.set.contains(unit) {
            return 1.0;
        }
        let mut chars = unit.chars();
        if chars.next().is_some_and(is_cjk) {
            let all = unit.chars().all(|ch| text.set.contains(ch.encode_utf8(&mut [0; 4]) as &str));
            return if all { self.settings.scattered_match } else { 0.0 };
        }
        let folded = text.sequence.iter().any(|other| begin_alike(unit, other));
        if folded { self.settings.folded_match } else { 0.0 }
    }

    /// Σ weight · grade / Σ weight.
    pub(super) fn coverage(&self, grades: &[f64]) -> f64 {
        let total: f64 = self.terms.iter().map(|term| term.weight).sum();
        let held: f64 =
            self.terms.iter().zip(grades).map(|(term, grade)| term.weight * grade).sum();
        if total > 0.0 { held / total } else { 0.0 }
    }

    /// Where in the text's sequence which of the terms stand, in order of place.
    pub(super) fn places(&self, text: &Units) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        for (place, other) in text.sequence.iter().enumerate() {
            for (at, term) in self.terms.iter().enumerate() {
                let cjk = term.unit.chars().next().is_some_and(is_cjk);
                if term.unit == *other || (!cjk && begin_alike(&term.unit, other)) {
                    places.push((place, at));
                }
            }
        }
        places
    }

    /// Share of the neighbouring terms of which two `places` are at most three apart.
    pub(super) fn near(&self, places: &[(usize, usize)]) -> f64 {
        let pairs = self.terms.len().saturating_sub(1);
        let meet = |at: &usize| {
            let of = |term: usize| places.iter().filter(move |(_, one)| *one == term);
            of(*at).any(|(a, _)| of(at + 1).any(|(b, _)| a.abs_diff(*b) <= 3))
        };
        if pairs == 0 { 0.0 } else { (0..pairs).filter(meet).count() as f64 / pairs as f64 }
    }

    /// Σ weight of the terms in the best `width` neighbouring places, over Σ weight.
    pub(super) fn window(&self, places: &[(usize, usize)], width: usize) -> f64 {
        let held = |from: usize| {
            let inside = places.iter().filter(|(place, _)| (from..from + width).contains(place));
            let terms: HashSet<usize> = inside.map(|(_, term)| *term).collect();
            let grades: Vec<f64> =
                (0..self.terms.len()).map(|at| f64::from(terms.contains(&at))).collect();
            self.coverage(&grades)
        };
        places.iter().map(|(place, _)| held(*place)).fold(0.0, f64::max)
    }

    /// The part of the names and numbers, by weight, that `grades` hold; 0 without any.
    pub(super) fn names_held(&self, grades: &[f64]) -> f64 {
        self.part_of(|term| term.name, grades).unwrap_or(0.0)
    }

    /// The part of the names and numbers that `grades` do not hold; 0 without any.
    pub(super) fn names_missing(&self, grades: &[f64]) -> f64 {
        self.part_of(|term| term.name, grades).map_or(0.0, |held| 1.0 - held)
    }

    /// The part of the kind wanted that `grades` hold; 0 where none is said.
    pub(super) fn kind_held(&self, grades: &[f64]) -> f64 {
        self.part_of(|term| term.kind, grades).unwrap_or(0.0)
    }

    fn part_of(&self, counts: impl Fn(&Term) -> bool, grades: &[f64]) -> Option<f64> {
        let of = self.terms.iter().zip(grades).filter(|(term, _)| counts(term));
        let (all, held) = of.fold((0.0, 0.0), |(all, held), (term, grade)| {
            (all + term.weight, held + term.weight * grade)
        });
        (all > 0.0).then(|| held / all)
    }

    /// Share of the question's neighbouring terms that are neighbours in `text`, too.
    pub(super) fn neighbours(&self, text: &Units) -> f64 {
        if self.terms.len() < 2 {
            return 0.0;
        }
        let pairs: HashSet<(&str, &str)> =
            text.sequence.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        let kept = self.terms.windows(2);
        let kept =
            kept.filter(|pair| pairs.contains(&(pair[0].unit.as_str(), pair[1].unit.as_str())));
        kept.count() as f64 / (self.terms.len() - 1) as f64
    }
}

/// Units of the question's capitalised words, its first word apart, and of its numbers.
fn names(question: &str, language: Language) -> HashSet<String> {
    let tokens = token_spans(question);
    let named = tokens.iter().enumerate().filter(|(at, token)| {
        let mut written = question[token.span.clone()].chars();
        let first = written.next();
        first.is_some_and(|ch| ch.is_numeric() || (*at > 0 && ch.is_uppercase()))
    });
    named.flat_map(|(_, token)| Units::read(&token.text, language).sequence).collect()
}

/// Words that ask for one of a kind, which is named behind them.
const ASKING_FOR_A_KIND: [&str; 4] = ["what", "which", "qué", "cuál"];
/// Most words that name the kind.
const KIND_WORDS_MOST: usize = 2;

/// Units of the words behind `what` and its kin, up to the next function word.
fn kind_wanted(question: &str, language: Language) -> HashSet<String> {
    let tokens = token_spans(question);
    let asks = tokens.iter().position(|token| ASKING_FOR_A_KIND.contains(&&*token.text));
    let behind = tokens.iter().skip(asks.map_or(tokens.len(), |at| at + 1));
    let kind = behind.take_while(|token| !is_function_word(&fold_accents(&token.text), language));
    kind.take(KIND_WORDS_MOST)
        .flat_map(|token| Units::read(&token.text, language).sequence)
        .collect()
}

/// The question with function words cut out; what stood on either side is not joined.
fn without_function_words(question: &str, language: Language) -> String {
    let mut kept = String::with_capacity(question.len());
    let mut end = 0;
    for token in token_spans(question) {
        if is_function_word(&fold_accents(&token.text), language) {
            kept.push_str(&question[end..token.span.start]);
            kept.push(' ');
            end = token.span.end;
        }
    }
    kept + &question[end..]
}

/// p of each unit of a question, from the unigram table of unstemmed tokens.
struct Probabilities(Vec<(String, f64)>);

impl Probabilities {
    fn of(&self, unit: &str) -> f64 {
        let known = |wanted: &str| self.0.iter().find(|(form, _)| form == wanted).map(|(_, p)| *p);
        known(unit).unwrap_or_else(|| {
            // A pair of Chinese characters: the geometric mean of the two, as pairs are not counted.
            let logs: Vec<f64> = unit
                .chars()
                .filter_map(|ch| known(ch.encode_utf8(&mut [0; 4])).map(f64::ln))
                .collect();
            (logs.iter().sum::<f64>() / logs.len().max(1) as f64).exp()
        })
    }
}

fn stem_probabilities(subject: &str, language: Language, idf: &Unigrams) -> Probabilities {
    let forms = token_spans(subject)
        .into_iter()
        .map(|token| (stem(&token.text, language), idf.probability(&token.text)));
    Probabilities(forms.collect())
}

/// Five equal characters at the start that are at least three fifths of the longer word.
fn begin_alike(a: &str, b: &str) -> bool {
    if a.starts_with(|ch: char| ch.is_numeric()) {
        return false;
    }
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    common >= 5 && common * 5 >= a.chars().count().max(b.chars().count()) * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(question: &str, language: Language) -> Asked {
        Asked::read(question, language, &Unigrams::default(), LexicalSettings::default())
    }

    #[test]
    fn terms_leave_function_words_out() {
        let units = |question, language| {
            let terms = asked(question, language).terms;
            terms.into_iter().map(|term| term.unit).collect::<Vec<_>>()
        };
        assert_eq!(units("How many receipts are there?", Language::English), ["receipt"]);
        assert_eq!(
            units("¿Cuánto se remojan los garbanzos?", Language::Spanish),
            ["remojan", "garbanz"]
        );
        assert_eq!(
            units("绿茶用多少度的水冲泡？", Language::Chinese),
            ["绿茶", "茶用", "度", "水冲", "冲泡"]
        );
        assert_eq!(units("Why? 🙂", Language::English), [""; 0]);
    }

    #[test]
    fn coverage_counts_stems_beginnings_and_scattered_characters() {
        let cover = |question: &str, text: &str, language| {
            let asked = asked(question, language);
            asked.coverage(&asked.grades(&Units::read(text, language)))
        };
        assert_eq!(
            cover("What do receipts chain?", "A receipt is chained.", Language::English),
            1.0
        );
        assert_eq!(cover("contribution", "A contributor came.", Language::English), 0.6);
        assert_eq!(cover("1559", "It is 15590.", Language::English), 0.0);
        assert_eq!(cover("冲泡", "泡茶先冲水", Language::Chinese), 0.3);
        assert_eq!(cover("冲泡", "冲泡绿茶", Language::Chinese), 1.0);
    }

    #[test]
    fn names_and_the_kind_wanted_are_known() {
        let asked = asked("Which river flows through Old Marlow since 1871?", Language::English);
        let units = |counts: fn(&Term) -> bool| -> Vec<&str> {
            asked.terms.iter().filter(|one| counts(one)).map(|one| one.unit.as_str()).collect()
        };
        assert_eq!(units(|term| term.name), ["old", "marlow", "1871"]);
        assert_eq!(units(|term| term.kind), ["river", "flow"]);
        let held = asked.grades(&Units::read("Marlow is old.", Language::English));
        assert!(asked.names_held(&held) > 0.6 && asked.names_missing(&held) < 0.4);
        assert_eq!(asked.kind_held(&held), 0.0);
    }

    #[test]
    fn words_that_stand_together_count_more() {
        let asked = asked("base fee burned", Language::English);
        let at = |text: &str| {
            let places = asked.places(&Units::read(text, Language::English));
            (asked.near(&places), asked.window(&places, 3))
        };
        assert_eq!(at("The base of the fee burned."), (1.0, at("fee burned").1));
        assert_eq!(at("The base fee burned."), (1.0, 1.0));
        assert_eq!(at("Nothing."), (0.0, 0.0));
    }

    #[test]
    fn neighbours_are_seen() {
        let asked = asked("base fee burn", Language::English);
        assert_eq!(asked.neighbours(&Units::read("The base fee is gone.", Language::English)), 0.5);
        assert_eq!(asked.neighbours(&Units::read("fee base", Language::English)), 0.0);
    }
}
