//! Where do words begin and end in folded bytes? Between any two characters but two that are parts
//! of one word; each CJK character is a word of its own.

use footnote_domain::text::token::is_cjk;

/// The bytes at which a word or a CJK character begins.
pub(super) fn word_starts(folded: &str) -> Vec<usize> {
    let bytes = folded.as_bytes();
    let starts = folded.char_indices().filter(|(_, ch)| ch.is_alphanumeric() || is_cjk(*ch));
    starts.map(|(at, _)| at).filter(|at| is_boundary(bytes, *at)).collect()
}

/// The bytes after which a match of `folded` may end: whole words, no white space at the end.
pub(super) fn match_ends(folded: &str) -> Vec<usize> {
    let bytes = folded.as_bytes();
    let ends =
        folded.char_indices().filter(|(_, ch)| *ch != ' ').map(|(at, ch)| at + ch.len_utf8());
    ends.filter(|end| is_boundary(bytes, *end)).collect()
}

/// Whether no word reaches across `at`, a character's start in UTF-8 with separators.
pub(super) fn is_boundary(bytes: &[u8], at: usize) -> bool {
    match (char_before(bytes, at), char_at(bytes, at)) {
        (Some(before), Some(after)) => !(joins(before) && joins(after)),
        _ => true,
    }
}

/// Whether a span says enough to be called verbatim: two words, or four CJK characters, or one
/// word and two characters.
pub(super) fn is_informative(folded: &str) -> bool {
    let characters = folded.chars().filter(|ch| is_cjk(*ch)).count();
    let words = word_starts(folded).len() - characters;
    2 * words + characters >= 4
}

/// Letters, digits and combining accents hold together; CJK characters do not.
fn joins(ch: char) -> bool {
    (ch.is_alphanumeric() && !is_cjk(ch)) || matches!(ch, '\u{300}'..='\u{36F}')
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

fn char_at(bytes: &[u8], at: usize) -> Option<char> {
    let rest = bytes.get(at..)?;
    let length = 1 + rest.iter().skip(1).take(3).take_while(|byte| is_continuation(**byte)).count();
    std::str::from_utf8(rest.get(..length)?).ok()?.chars().next()
}

fn char_before(bytes: &[u8], at: usize) -> Option<char> {
    let before = bytes.get(..at)?;
    let tail = before.iter().rev().take(3).take_while(|byte| is_continuation(**byte)).count();
    char_at(bytes, at.checked_sub(tail + 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_characters() {
        assert_eq!(word_starts("a bc, 茶叶x"), [0, 2, 6, 9, 12]);
        assert_eq!(match_ends("a bc, 茶叶x"), [1, 4, 5, 9, 12, 13]);
        assert_eq!(word_starts("e\u{301}t"), [0]);
        assert!(is_boundary(b"a\xFFb", 1) && is_boundary(b"a\xFFb", 2) && !is_boundary(b"ab", 1));
    }

    #[test]
    fn two_words_or_four_characters_are_enough() {
        for (span, enough) in [
            ("fee", false),
            ("base fee", true),
            ("绿茶好", false),
            ("绿茶很好", true),
            ("eip 绿茶", true),
        ] {
            assert_eq!(is_informative(span), enough, "{span}");
        }
    }
}
