//! Which words of a question say nothing about its subject? Dropped outright, since in a small
//! corpus `does` or `cuánto` is as rare as the words that matter.
//!
//! Rarity alone decides for languages without a list.

use footnote_domain::text::Language;

/// Articles, pronouns, prepositions, auxiliaries and interrogatives of English.
const ENGLISH: &str = "a an the and or but if of to in on at by for from with without into about as \
    is are was were be been being am do does did doing done has have had having will would shall \
    should can could may might must it its it's he she they them his her their him i me my we us \
    our you your this that these those there here what which who whom whose when where why how \
    many much some any than then so too also very just not no what's who's how's please tell";

/// The same for Spanish, accents folded.
const SPANISH: &str = "el la los las un una unos unas lo al del de a ante con contra desde en \
    entre hacia hasta para por segun sin sobre tras y e o u ni que si como cuando donde quien \
    quienes cual cuales cuanto cuanta cuantos cuantas cuyo cuya es son era eran fue fueron ser \
    sido siendo esta estan estaba estaban estar este esto estos estas ese esa eso esos esas se me \
    te nos le les su sus mi mis tu tus ha han habia habian he hay haber hizo hace hacen puede \
    pueden debe deben tiene tienen tenia yo el ella ellos ellas usted muy mas no ya tan";

/// Interrogative and courtesy phrases of Chinese, longest first; a bigram never spans one.
const CHINESE_PHRASES: [&str; 39] = [
    "为什么",
    "什么时候",
    "是什么",
    "什么是",
    "什么样",
    "怎么样",
    "有多少",
    "有哪些",
    "是多少",
    "是不是",
    "有没有",
    "能不能",
    "可不可以",
    "是谁",
    "什么",
    "怎么",
    "怎样",
    "如何",
    "为何",
    "何时",
    "何地",
    "哪里",
    "哪儿",
    "哪些",
    "哪个",
    "哪一",
    "哪种",
    "哪",
    "谁",
    "多少",
    "多大",
    "多长",
    "多久",
    "几个",
    "请问",
    "是否",
    "吗",
    "呢",
    "的",
];

/// Whether the accent-folded token is a function word of `language`.
pub(super) fn is_function_word(token: &str, language: Language) -> bool {
    let list = match language {
        Language::English => ENGLISH,
        Language::Spanish => SPANISH,
        Language::Chinese | Language::Other => return false,
    };
    list.split_ascii_whitespace().any(|word| word == token)
}

/// `question` with every Chinese interrogative phrase replaced by a space.
pub(super) fn without_chinese_phrases(question: &str) -> String {
    let mut phrases = CHINESE_PHRASES;
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    phrases.iter().fold(question.to_owned(), |text, phrase| text.replace(phrase, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_subject_is_left() {
        assert_eq!(without_chinese_phrases("绿茶用多少度的水冲泡？").trim(), "绿茶用 度 水冲泡？");
        assert!(is_function_word("cuanto", Language::Spanish));
        assert!(!is_function_word("cuanto", Language::English));
        assert!(!is_function_word("receipt", Language::English));
    }
}
