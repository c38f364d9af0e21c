//! Does this passage answer at all, or is it only the best of a bad lot? A logistic over absolute
//! measures: the cosine itself, and BM25 divided by the most that the question could score. Never
//! min–max, which puts some passage near 1 for any nonsense. Shown, and used to refuse; never pays.

use footnote_domain::text::Language;

/// Which evidence a hit carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndexKind {
    /// Words only.
    Lexical,
    /// Words and a cosine in a language that the model knows.
    Hybrid,
}

/// `1 / (1 + e^−(bias + ratio · r + cosine · c))`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Logistic {
    bias: f64,
    ratio: f64,
    cosine: f64,
}

/// The table. Fitted as `footnote eval retrieval --half tune --fit-relevance` does, over `hybrid/1` and
/// one passage per text, on the tune halves of Cranfield, XQuAD-en and SQuAD
/// 1.1 dev (English, MiniLM int8), XQuAD-es and XQuAD-zh, on the best answering and the best other
/// hit of each question, and for English on questions put to a corpus of another subject:
///
/// | language | kind | bias | ratio | cosine | samples |
/// |---|---|---|---|---|---|
/// | en | lexical | −3.46 | 8.33 | – | 13 400 |
/// | es | lexical | −4.95 | 15.15 | – | 1 189 |
/// | zh | lexical | −4.17 | 18.02 | – | 1 188 |
/// | en | hybrid | −3.78 | 7.52 | 1.45 | 13 549 |
///
/// Not measured, hence taken from English: other languages, and hybrid outside English (which the
/// default model does not know).
fn logistic(language: Language, kind: IndexKind) -> Logistic {
    match (kind, language) {
        (IndexKind::Hybrid, _) => Logistic { bias: -3.78, ratio: 7.52, cosine: 1.45 },
        (IndexKind::Lexical, Language::Spanish) => {
            Logistic { bias: -4.95, ratio: 15.15, cosine: 0.0 }
        }
        (IndexKind::Lexical, Language::Chinese) => {
            Logistic { bias: -4.17, ratio: 18.02, cosine: 0.0 }
        }
        (IndexKind::Lexical, _) => Logistic { bias: -3.46, ratio: 8.33, cosine: 0.0 },
    }
}

/// How likely a passage with these measures answers the question, in ppm.
pub fn relevance_ppm(language: Language, kind: IndexKind, ratio: f32, cosine: f32) -> u32 {
    let fitted = logistic(language, kind);
    let ratio = f64::from(ratio).clamp(0.0, 1.0);
    let cosine = f64::from(cosine).clamp(-1.0, 1.0);
    let log_odds = fitted.bias + fitted.ratio * ratio + fitted.cosine * cosine;
    (1e6 / (1.0 + (-log_odds).exp())).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_common_is_near_nought_and_more_never_lowers_it() {
        for language in [Language::English, Language::Spanish, Language::Chinese, Language::Other] {
            for kind in [IndexKind::Lexical, IndexKind::Hybrid] {
                let at = |ratio, cosine| relevance_ppm(language, kind, ratio, cosine);
                assert!(at(0.0, 0.0) < 50_000, "{language:?} {kind:?}");
                assert!(at(0.9, 0.8) > 900_000, "{language:?} {kind:?}");
                assert!(at(0.4, 0.3) >= at(0.3, 0.3) && at(0.3, 0.4) >= at(0.3, 0.3));
                assert!(at(9.0, 0.8) <= 1_000_000, "a title bonus does not break the scale");
            }
        }
    }
}
