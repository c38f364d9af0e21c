//! How many tokens does an answer come to? The server's count, as far as it can be true: a reader pays
//! by it. Where there is none, words are counted, which are fewer.

use super::chunk::Claimed;
use crate::model::Prompt;
use crate::{TokenLimits, Usage};
use footnote_domain::text::tokens;

/// Tokens that a chat template may add to a prompt.
const TEMPLATE_TOKENS_MOST: u64 = 256;

/// The usage of an answer of `sentences`, whose whole text was `text`.
pub(super) fn settle(
    claimed: Option<Claimed>,
    limits: TokenLimits,
    prompt: &Prompt,
    text: &str,
    sentences: u32,
) -> Usage {
    let claimed = claimed.unwrap_or_default();
    let words = |text: &str| tokens(text).len() as u64;
    // No tokenizer makes more tokens of a text than it has bytes.
    let bytes_in = (prompt.system.len() + prompt.user.len()) as u64;
    let most_in = limits.tokens_in.min(bytes_in + TEMPLATE_TOKENS_MOST);
    let tokens_in = claimed.tokens_in.unwrap_or(words(&prompt.system) + words(&prompt.user));
    // Tokens of thinking are not in the text, so only the limit that was asked for bounds these.
    let tokens_out = claimed.tokens_out.unwrap_or_else(|| words(text));
    if tokens_in > most_in || tokens_out > limits.tokens_out {
        tracing::warn!(tokens_in, tokens_out, "the model's server counts more than can be true");
    }
    Usage {
        tokens_in: tokens_in.min(most_in),
        tokens_out: tokens_out.min(limits.tokens_out),
        sentences,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tokens_in: Option<u64>, tokens_out: Option<u64>, wanted: (u64, u64)) {
        let prompt = Prompt { system: "Be brief.".into(), user: "Tea?".into(), dropped: 0 };
        let limits = TokenLimits { tokens_in: 3_000, tokens_out: 60 };
        let claimed = Some(Claimed { tokens_in, tokens_out });
        let usage = settle(claimed, limits, &prompt, "At 80 degrees.", 1);
        assert_eq!((usage.tokens_in, usage.tokens_out, usage.sentences), (wanted.0, wanted.1, 1));
    }

    #[test]
    fn a_servers_count_is_believed_as_far_as_it_can_be_true() {
        check(Some(21), Some(9), (21, 9));
        check(None, None, (3, 3));
        check(Some(u64::MAX), Some(u64::MAX), (13 + TEMPLATE_TOKENS_MOST, 60));
        check(Some(0), None, (0, 3));
    }
}
