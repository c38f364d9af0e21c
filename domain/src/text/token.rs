//! What is a token? NFKC, lower-case, UAX #29 word; each CJK character is one token.
//!
//! Characters that show nothing (zero-width joiners, soft hyphens, variation selectors) are left
//! out first, so that hiding them in a copied word does not make another word.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// One token with its place in the text that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The normalised form.
    pub text: String,
    /// Bytes of the original text; whole characters.
    pub span: Range<usize>,
}

/// The normalised tokens of `text`, in order.
pub fn tokens(text: &str) -> Vec<String> {
    token_spans(text).into_iter().map(|token| token.text).collect()
}

/// The tokens of `text` with the bytes they came from, in order.
pub fn token_spans(text: &str) -> Vec<Token> {
    let folded = Folded::of(text);
    let mut found = Vec::new();
    for (at, word) in folded.text.split_word_bound_indices() {
        if word.chars().any(char::is_alphanumeric) {
            push_word(&folded, at, word, &mut found);
        }
    }
    found
}

/// A word is one token, but each CJK character inside it is one of its own.
fn push_word(folded: &Folded, at: usize, word: &str, found: &mut Vec<Token>) {
    let mut run_start = None;
    for (offset, ch) in word.char_indices() {
        if is_cjk(ch) {
            if let Some(start) = run_start.take() {
                found.push(folded.token(at + start..at + offset));
            }
            found.push(folded.token(at + offset..at + offset + ch.len_utf8()));
        } else if run_start.is_none() {
            run_start = Some(offset);
        }
    }
    if let Some(start) = run_start {
        let rest = folded.token(at + start..at + word.len());
        if rest.text.chars().any(char::is_alphanumeric) {
            found.push(rest);
        }
    }
}

/// Whether `ch` is a Han, Kana, Hangul or Bopomofo character: one token each.
pub fn is_cjk(ch: char) -> bool {
    matches!(u32::from(ch),
        0x3005..=0x3007 | 0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF
        | 0x3105..=0x312F | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Whether `ch` shows nothing and only joins, breaks or varies its neighbours.
pub fn is_invisible(ch: char) -> bool {
    matches!(u32::from(ch),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// The folded text and, for each of its bytes, the original bytes it stands for.
struct Folded {
    text: String,
    /// Per byte of `text`: start and end of the original grapheme.
    origin: Option<Vec<(usize, usize)>>,
}

impl Folded {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self { text: text.to_ascii_lowercase(), origin: None };
        }
        let mut folded = String::with_capacity(text.len());
        let mut origin = Vec::with_capacity(text.len());
        for (start, grapheme) in text.grapheme_indices(true) {
            let seen = grapheme.chars().filter(|ch| !is_invisible(*ch));
            folded.extend(seen.nfkc().flat_map(char::to_lowercase));
            origin.resize(folded.len(), (start, start + grapheme.len()));
        }
        Self { text: folded, origin: Some(origin) }
    }

    fn token(&self, range: Range<usize>) -> Token {
        let span = match &self.origin {
            None => range.clone(),
            Some(origin) => origin[range.start].0..origin[range.end - 1].1,
        };
        Token { text: self.text[range].to_owned(), span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, wanted: &[&str]) {
        assert_eq!(tokens(text), wanted, "{text:?}");
    }

    #[test]
    fn words_are_folded_and_cjk_characters_stand_alone() {
        check("The BASE fee, isn't burned.", &["the", "base", "fee", "isn't", "burned"]);
        check("ＦＵＬＬ ﬁne ①", &["full", "fine", "1"]);
        check("绿茶80度", &["绿", "茶", "80", "度"]);
        check("¿Qué es el sofrito?", &["qué", "es", "el", "sofrito"]);
        check("e\u{301}clair éclair", &["éclair", "éclair"]);
        check("  …—!! ", &[]);
        check("3.14 and 1,000", &["3.14", "and", "1,000"]);
    }

    #[test]
    fn invisible_characters_hide_no_copy() {
        check("wo\u{200b}rd pass\u{ad}word \u{feff}x", &["word", "password", "x"]);
    }

    #[test]
    fn spans_point_at_the_original() {
        let text = "Ｔea 绿茶";
        let spans: Vec<&str> =
            token_spans(text).iter().map(|token| &text[token.span.clone()]).collect();
        assert_eq!(spans, ["Ｔea", "绿", "茶"]);
    }

    proptest! {
        #[test]
        fn any_text_gives_ordered_whole_spans(text in "\\PC{0,60}") {
            let mut end = 0;
            for token in token_spans(&text) {
                prop_assert!(token.span.start >= end || text[token.span.clone()].chars().count() >= 1);
                prop_assert!(text.get(token.span.clone()).is_some());
                prop_assert!(!token.text.is_empty());
                end = token.span.start;
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in "[a-zA-ZéÉñ绿茶 .,']{0,60}") {
            let once = tokens(&text);
            prop_assert_eq!(tokens(&once.join(" ")), once);
        }
    }
}
