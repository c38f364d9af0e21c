//! Can a sentence stand alone in an answer? Questions, headings and fragments cannot; a sentence
//! that points back (`It …`, `该…`) or ahead (`…:`) can only beside the one it points to.

use crate::SourceSentence;
use footnote_domain::text::{Language, SentenceKind, tokens};

/// Fewer words (Chinese: characters) than these state nothing.
const TOKENS_LEAST: usize = 4;

const ENGLISH_BACKWARD: &str = "it its it's they them their theirs he him his she her hers this \
    these those such that that's both neither";
/// Pronouns of somebody or something that was named before; the others point at what was said of it.
const PERSONAL: &str = "it its it's they their he him his she her hers él ella ellos ellas su sus";
const CHINESE_PERSONAL: &str = "它 他 她 其 该";
const ENGLISH_LINKS: &str = "however but and so then also thus therefore moreover furthermore \
    additionally instead still yet finally nevertheless otherwise";
const SPANISH_BACKWARD: &str = "este esta esto estos estas ese esa eso esos esas él ella ellos \
    ellas su sus aquel aquella aquello aquellos aquellas ambos ambas tal tales";
const SPANISH_LINKS: &str =
    "pero y además también entonces así luego sin embargo por tanto finalmente";
const CHINESE_BACKWARD: &str = "它 他 她 这 此 该 其 那";
const CHINESE_LINKS: [&str; 9] =
    ["但是", "然而", "因此", "所以", "不过", "另外", "同时", "但", "而"];

/// Whether a sentence may be quoted at all.
pub(super) fn is_quotable(sentence: &SourceSentence, tokens: usize) -> bool {
    sentence.owned
        && sentence.kind != SentenceKind::Heading
        && tokens >= TOKENS_LEAST
        && (sentence.kind == SentenceKind::Code || !is_question(&sentence.text))
}

/// Whether an item may follow the lead that announces it: shorter ones are welcome there.
pub(super) fn is_quotable_item(sentence: &SourceSentence) -> bool {
    sentence.owned
        && is_block(sentence.kind)
        && sentence.text.chars().any(char::is_alphanumeric)
        && (sentence.kind == SentenceKind::Code || !is_question(&sentence.text))
}

/// List items, table rows and code: never mixed into running text.
pub(super) fn is_block(kind: SentenceKind) -> bool {
    matches!(kind, SentenceKind::ListItem | SentenceKind::TableRow | SentenceKind::Code)
}

/// Whether a sentence announces what follows it.
pub(super) fn is_lead(text: &str) -> bool {
    text.trim_end_matches(['*', '_', ' ']).ends_with([':', '：'])
}

fn is_question(text: &str) -> bool {
    let closing = |ch: char| ch.is_whitespace() || "\"'”’»」』)）*_]".contains(ch);
    let body = text.trim_end_matches(closing);
    body.ends_with(['?', '？', '؟'])
}

/// Whether a sentence begins by pointing at one before it, a linking word aside.
pub(super) fn points_back(text: &str, language: Language) -> bool {
    match language {
        Language::English => begins_with(text, ENGLISH_LINKS, ENGLISH_BACKWARD),
        Language::Spanish => begins_with(text, SPANISH_LINKS, SPANISH_BACKWARD),
        Language::Chinese => chinese_begins_with(text, CHINESE_BACKWARD),
        Language::Other => false,
    }
}

/// Whether a sentence begins with a pronoun that stands for somebody or something named before.
pub(super) fn is_personal(text: &str, language: Language) -> bool {
    match language {
        Language::English => begins_with(text, ENGLISH_LINKS, PERSONAL),
        Language::Spanish => begins_with(text, SPANISH_LINKS, PERSONAL),
        Language::Chinese => chinese_begins_with(text, CHINESE_PERSONAL),
        Language::Other => false,
    }
}

fn begins_with(text: &str, links: &str, backward: &str) -> bool {
    let opening: String = text.chars().take(60).collect();
    let has = |list: &str, word: &str| list.split_ascii_whitespace().any(|item| item == word);
    let first = tokens(&opening).into_iter().find(|word| !has(links, word));
    first.is_some_and(|word| has(backward, &word))
}

fn chinese_begins_with(text: &str, pronouns: &str) -> bool {
    let body = text.trim_start_matches(|ch: char| !ch.is_alphanumeric());
    let body = CHINESE_LINKS.iter().find_map(|link| body.strip_prefix(link)).unwrap_or(body);
    let body = body.trim_start_matches('，');
    pronouns.split(' ').any(|pronoun| body.starts_with(pronoun))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_back(text: &str, language: Language, wanted: bool) {
        assert_eq!(points_back(text, language), wanted, "{text}");
    }

    #[test]
    fn pointing_back() {
        check_back("It burns the base fee.", Language::English, true);
        check_back("However, they differ.", Language::English, true);
        check_back("Itaipu is a dam.", Language::English, false);
        check_back("Además, esta receta lleva ajo.", Language::Spanish, true);
        check_back("El gazpacho se sirve frío.", Language::Spanish, false);
        check_back("因此，它需要高温。", Language::Chinese, true);
        check_back("绿茶不发酵。", Language::Chinese, false);
    }

    #[test]
    fn whom_the_question_names() {
        assert!(is_personal("However, he was born in Smiljan.", Language::English));
        assert!(!is_personal("This was new.", Language::English));
        assert!(is_personal("Su padre era sastre.", Language::Spanish));
        assert!(is_personal("他生于上海。", Language::Chinese));
        assert!(!is_personal("这是新的。", Language::Chinese));
    }

    #[test]
    fn questions_and_leads() {
        assert!(
            is_question("¿Qué es?") && is_question("他说：“为什么？”") && is_question("**Why?**")
        );
        assert!(!is_question("The ? mark ends it."));
        assert!(is_lead("You need:") && is_lead("**材料：**") && !is_lead("At 10:30."));
    }
}
