//! What may be asked? A question is parsed once, at the door.

use footnote_domain::text::token::is_invisible;
use footnote_domain::text::{Language, tokens};
use footnote_generator::follow_up::in_conversation;

/// A question that may be asked: not empty, not too long, text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    text: String,
    earlier: Vec<String>,
    meant: Option<String>,
    language: Language,
}

/// Why a question was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// Nothing but white space or marks.
    #[error("the question is empty; write a few words")]
    Empty,
    /// Longer than allowed.
    #[error("the question has {given} characters, the most is {most}; ask something shorter")]
    TooLong {
        /// Its length.
        given: usize,
        /// The limit.
        most: usize,
    },
    /// Bytes that are no text.
    #[error(
        "the question holds characters that are no text (such as {0}); send plain text in UTF-8"
    )]
    NotText(String),
}

impl Question {
    /// Checks a question: trimmed, without control characters, with at least one word, at most
    /// `most_chars` code points. Emoji and right-to-left text are welcome.
    pub fn parse(raw: &str, most_chars: usize) -> Result<Self, QuestionError> {
        let text = raw.trim();
        let given = text.chars().count();
        if given > most_chars {
            return Err(QuestionError::TooLong { given, most: most_chars });
        }
        let is_binary = |ch: &char| {
            (ch.is_control() && !matches!(ch, '\n' | '\r' | '\t'))
                || *ch == char::REPLACEMENT_CHARACTER
        };
        if let Some(control) = text.chars().find(is_binary) {
            return Err(QuestionError::NotText(format!("U+{:04X}", u32::from(control))));
        }
        let visible = text.chars().any(|ch| !ch.is_whitespace() && !is_invisible(ch));
        if !visible || tokens(text).is_empty() && text.is_ascii() {
            return Err(QuestionError::Empty);
        }
        Ok(Self {
            text: text.to_owned(),
            earlier: Vec::new(),
            meant: None,
            language: Language::detect(text),
        })
    }

    /// The same question asked after others, oldest first: what it leans on of them is searched for
    /// too (the rule stands at [`footnote_generator::follow_up`]).
    pub fn following(self, earlier: &[String]) -> Self {
        let meant = in_conversation(earlier, &self.text);
        let following = Self { earlier: earlier.to_vec(), ..self };
        match meant {
            Some(meant) => following.meaning(meant),
            None => following,
        }
    }

    /// The same question, known to mean this.
    pub fn meaning(self, meant: String) -> Self {
        // A few words hardly tell their language; with those carried on they do.
        let language = Language::detect(&meant);
        let meant = (meant != self.text).then_some(meant);
        Self { meant, language, ..self }
    }

    /// The questions before it, oldest first.
    pub fn earlier(&self) -> &[String] {
        &self.earlier
    }

    /// What is searched for and answered: the text, with what it leans on.
    pub fn meant(&self) -> &str {
        self.meant.as_deref().unwrap_or(&self.text)
    }

    /// What it means, where that is not what it says.
    pub fn in_context(&self) -> Option<&str> {
        self.meant.as_deref()
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its language.
    pub fn language(&self) -> Language {
        self.language
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follow_up_is_searched_with_what_it_leans_on() {
        let check = |earlier: &str, asked: &str, meant: &str, language| {
            let question = Question::parse(asked, 99).expect("a question");
            let question = question.following(&[earlier.to_owned()]);
            assert_eq!((question.text(), question.meant()), (asked, meant));
            assert_eq!(question.language(), language, "{meant}");
        };
        check(
            "How hot is the water for green tea?",
            "And for black tea?",
            "And for black tea? hot water green",
            Language::English,
        );
        check(
            "¿Cuánto tiempo se remojan los garbanzos secos?",
            "¿Y las lentejas?",
            "¿Y las lentejas? tiempo remojan garbanzos secos",
            Language::Spanish,
        );
        check("绿茶怎么冲泡？", "它怎么保存？", "它怎么保存？ 绿茶 冲泡", Language::Chinese);
        let alone = Question::parse("Which tea is black?", 99).expect("a question");
        assert_eq!(alone.clone().following(&["What is gas?".into()]).meant(), alone.text());
        assert_eq!(alone.clone().meaning(alone.text().to_owned()), alone);
    }

    #[test]
    fn questions_at_the_door() {
        let parse = |raw: &str| Question::parse(raw, 20).map(|question| question.text);
        assert_eq!(parse("  why? \n"), Ok("why?".into()));
        assert_eq!(parse("ما هو النت؟"), Ok("ما هو النت؟".into()));
        assert_eq!(parse("🍵?"), Ok("🍵?".into()));
        assert_eq!(parse(" \u{200b} "), Err(QuestionError::Empty));
        assert_eq!(parse("?!"), Err(QuestionError::Empty));
        assert_eq!(parse("a\0b"), Err(QuestionError::NotText("U+0000".into())));
        assert_eq!(parse("a\u{fffd}b"), Err(QuestionError::NotText("U+FFFD".into())));
        assert_eq!(parse(&"x".repeat(21)), Err(QuestionError::TooLong { given: 21, most: 20 }));
    }
}
