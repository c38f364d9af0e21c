//! Which parts of what was typed stand between quotation marks, to be found word for word?

/// What was typed, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quoted {
    /// Everything, without the marks that make a pair.
    pub text: String,
    /// What stood between pairs of marks, in order, trimmed.
    pub phrases: Vec<String>,
}

/// Pairs of marks; the first two are the same and open when they do not close.
const MARKS: [(char, char); 5] = [('"', '"'), ('“', '”'), ('«', '»'), ('「', '」'), ('『', '』')];

/// Takes the phrases out. A mark without its partner is an ordinary character.
pub fn parse(typed: &str) -> Quoted {
    let mut quoted = Quoted::default();
    let mut rest = typed;
    while let Some((before, phrase, after)) = first_pair(rest) {
        quoted.text.push_str(before);
        quoted.text.push(' ');
        quoted.text.push_str(phrase);
        quoted.text.push(' ');
        let phrase = phrase.trim();
        if !phrase.is_empty() {
            quoted.phrases.push(phrase.to_owned());
        }
        rest = after;
    }
    quoted.text.push_str(rest);
    quoted.text = quoted.text.trim().to_owned();
    quoted
}

/// The text before the first pair, inside and after it.
fn first_pair(text: &str) -> Option<(&str, &str, &str)> {
    text.char_indices().find_map(|(at, ch)| {
        let (open, close) = MARKS.iter().find(|(open, _)| *open == ch)?;
        let inside = &text[at + open.len_utf8()..];
        let length = inside.find(*close)?;
        Some((&text[..at], &inside[..length], &inside[length + close.len_utf8()..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(typed: &str, text: &str, phrases: &[&str]) {
        let found = parse(typed);
        assert_eq!(
            (found.text.as_str(), found.phrases.as_slice()),
            (text, strings(phrases).as_slice())
        );
    }

    fn strings(phrases: &[&str]) -> Vec<String> {
        phrases.iter().map(|phrase| (*phrase).to_owned()).collect()
    }

    #[test]
    fn pairs_are_phrases_and_single_marks_are_not() {
        check("who burns the fee", "who burns the fee", &[]);
        check("\"base fee\" burned", "base fee  burned", &["base fee"]);
        check("a “b c” d « e »", "a  b c  d   e", &["b c", "e"]);
        check("「绿茶」怎么泡", "绿茶 怎么泡", &["绿茶"]);
        check("5\" pipe", "5\" pipe", &[]);
        check("\"a\" \"b", "a  \"b", &["a"]);
        check("\"\"", "", &[]);
    }

    proptest! {
        #[test]
        fn anything_typed_is_taken_apart_and_keeps_its_words(typed in "[a-c \"“”«»「」\u{200b}\u{301}]{0,40}") {
            let found = parse(&typed);
            let words = |text: &str| text.chars().filter(|ch| ch.is_ascii_alphabetic()).collect::<String>();
            prop_assert_eq!(words(&found.text), words(&typed));
            prop_assert!(found.phrases.iter().all(|phrase| typed.contains(phrase.as_str())));
        }
    }
}
