//! Which language is a text in? Detected once per contribution and once per question.

use super::token::is_cjk;
use serde::{Deserialize, Serialize};
use std::fmt;
use whatlang::{Detector, Lang};

/// The languages that have a stemmer, a splitter or a model of their own here; the rest share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
    /// Chinese.
    #[serde(rename = "zh")]
    Chinese,
    /// Any other, or not known.
    #[serde(rename = "und")]
    Other,
}

/// Below this many letters the general detector guesses wildly among seventy languages.
const LETTERS_FOR_ANY_LANGUAGE: usize = 80;
/// Words that no English sentence uses and that short Spanish questions do.
const SPANISH_CUES: [&str; 24] = [
    "qué", "cómo", "cuándo", "cuánto", "cuánta", "cuántos", "dónde", "quién", "cuál", "por",
    "para", "el", "los", "las", "una", "del", "al", "con", "se", "es", "está", "la", "que", "un",
];
const ENGLISH_CUES: [&str; 24] = [
    "the", "what", "how", "when", "where", "who", "which", "why", "is", "are", "does", "do", "did",
    "of", "to", "and", "in", "for", "can", "it", "with", "on", "from", "my",
];

impl Language {
    /// The BCP 47 code used in pages, receipts and files.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::Chinese => "zh",
            Self::Other => "und",
        }
    }

    /// Reads a code; what is not one of ours is [`Language::Other`].
    pub fn from_code(code: &str) -> Self {
        match code.split('-').next().unwrap_or_default() {
            "en" => Self::English,
            "es" => Self::Spanish,
            "zh" => Self::Chinese,
            _ => Self::Other,
        }
    }

    /// The language of `text`: by script, then by common words where the text is short, then by
    /// letter statistics.
    pub fn detect(text: &str) -> Self {
        let letters = text.chars().filter(|ch| ch.is_alphabetic()).count();
        let cjk = text.chars().filter(|ch| is_cjk(*ch)).count();
        if letters == 0 {
            return Self::Other;
        }
        if cjk * 10 >= letters * 3 {
            return if has_han_only(text) { Self::Chinese } else { Self::Other };
        }
        if letters < LETTERS_FOR_ANY_LANGUAGE
            && let Some(language) = by_cues(text)
        {
            return language;
        }
        by_statistics(text, letters)
    }
}

/// Kana or Hangul beyond a stray character means Japanese or Korean.
fn has_han_only(text: &str) -> bool {
    let other = |ch: &char| matches!(u32::from(*ch), 0x3041..=0x30FF | 0xAC00..=0xD7A3);
    let cjk = text.chars().filter(|ch| is_cjk(*ch)).count();
    text.chars().filter(other).count() * 20 < cjk
}

fn by_cues(text: &str) -> Option<Language> {
    if text.contains(['¿', '¡']) {
        return Some(Language::Spanish);
    }
    by_common_words(text)
}

fn by_common_words(text: &str) -> Option<Language> {
    let words = super::tokens(text);
    let count = |cues: &[&str]| words.iter().filter(|word| cues.contains(&word.as_str())).count();
    let (spanish, english) = (count(&SPANISH_CUES), count(&ENGLISH_CUES));
    match spanish.cmp(&english) {
        std::cmp::Ordering::Greater => Some(Language::Spanish),
        std::cmp::Ordering::Less => Some(Language::English),
        std::cmp::Ordering::Equal => None,
    }
}

fn by_statistics(text: &str, letters: usize) -> Language {
    let sample: String = text.chars().take(4_000).collect();
    let detector = if letters < LETTERS_FOR_ANY_LANGUAGE {
        Detector::with_allowlist(vec![Lang::Eng, Lang::Spa])
    } else {
        Detector::new()
    };
    let latin = sample.chars().filter(|ch| ch.is_alphabetic()).all(|ch| u32::from(ch) < 0x0250);
    let lang = detector.detect(&sample).map(|info| info.lang());
    // Letters of a list of names mislead between these two; the words around the names do not.
    if matches!(lang, Some(Lang::Eng | Lang::Spa))
        && letters >= LETTERS_FOR_ANY_LANGUAGE
        && let Some(language) = by_common_words(&sample)
    {
        return language;
    }
    match lang {
        Some(Lang::Eng) if latin || letters >= LETTERS_FOR_ANY_LANGUAGE => Language::English,
        Some(Lang::Spa) if latin || letters >= LETTERS_FOR_ANY_LANGUAGE => Language::Spanish,
        Some(Lang::Cmn) => Language::Chinese,
        _ => Language::Other,
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, *};

    fn check(text: &str, wanted: Language) {
        assert_eq!(Language::detect(text), wanted, "{text:?}");
    }

    #[test]
    fn short_questions() {
        check("What is a Datanet?", English);
        check("why burn the base fee", English);
        check("¿Qué es el socarrat?", Spanish);
        check("cuánto tiempo remojo los garbanzos", Spanish);
        check("绿茶用多少度的水冲泡？", Chinese);
        check("EIP-1559 是什么", Chinese);
        check("緑茶のお湯は何度ですか", Other);
        check("12 + 34", Other);
    }

    #[test]
    fn longer_texts() {
        check(&"La compra de la leña se hace en otoño, cuando baja el precio. ".repeat(4), Spanish);
        check(
            &"Der Wald ist im Herbst am schönsten, weil die Blätter sich färben. ".repeat(4),
            Other,
        );
        check(&"Receipts are chained, so that nobody can drop one unseen. ".repeat(4), English);
        check(
            "Politics: U.N. Secretary General Ban Ki-moon; American political leaders John Hancock, \
             John Quincy Adams, Al Gore, and Barack Obama; Chilean President Sebastián Piñera; \
             Colombian President Juan Manuel Santos; Costa Rican President José María Figueres; \
             Mexican Presidents Felipe Calderón, Carlos Salinas de Gortari and Miguel de la Madrid; \
             the Ambassador to the Union Pedro Andrade; the Minister of Finance María Guzmán.",
            English,
        );
        check(&"Все счастливые семьи похожи друг на друга. ".repeat(4), Other);
    }
}
