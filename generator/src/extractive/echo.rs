//! Does a sentence only ask the question again? Such a sentence answers nothing, however well it
//! meets the question's words; headings and texts made to be found are of this kind.

use footnote_domain::text::tokens;

/// Below so many tokens too many true answers hold the whole question.
const QUESTION_TOKENS_LEAST: usize = 5;
/// The part of the question that an echo repeats in one piece: 4 of 5 tokens.
const REPEATED: (usize, usize) = (4, 5);

/// Words that ask; an answer puts something in their place. Chinese by the character.
const ASKING: [&str; 35] = [
    "who", "whom", "whose", "what", "which", "when", "where", "why", "how", "qué", "quién",
    "quiénes", "cuál", "cuáles", "cuándo", "cuánto", "cuánta", "cuántos", "cuántas", "dónde",
    "cómo", "que", "quien", "cual", "cuando", "cuanto", "donde", "como", "谁", "哪", "何", "么",
    "吗", "几", "怎",
];

/// Words that make a question by standing first; a statement puts them elsewhere.
const INVERTING: [&str; 18] = [
    "is", "are", "was", "were", "am", "do", "does", "did", "can", "could", "has", "have", "had",
    "will", "would", "should", "may", "must",
];

/// Words that ask in a quiz, where no other does: "indexed by this third largest company?"
const POINTING: [&str; 2] = ["this", "these"];

/// The question, as far as echoes go.
#[derive(Debug, Clone)]
pub(super) struct Echo {
    question: Vec<String>,
    /// Place of the word that asks; none in a list of search words.
    asks_at: Option<usize>,
}

impl Echo {
    pub(super) fn of(question: &str) -> Self {
        let question = tokens(question);
        let inverted = question.first().filter(|it| INVERTING.contains(&&***it)).map(|_| 0);
        let first_of = |words: &[&str]| question.iter().position(|token| words.contains(&&**token));
        let asks_at = inverted.or_else(|| first_of(&ASKING)).or_else(|| first_of(&POINTING));
        Self { asks_at, question }
    }

    /// Whether `sentence` repeats most of the question in one piece, the word that asks included.
    pub(super) fn is_in(&self, sentence: &str) -> bool {
        let length = self.question.len();
        let Some(asks_at) = self.asks_at.filter(|_| length >= QUESTION_TOKENS_LEAST) else {
            return false;
        };
        let (start, run) = longest_run(&self.question, &tokens(sentence));
        (start..start + run).contains(&asks_at) && run * REPEATED.1 >= length * REPEATED.0
    }
}

/// Where in `of` the longest piece begins that `within` has too, and its length.
fn longest_run(of: &[String], within: &[String]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut above = vec![0usize; within.len() + 1];
    for (at, token) in of.iter().enumerate() {
        let mut row = vec![0usize; within.len() + 1];
        for (other, theirs) in within.iter().enumerate() {
            if token == theirs {
                row[other + 1] = above[other] + 1;
                if row[other + 1] > best.1 {
                    best = (at + 1 - row[other + 1], row[other + 1]);
                }
            }
        }
        above = row;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echoes(question: &str, sentence: &str) -> bool {
        Echo::of(question).is_in(sentence)
    }

    #[test]
    fn the_question_again_is_an_echo() {
        let question = "Which magazine was started first, Arthur's Magazine or First for Women?";
        let echo = "It is well known: which magazine was started first, Arthur's Magazine or First for Women, as stated.";
        assert!(echoes(question, echo));
        assert!(echoes(question, &question.repeat(3)));
        assert!(echoes("Were Ann and Bob of one nation?", "Truly were Ann and Bob of one nation."));
        let quiz = "The journal is indexed by this third largest company in Alabama?";
        assert!(echoes(quiz, &format!("It is true: {quiz}, as stated.")));
        assert!(echoes("谁在钢琴上演奏印度古典音乐？", "众所周知，谁在钢琴上演奏印度古典音乐。"));
        assert!(echoes(
            "¿Quién toca música clásica de la India?",
            "Quién toca música clásica de la India"
        ));
    }

    #[test]
    fn an_answer_in_the_questions_words_is_none() {
        assert!(!echoes("Were Ann and Bob of one nation?", "Ann and Bob were of one nation."));
        assert!(!echoes(
            "What is burned when a block is full of fees?",
            "The base fee is burned when a block is full of fees."
        ));
        assert!(!echoes("base fee burned eip 1559", "The base fee burned (EIP 1559) is lost."));
        assert!(!echoes("What is gas?", "What is gas?"));
        assert!(!echoes(
            "The journal is indexed by this third largest company in Alabama?",
            "The journal is indexed by EBSCO, the third largest company in Alabama."
        ));
        assert!(!echoes("谁在钢琴上演奏印度古典音乐？", "萨米在钢琴上演奏印度古典音乐。"));
    }
}
