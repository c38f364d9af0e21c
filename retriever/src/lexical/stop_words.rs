//! Which words of a question say nothing of its subject? They are left out of scoring (never out of
//! the index), unless a question has no others. Lower case, as tokens are; accents both ways.

use footnote_domain::text::Language;

const ENGLISH: &str = "a about an and any are as at be been but by can could did do does for from had \
    has have how i if in into is it its me my no not of on or our should so such than that the their \
    them then there these they this those to was we were what what's when where which who whom whose \
    why will with would you your tell explain please";

const SPANISH: &str = "a al algo alguna algún ante antes aquel aquella como cómo con cual cuál cuáles \
    cuales cuando cuándo cuanto cuánto cuanta cuánta cuantos cuántos cuantas cuántas de del desde donde \
    dónde durante e el él ella ellas ellos en entre era es esa ese eso esta está están estas este esto \
    estos fue fueron ha haber había hace hacen hacer han hasta hay la las le les lo los más mas me mi mis \
    muy no nos nosotros o para pero por porque puede pueden puedo que qué quien quién quienes quiénes se \
    sea ser si sí sin sobre son su sus también tan te tiene tienen tu tú un una unas uno unos y ya yo";

/// Words as jieba cuts them, and the pairs of characters that stand for them among bigrams.
const CHINESE: &str = "的 了 吗 呢 吧 啊 是 在 和 与 与其 有 为 为了 什么 怎么 怎样 怎么样 如何 为何 为什么 哪 \
    哪些 哪个 哪里 哪儿 谁 几 多少 多 少 多久 多大 何 何时 请 请问 我 我们 你 你们 他 她 它 他们 这 那 这个 那个 \
    这些 那些 一个 一 也 都 就 而 及 以及 被 把 对 对于 从 到 于 上 中 下 里 可以 能 能够 会 应该 要 应 该 是否 \
    没有 不 么 甚么 些 个 告诉";

/// Whether `token` is a stop word of `language`; other languages have none here.
pub fn is_stop_word(language: Language, token: &str) -> bool {
    let list = match language {
        Language::English => ENGLISH,
        Language::Spanish => SPANISH,
        Language::Chinese => CHINESE,
        Language::Other => return false,
    };
    list.split_ascii_whitespace().any(|word| word == token)
}

/// Whether every character of a Chinese bigram is (part of) a stop word, so that it joins nothing.
pub fn is_stop_bigram(bigram: &str) -> bool {
    bigram.chars().all(|ch| {
        CHINESE.split_ascii_whitespace().any(|word| word.chars().count() <= 2 && word.contains(ch))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_words_are_stop_words_and_subjects_are_not() {
        for (language, stop, subject) in [
            (Language::English, "what", "datanet"),
            (Language::Spanish, "qué", "sofrito"),
            (Language::Chinese, "什么", "绿茶"),
        ] {
            assert!(is_stop_word(language, stop));
            assert!(!is_stop_word(language, subject));
        }
        assert!(is_stop_bigram("什么") && is_stop_bigram("是什") && !is_stop_bigram("绿茶"));
        assert!(!is_stop_word(Language::Other, "the"));
    }
}
