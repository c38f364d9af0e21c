//! Which kind of thing does the question want, and does a sentence hold one? A time for *when*, a
//! number for *how many*, a name for *who*, a reason for *why*, a copula after the subject for *what
//! is*.

use super::lexical::{Asked, Units};
use super::stem::stem;
use footnote_domain::text::{Language, tokens};

/// The kind of thing wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// When, in which year.
    Time,
    /// How many, how much, how long.
    Number,
    /// Who, which person or body.
    Name,
    /// Where, in which country.
    Place,
    /// Why.
    Reason,
    /// What something is.
    Definition,
}

/// Phrases that ask for each kind, padded so that a space matches a word's edge. The one that stands
/// first in the question says what is wanted, the longer one of two in one place.
const ASKING: [(Option<Cue>, &[&str]); 7] = [
    (
        Some(Cue::Time),
        &[
            " when ",
            " what year ",
            " which year ",
            " what date ",
            " what day ",
            " what month ",
            " what century ",
            " which century ",
            " what decade ",
            " which decade ",
            " what time ",
            " how long ago ",
            " cuándo ",
            " qué año ",
            " qué fecha ",
            " qué día ",
            " qué mes ",
            " qué siglo ",
            " qué década ",
            "何时",
            "什么时候",
            "什么时间",
            "哪一年",
            "哪年",
            "几月",
            "哪个世纪",
        ],
    ),
    (
        Some(Cue::Number),
        &[
            " how many ",
            " how much ",
            " how long ",
            " how old ",
            " how far ",
            " how tall ",
            " how high ",
            " how deep ",
            " how fast ",
            " how large ",
            " how big ",
            " how often ",
            " how hot ",
            " what percentage ",
            " what percent ",
            " what number ",
            " what temperature ",
            " cuánto ",
            " cuánta ",
            " cuántos ",
            " cuántas ",
            " qué porcentaje ",
            " qué temperatura ",
            " qué número ",
            "多少",
            "几",
            "多久",
            "多长",
            "多大",
            "多高",
            "多远",
            "比例",
        ],
    ),
    (Some(Cue::Reason), &[" why ", " por qué ", "为什么", "为何"]),
    (
        Some(Cue::Name),
        &[" who ", " whom ", " whose ", " quién ", " quiénes ", "谁", "哪位", "什么人"],
    ),
    (
        Some(Cue::Place),
        &[
            " where ",
            " what city ",
            " which city ",
            " what country ",
            " which country ",
            " what state ",
            " which state ",
            " what region ",
            " which region ",
            " what county ",
            " what continent ",
            " which continent ",
            " dónde ",
            " adónde ",
            " qué ciudad ",
            " qué país ",
            " qué estado ",
            " qué región ",
            " qué continente ",
            "哪里",
            "哪儿",
            "何地",
            "什么地方",
            "哪个城市",
            "哪个国家",
            "哪个州",
            "哪个地区",
            "在哪",
        ],
    ),
    (
        Some(Cue::Definition),
        &[" what is ", " what are ", " what's ", " qué es ", " qué son ", "什么是", "是什么"],
    ),
    // Something is wanted, and no phrase says of which kind.
    (None, &[" what ", " which ", " how ", " qué ", " cuál ", " cuáles ", " cómo "]),
];

/// Spanish asking words as people write them in haste; in the middle of a question they join clauses.
const UNACCENTED: [(&str, &str); 8] = [
    ("cuando", "cuándo"),
    ("cuanto", "cuánto"),
    ("cuanta", "cuánta"),
    ("cuantos", "cuántos"),
    ("cuantas", "cuántas"),
    ("quien", "quién"),
    ("donde", "dónde"),
    ("que", "qué"),
];

const MONTHS: &str = "january february march april june july august september october november \
    december enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre \
    diciembre monday tuesday wednesday thursday friday saturday sunday century decade siglo década";
/// Words behind which a place may stand.
const BEFORE_PLACES: &str = "in at near from of to into en de desde a por hacia";
const CHINESE_PLACES: &str = "国州省市县镇村区岛洲城河湖山";

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
        let mut words = tokens(question);
        if let Some(first) = words.first_mut()
            && let Some((_, accented)) = UNACCENTED.iter().find(|(plain, _)| plain == first)
        {
            *first = (*accented).to_owned();
        }
        let words = format!(" {} ", words.join(" "));
        let joined = question.to_lowercase();
        let place = |phrase: &&str| {
            if phrase.starts_with(' ') { words.find(*phrase) } else { joined.find(*phrase) }
        };
        let found = ASKING.iter().flat_map(|(cue, phrases)| {
            let place = &place;
            phrases.iter().filter_map(move |phrase| Some((place(phrase)?, phrase.len(), *cue)))
        });
        found.min_by_key(|(place, length, _)| (*place, std::cmp::Reverse(*length)))?.2
    }

    /// Whether `text` holds such a thing beyond what the question says.
    pub(super) fn is_met(self, asked: &Asked, text: &str, language: Language) -> bool {
        match self {
            Self::Time => holds_new_time(asked, text, language),
            Self::Number => holds_new_number(asked, text, language),
            Self::Name if language == Language::Chinese => text.contains('·'),
            Self::Name => holds_new_name(asked, text, language, &|_| true),
            Self::Place if language == Language::Chinese => {
                text.chars().any(|ch| CHINESE_PLACES.contains(ch))
            }
            Self::Place => holds_new_name(asked, text, language, &|before| {
                let before = before.to_lowercase();
                BEFORE_PLACES.split_ascii_whitespace().any(|word| word == before)
            }),
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

/// A year, a month, a weekday or an age that the question does not name.
fn holds_new_time(asked: &Asked, text: &str, language: Language) -> bool {
    let is_time = |token: &str| {
        let digits = token.trim_end_matches('s');
        let is_year = digits.len() == 4 && digits.chars().all(|ch| ch.is_ascii_digit());
        is_year || MONTHS.split_ascii_whitespace().any(|word| word == token)
    };
    tokens(text).iter().any(|token| is_time(token) && is_new(asked, token, language))
        || (language == Language::Chinese && text.contains(['年', '月', '日', '世']))
}

fn is_new(asked: &Asked, token: &str, language: Language) -> bool {
    let unit = stem(token, language);
    !asked.terms.iter().any(|term| term.unit == unit)
}

fn holds_new_number(asked: &Asked, text: &str, language: Language) -> bool {
    let is_number = |token: &str| {
        token.starts_with(|ch: char| ch.is_ascii_digit())
            || NUMBER_WORDS.split_ascii_whitespace().any(|word| word == token)
    };
    tokens(text).iter().any(|token| is_number(token) && is_new(asked, token, language))
        || text.chars().any(|ch| CHINESE_NUMERALS.contains(ch))
}

/// A capitalised word inside the sentence, behind a word of the right kind, that the question does
/// not name.
fn holds_new_name(
    asked: &Asked,
    text: &str,
    language: Language,
    may_follow: &dyn Fn(&str) -> bool,
) -> bool {
    let is_name = |word: &str| {
        let mut letters = word.trim_start_matches(|ch: char| !ch.is_alphanumeric()).chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some()
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut named = words.windows(2).filter(|pair| is_name(pair[1]) && may_follow(pair[0]));
    named.any(|pair| {
        let units = Units::read(pair[1], language);
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
        check("When did OPEC meet in 1973?", Cue::Time, "In 1973 it met.", false);
        check("When did OPEC meet in 1973?", Cue::Time, "It met on October 6.", true);
        check("¿En qué siglo nació?", Cue::Time, "Nació en 1612.", true);
        check("大坝是哪一年建成的？", Cue::Time, "它建于1984年。", true);
        check("Where was Ada born?", Cue::Place, "Ada was born in Marlow.", true);
        check("Where was Ada born?", Cue::Place, "Ada met Charles there.", false);
        check("¿En qué país está?", Cue::Place, "Está en Brasil.", true);
        check("大坝在哪个国家？", Cue::Place, "它位于巴西和巴拉圭两国之间。", true);
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
        assert_eq!(Cue::of("What happened when it burst?"), None);
        assert_eq!(Cue::of("¿Qué se hace cuando llueve?"), None);
        assert_eq!(Cue::of("quien lo escribió"), Some(Cue::Name));
    }
}
