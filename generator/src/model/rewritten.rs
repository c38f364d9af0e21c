//! Which question did a model write when it was asked what another one means?

use super::Thought;
use super::plain;

/// Most characters of a question that a model writes.
const CHARS_MOST: usize = 400;

/// The question in what the model said: its first line, without thinking, marks of quotation and
/// whatever names it; `None` where there is no such line of a sensible length.
pub fn rewritten(said: &str) -> Option<String> {
    let mut thought = Thought::default();
    let answer = thought.take(said) + &thought.end();
    let line = answer.lines().map(str::trim).find(|line| !line.is_empty())?;
    let named = ["Last:", "Question:", "Pregunta:", "问题：", "问题:"];
    let line = named.iter().find_map(|name| line.strip_prefix(name)).unwrap_or(line);
    let line = plain(line.trim().trim_matches(['"', '“', '”', '«', '»', '*', '`']));
    let line = line.trim();
    let sensible = line.chars().count() <= CHARS_MOST && line.chars().any(char::is_alphanumeric);
    sensible.then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_question_is_taken() {
        let check = |said: &str, wanted: Option<&str>| {
            assert_eq!(rewritten(said).as_deref(), wanted, "{said:?}");
        };
        check("How old is Nikola Tesla?", Some("How old is Nikola Tesla?"));
        check(
            "<think>Who?</think>\n\n\"How old is Tesla?\"\nHe was 86.",
            Some("How old is Tesla?"),
        );
        check("Pregunta: ¿Y las lentejas? [1]", Some("¿Y las lentejas?"));
        check("[红茶](https://evil.example)怎么冲泡？", Some("红茶怎么冲泡？"));
        check("", None);
        check("…", None);
        check("<think>for ever", None);
        check(&"a ".repeat(900), None);
    }
}
