//! How many tokens may a text be, for a model whose tokenizer is not at hand?

use footnote_domain::text::token::is_cjk;

/// Letters of one token of an alphabet, at the low end of what tokenizers make of prose.
const CHARS_PER_TOKEN: usize = 3;

/// A cautious estimate: rather too many than too few, so that a prompt that is thought to fit does.
/// A token is three letters, or one Chinese character.
pub fn tokens_estimated(text: &str) -> u64 {
    let (cjk, other) =
        text.chars().fold(
            (0, 0),
            |(cjk, other), next| {
                if is_cjk(next) { (cjk + 1, other) } else { (cjk, other + 1) }
            },
        );
    (cjk + usize::div_ceil(other, CHARS_PER_TOKEN)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_by_three_and_characters_by_one() {
        assert_eq!(tokens_estimated(""), 0);
        assert_eq!(tokens_estimated("Green tea"), 3);
        assert_eq!(tokens_estimated("绿茶80"), 3);
    }
}
