//! Ways of changing a text so that it says the same and looks different. All of them give the same
//! text for the same input.

use footnote_domain::id::keccak256;
use footnote_domain::text::sentences;

/// Words put in the place of others.
const FILLERS: [&str; 8] =
    ["notable", "certain", "former", "various", "early", "local", "modern", "given"];
/// Words that carry no content of their own are left alone when a text is reworded.
const LETTERS_OF_CONTENT: usize = 4;
/// Words in a fragment: below what counts as a near-copy.
const FRAGMENT_WORDS: usize = 7;

/// Replaces `percent` of a hundred words, others for every `seed`.
pub fn edited(text: &str, percent: usize, seed: usize) -> String {
    let mut at = 0usize;
    map_words(text, |word| {
        at += 1;
        let digest = keccak256(&[&at.to_be_bytes(), &seed.to_be_bytes(), word.as_bytes()]);
        if usize::from(digest[0]) * 100 >= percent * 256 {
            return word.to_owned();
        }
        FILLERS[usize::from(digest[1]) % FILLERS.len()].to_owned()
    })
}

/// Replaces every third content word.
pub fn reworded(text: &str) -> String {
    let mut content = 0usize;
    map_words(text, |word| {
        if word.chars().count() < LETTERS_OF_CONTENT {
            return word.to_owned();
        }
        content += 1;
        if content.is_multiple_of(3) { FILLERS[content / 3 % FILLERS.len()] } else { word }
            .to_owned()
    })
}

/// Sentences cut into lines of a few words, each a sentence of its own.
pub fn cut_to_fragments(text: &str) -> String {
    let mut lines = Vec::new();
    for sentence in sentences(text) {
        let words: Vec<&str> = text[sentence.span].split_whitespace().collect();
        lines.extend(words.chunks(FRAGMENT_WORDS).map(|part| format!("- {}", part.join(" "))));
    }
    lines.join("\n")
}

/// Latin letters replaced by the Cyrillic ones that look like them.
pub fn look_alikes(text: &str) -> String {
    let double = |letter: char| match letter {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'o' => 'о',
        'p' => 'р',
        'x' => 'х',
        other => other,
    };
    text.chars().map(double).collect()
}

/// A zero-width space inside every word.
pub fn zero_width(text: &str) -> String {
    map_words(text, |word| {
        let middle = word.char_indices().nth(1).map_or(word.len(), |(at, _)| at);
        format!("{}\u{200b}{}", &word[..middle], &word[middle..])
    })
}

/// Changes words, keeping white space.
fn map_words(text: &str, mut change: impl FnMut(&str) -> String) -> String {
    let pieces = text.split_inclusive(char::is_whitespace);
    pieces
        .map(|piece| {
            let word = piece.trim_end();
            if word.is_empty() {
                return piece.to_owned();
            }
            format!("{}{}", change(word), &piece[word.len()..])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_change_about_as_many_words_as_they_say() {
        let text = "word ".repeat(1_000);
        for percent in [0, 5, 20] {
            let after = edited(&text, percent, 1);
            let changed = after.split(' ').filter(|word| *word != "word").count();
            assert!(changed.abs_diff(percent * 10) <= 35, "{percent}: {changed}");
        }
        assert_ne!(edited(&text, 20, 1), edited(&text, 20, 2));
    }

    #[test]
    fn every_change_keeps_what_it_should() {
        assert_eq!(reworded("the quick brown foxes jump"), "the quick brown certain jump");
        assert_eq!(cut_to_fragments("One two. Three."), "- One two.\n- Three.");
        assert_eq!(look_alikes("ace"), "асе");
        assert_eq!(zero_width("so it  is"), "s\u{200b}o i\u{200b}t  i\u{200b}s");
    }
}
