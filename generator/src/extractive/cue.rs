//! Which kind of thing does the question want, and does a sentence hold one? A number for *when* and
//! *how many*, a name for *who*, a reason for *why*, a copula after the subject for *what is*.

use super::lexical::{Asked, Units};
use super::stem::stem;
use footnote_domain::text::{Language, tokens};

/// The kind of thing wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// When, how many, how much, how long.
    Number,
    /// Who, which person or body.
    Name,
    /// Why.
    Reason,
    /// What something is.
    Definition,
}

/// Phrases that ask for each kind, padded so that a space matches a word's edge; first hit wins.
const ASKING: [(Cue, &[&str]); 4] = [
    (
        Cue::Number,
        &[
            " when ",
            " how many ",
            " how much ",
            " how long ",
            " how old ",
            " how far ",
            " how tall ",
            " how large ",
            " how big ",
            " how often ",
            " how hot ",
            " what year ",
            " what percentage ",
            " what percent ",
            " what number ",
            " what temperature ",
            " what date ",
            " which year ",
            " cuándo ",
            " cuando ",
            " cuánto ",
            " cuánta ",
            " cuántos ",
            " cuántas ",
            " cuanto ",
            " cuanta ",
            " cuantos ",
            " cuantas ",
            " qué año ",
            " qué porcentaje ",
            " qué temperatura ",
            " qué fecha ",
            " qué número ",
            "多少",
            "几",
            "何时",
            "什么时候",
            "哪一年",
            "哪年",
            "多久",
            "多长",
            "多大",
            "多高",
            "比例",
        ],
    ),
    (Cue::Reason, &[" why ", " por qué ", "为什么", "为何"]),
    (Cue::Name, &[" who ", " whom ", " whose ", " quién ", " quiénes ", " quien ", "谁"]),
    (
        Cue::Definition,
        &[
            " what is ",
            " what are ",
            " what's ",
            " qué es ",
            " que es ",
            " qué son ",
            "什么是",
            "是什么",
        ],
    ),
];

const REASON_MARKS: [&str; 20] = [
    " because ",
    " since ",
    " so that ",
    " due to ",
    " in order to ",
    " reason ",
    " therefore ",
    " porque ",
    " debido ",
    " ya que ",
    " para que ",
    " por eso ",
    " puesto que ",
    "因为",
    "由于",
    "为了",
    "所以",
    "因此",
    "以便",
    "原因",
];
const NUMBER_WORDS: &str = "two three four five six seven eight nine ten eleven twelve hundred \
    thousand million billion half once twice dos tres cuatro cinco seis siete ocho nueve diez once \
    doce cien ciento mil millón millones mitad";
/// Without 一, which is an article as often as a number.
const CHINESE_NUMERALS: &str = "二三四五六七八九十百千万亿两半";
const COPULAS: &str = "is are means refers denotes es son significa consiste";

impl Cue {
    /// What `question` wants, if a phrase says so.
    pub(super) fn of(question: &str) -> Option<Self> {
        let words = format!(" {} ", tokens(question).join(" "));
        let joined = question.to_lowercase();
        let asks = |phrase: &&str| {
            if phrase.starts_with(' ') { words.contains(*phrase) } else { joined.contains(*phrase) }
        };
        let (cue, _) = ASKING.iter().find(|(_, phrases)| phrases.iter().any(&asks))?;
        Some(*cue)
    }

    /// Whether `text` holds such a thing beyond what the question says.
    pub(super) fn is_met(self, asked: &Asked, text: &str, language: Language) -> bool {
        match self {
            Self::Number => holds_new_number(asked, text, language),
            Self::Name => language != Language::Chinese && holds_new_name(asked, text, language),
            Self::Reason => {
                let words = format!(" {} ", tokens(text).join(" "));
                REASON_MARKS.iter().any(|mark| {
                    if mark.starts_with(' ') { words.contains(mark) } else { text.contains(mark) }
                })
            }
            Self::Definition => defines(asked, text, language),
        }
    }
}

fn holds_new_number(asked: &Asked, text: &str, language: Language) -> bool {
    let is_number = |token: &str| {
        token.starts_with(|ch: char| ch.is_ascii_digit())
            || NUMBER_WORDS.split_ascii_whitespace().any(|word| word == token)
    };
    let is_new = |token: &str| {
        let unit = stem(token, language);
        !asked.terms.iter().any(|term| term.unit == unit)
    };
    tokens(text).iter().any(|token| is_number(token) && is_new(token))
        || text.chars().any(|ch| CHINESE_NUMERALS.contains(ch))
}

/// A capitalised word inside the sentence that the question does not name.
fn holds_new_name(asked: &Asked, text: &str, language: Language) -> bool {
    let mut words = text.split_whitespace().skip(1).filter(|word| {
        let mut letters = word.trim_start_matches(|ch: char| !ch.is_alphanumeric()).chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some()
    });
    words.any(|word| {
        let units = Units::read(word, language);
        !asked.terms.iter().any(|term| units.set.contains(&term.unit))
    })
}

/// The subject, all of it, and then at once a verb that says what it is.
fn defines(asked: &Asked, text: &str, language: Language) -> bool {
    let opening: String = text.chars().take(80).collect();
    let (before, found) = if language == Language::Chinese {
        match opening.split_once(['是', '指']) {
            Some((before, _)) => (before.to_owned(), true),
            None => (String::new(), false),
        }
    } else {
        let words = tokens(&opening);
        let is_copula = |word: &String| COPULAS.split_ascii_whitespace().any(|verb| verb == word);
        match words.iter().position(is_copula) {
            Some(at) => (words[..at].join(" "), true),
            None => (String::new(), false),
        }
    };
    let subject = Units::read(&before, language);
    let room = asked.terms.len() + 3;
    found
        && subject.sequence.len() <= room
        && asked.grades(&subject).iter().all(|grade| *grade >= 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extractive::lexical::LexicalSettings;
    use footnote_domain::text::Unigrams;

    fn check(question: &str, cue: Cue, text: &str, met: bool) {
        let language = Language::detect(question);
        assert_eq!(Cue::of(question), Some(cue), "{question}");
        let asked =
            Asked::read(question, language, &Unigrams::default(), LexicalSettings::default());
        assert_eq!(cue.is_met(&asked, text, language), met, "{question} / {text}");
    }

    #[test]
    fn each_kind() {
        check("When did OPEC meet in 1973?", Cue::Number, "In 1973 it met.", false);
        check("When did OPEC meet in 1973?", Cue::Number, "It met on October 6.", true);
        check("¿Cuántos huevos lleva?", Cue::Number, "Lleva cuatro huevos.", true);
        check("泡茶要几分钟？", Cue::Number, "浸泡三分钟。", true);
        check("Who wrote the letter?", Cue::Name, "The letter was by Ana Ruiz.", true);
        check("Who wrote the letter?", Cue::Name, "The letter was unsigned.", false);
        check("¿Por qué se deja reposar?", Cue::Reason, "Reposa porque así liga.", true);
        check("What is a Datanet?", Cue::Definition, "A Datanet is a collection.", true);
        check("What is a Datanet?", Cue::Definition, "Nobody who joins a Datanet is alone.", false);
        check("什么是乌龙茶？", Cue::Definition, "乌龙茶是半发酵茶。", true);
    }

    #[test]
    fn no_cue() {
        assert_eq!(Cue::of("Explain receipts"), None);
        assert_eq!(Cue::of("whenever"), None);
    }
}
