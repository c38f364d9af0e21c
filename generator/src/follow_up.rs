//! What does a question mean that leans on the one before it? `How old is he?` names nobody; searched
//! as it stands, it finds anything.
//!
//! The rule, without a model: a question that points back (`he`, `su`, `它`) carries on the names of
//! the one before, or all its words when it has no name; one that only goes on (`And in Spain?`,
//! `¿Y en invierno?`, `红茶呢？`) or says next to nothing carries on all of its words. Any other question
//! stands alone.

use crate::extractive::content_words;
use footnote_domain::text::{Language, tokens};

/// Most words carried on.
const CARRIED_MOST: usize = 12;
/// A question of so few words (in Chinese: characters) says next to nothing.
const WORDS_TOO_FEW: usize = 2;

const POINTING: &str = "he him his she her hers it its they them their theirs this that these those \
    there él ella ellos ellas su sus suyo suya eso esto ese esa esos esas este esta estos estas allí \
    ahí le les lo";
const CHINESE_POINTING: [char; 7] = ['他', '她', '它', '其', '该', '这', '那'];
const GOING_ON: [&[&str]; 10] = [
    &["and"],
    &["but"],
    &["or"],
    &["what", "about"],
    &["how", "about"],
    &["y"],
    &["e"],
    &["pero"],
    &["o"],
    &["qué", "hay", "de"],
];

/// The question with what it leans on, for searching; `None` when it stands alone.
pub fn in_context(before: &str, question: &str) -> Option<String> {
    let carried = match leaning(question) {
        Leaning::Alone => return None,
        Leaning::PointsBack => words(before, true).or_else(|| words(before, false)),
        Leaning::GoesOn => words(before, false),
    };
    let own = question.to_lowercase();
    let new: Vec<String> =
        carried?.into_iter().filter(|word| !own.contains(&word.to_lowercase())).collect();
    (!new.is_empty()).then(|| format!("{question} {}", new.join(" ")))
}

/// The last of several questions with what it leans on, through all of those before it.
pub fn in_conversation(earlier: &[String], question: &str) -> Option<String> {
    let mut before: Option<String> = None;
    for one in earlier {
        let meant = before.as_deref().and_then(|before| in_context(before, one));
        before = Some(meant.unwrap_or_else(|| one.clone()));
    }
    in_context(&before?, question)
}

enum Leaning {
    Alone,
    PointsBack,
    GoesOn,
}

fn leaning(question: &str) -> Leaning {
    let language = Language::detect(question);
    let words = tokens(question);
    let goes_on = GOING_ON.iter().any(|start| {
        words.len() >= start.len() && words.iter().zip(*start).all(|(word, start)| word == start)
    });
    let own = content_words(question, language);
    if language == Language::Chinese {
        let bare = question.trim_end_matches(['？', '?', '。', ' ']);
        return if bare.ends_with('呢') || own.is_empty() || words.len() <= WORDS_TOO_FEW {
            Leaning::GoesOn
        } else if bare.contains(CHINESE_POINTING) {
            Leaning::PointsBack
        } else {
            Leaning::Alone
        };
    }
    let points = |word: &String| POINTING.split_ascii_whitespace().any(|one| one == word);
    if goes_on {
        Leaning::GoesOn
    } else if words.iter().any(points) && !own.iter().any(|word| word.name) {
        Leaning::PointsBack
    } else if own.is_empty() || words.len() <= WORDS_TOO_FEW {
        Leaning::GoesOn
    } else {
        Leaning::Alone
    }
}

/// The first words that say what a question is about; only its names, if wanted. `None` without any.
fn words(question: &str, only_names: bool) -> Option<Vec<String>> {
    let words = content_words(question, Language::detect(question));
    let wanted = words.into_iter().filter(|word| word.name || !only_names);
    let texts: Vec<String> = wanted.take(CARRIED_MOST).map(|word| word.text).collect();
    (!texts.is_empty()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, question: &str, wanted: Option<&str>) {
        assert_eq!(in_context(before, question).as_deref(), wanted, "{before} {question}");
    }

    #[test]
    fn who_is_meant_is_carried_on() {
        let tesla = "When was Nikola Tesla born?";
        check(tesla, "How old is he?", Some("How old is he? Nikola Tesla"));
        check(
            "¿Dónde nació Nikola Tesla?",
            "¿Cuál fue su primer invento?",
            Some("¿Cuál fue su primer invento? Nikola Tesla"),
        );
        check("绿茶怎么冲泡？", "它怎么保存？", Some("它怎么保存？ 绿茶 冲泡"));
        check(
            "How hot should green tea be?",
            "Does it keep for a year?",
            Some("Does it keep for a year? hot green tea"),
        );
    }

    #[test]
    fn a_question_that_goes_on_carries_every_word() {
        check(
            "How long does copyright last in French law?",
            "And in Spanish law?",
            Some("And in Spanish law? long copyright last French"),
        );
        check(
            "¿Cuánto se remojan los garbanzos?",
            "¿Y las lentejas?",
            Some("¿Y las lentejas? remojan garbanzos"),
        );
        check("绿茶怎么冲泡？", "红茶呢？", Some("红茶呢？ 绿茶 冲泡"));
        check("Who founded Marlow?", "Why?", Some("Why? founded Marlow"));
    }

    #[test]
    fn a_question_that_says_what_it_is_about_stands_alone() {
        check("When was Nikola Tesla born?", "Which river flows through Marlow?", None);
        check("When was Nikola Tesla born?", "Where did Ada Byng leave her umbrella?", None);
        check("¿Cuánto se remojan los garbanzos?", "¿Qué temperatura tiene el horno?", None);
        check("绿茶怎么冲泡？", "大坝是哪一年建成的？", None);
        check("When was Nikola Tesla born?", "What is gas?", None);
        check("绿茶怎么冲泡？", "什么是咖啡？", None);
        check("Why?", "How?", None);
    }

    #[test]
    fn who_is_meant_is_carried_through_a_conversation() {
        let earlier = ["When was Nikola Tesla born?", "How old is he?"].map(str::to_owned);
        assert_eq!(
            in_conversation(&earlier, "Where did he live?").as_deref(),
            Some("Where did he live? Nikola Tesla")
        );
        assert_eq!(in_conversation(&[], "How old is he?"), None);
    }
}
