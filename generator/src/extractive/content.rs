//! Which words of a text say what it is about?

use super::function_words::{is_function_word, without_chinese_phrases};
use super::stem::fold_accents;
use footnote_domain::text::Language;
use footnote_domain::text::token::{is_cjk, token_spans};

/// A word that is no function word; in Chinese, characters that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContentWord {
    /// As it is written.
    pub(crate) text: String,
    /// Whether it is a name (capitalised, and not for standing first) or a number.
    pub(crate) name: bool,
}

/// The content words of `text`, in order.
pub(crate) fn content_words(text: &str, language: Language) -> Vec<ContentWord> {
    let cleaned = without_chinese_phrases(text);
    let mut words: Vec<ContentWord> = Vec::new();
    // Where the last run of Chinese characters ended.
    let mut run_end = None;
    for (at, token) in token_spans(&cleaned).into_iter().enumerate() {
        let written = &cleaned[token.span.clone()];
        let first = written.chars().next();
        if first.is_some_and(is_cjk) {
            if run_end == Some(token.span.start)
                && let Some(last) = words.last_mut()
            {
                last.text.push_str(written);
            } else {
                words.push(ContentWord { text: written.to_owned(), name: false });
            }
            run_end = Some(token.span.end);
        } else if !is_function_word(&fold_accents(&token.text), language) {
            let capital = first.is_some_and(|ch| ch.is_numeric() || (at > 0 && ch.is_uppercase()));
            words.push(ContentWord { text: written.to_owned(), name: capital });
        }
    }
    words
}
