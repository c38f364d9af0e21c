//! Which part of a passage is shown for some words? A window over the place where most of them stand,
//! with the words marked. The passage's Markdown is read as text, since a window cuts it anywhere.

use footnote_domain::text::token::{Token, token_spans};
use pulldown_cmark::{Event, Options, Parser, TagEnd};
use std::collections::HashSet;

/// Code points of a window, about five lines.
const CHARS: usize = 340;

/// Shortest beginning that two forms of one word share.
const STEM_CHARS: usize = 4;
/// Longest ending in which they may differ.
const ENDING_CHARS: usize = 3;

/// A run of text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) marked: bool,
}

/// The window of `passage` in which most of `words` stand.
pub(super) fn of(passage: &str, words: &str) -> Vec<Piece> {
    let text = plain(passage);
    let sought: HashSet<String> = token_spans(words).into_iter().map(|token| token.text).collect();
    let sought: HashSet<String> = telling(sought);
    let found: Vec<Token> = token_spans(&text)
        .into_iter()
        .filter(|token| sought.iter().any(|word| alike(word, &token.text)))
        .collect();
    let (start, end) = window(&text, &found);
    pieces(&text, start, end, &found)
}

/// Short words of letters tell little wherever a longer one is sought too.
fn telling(sought: HashSet<String>) -> HashSet<String> {
    let is_telling = |word: &String| word.chars().count() > 3 || !word.is_ascii();
    if sought.iter().any(is_telling) {
        return sought.into_iter().filter(is_telling).collect();
    }
    sought
}

/// Whether two words are forms of one, as far as the eye goes: `burn` and `burning`.
fn alike(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let ending = |word: &str| word.chars().count() - shared;
    shared >= STEM_CHARS && ending(one) <= ENDING_CHARS && ending(other) <= ENDING_CHARS
}

/// What a passage says, without the marks of its Markdown.
fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Text(run) | Event::Code(run) | Event::Html(run) | Event::InlineHtml(run) => {
                text.push_str(&run);
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => text.push(' '),
            Event::End(TagEnd::TableCell | TagEnd::Heading(_)) => text.push_str(" · "),
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock) => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bytes of the window: the one with most different words in it, the first of those.
fn window(text: &str, found: &[Token]) -> (usize, usize) {
    let ends = |from: usize| {
        text[from..].char_indices().nth(CHARS).map_or(text.len(), |(at, _)| from + at)
    };
    if text.chars().count() <= CHARS {
        return (0, text.len());
    }
    let different = |from: usize, to: usize| {
        let inside = found.iter().filter(|token| from <= token.span.start && token.span.end <= to);
        inside.map(|token| &token.text).collect::<HashSet<_>>().len()
    };
    let lead =
        |at: usize| text[..at].char_indices().rev().nth(CHARS / 5).map_or(0, |(start, _)| start);
    let starts = found.iter().map(|token| lead(token.span.start));
    let mut best = (0, 0);
    for start in starts {
        let many = different(start, ends(start));
        if many > best.1 {
            best = (start, many);
        }
    }
    let end = ends(best.0);
    (at_word(text, best.0), before_word(text, end))
}

/// The next beginning of a word, unless it is far, as in Chinese.
fn at_word(text: &str, at: usize) -> usize {
    if at == 0 {
        return 0;
    }
    text[at..].find(' ').filter(|gap| *gap < 24).map_or(at, |gap| at + gap + 1)
}

fn before_word(text: &str, at: usize) -> usize {
    if at == text.len() {
        return at;
    }
    text[..at].rfind(' ').filter(|gap| at - gap < 24).unwrap_or(at)
}

fn pieces(text: &str, start: usize, end: usize, found: &[Token]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |text: &str, marked: bool| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), marked });
        }
    };
    push(if start > 0 { "… " } else { "" }, false);
    let mut at = start;
    for token in found {
        if at <= token.span.start && token.span.end <= end {
            push(&text[at..token.span.start], false);
            push(&text[token.span.clone()], true);
            at = token.span.end;
        }
    }
    push(&text[at..end], false);
    push(if end < text.len() { " …" } else { "" }, false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(passage: &str, words: &str, wanted: &str) {
        let shown: String = of(passage, words)
            .into_iter()
            .map(|piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text })
            .collect();
        assert_eq!(shown, wanted);
    }

    #[test]
    fn words_are_marked_in_their_forms_and_markdown_is_read() {
        check(
            "## Fees\n\nThe **base fee** is *burned*.",
            "why burn fees?",
            "[Fees] · The base fee is [burned].",
        );
        check("茶叶在春天采摘。", "茶叶", "[茶][叶]在春天采摘。");
        check("One two.", "\"&<", "One two.");
    }

    #[test]
    fn a_long_passage_is_cut_where_most_words_stand() {
        let passage =
            format!("{} the tea of spring is picked {}", "x ".repeat(400), "y ".repeat(400));
        let shown: String = of(&passage, "spring tea").into_iter().map(|one| one.text).collect();
        assert!(
            shown.starts_with("… ") && shown.ends_with(" …") && shown.contains("tea of spring")
        );
        assert!(shown.chars().count() <= CHARS + 4);
    }

    proptest! {
        #[test]
        fn any_passage_and_any_words_give_a_window(passage in "\\PC{0,600}", words in "\\PC{0,30}") {
            let shown: usize = of(&passage, &words).iter().map(|one| one.text.chars().count()).sum();
            prop_assert!(shown <= CHARS + 4);
        }
    }
}
