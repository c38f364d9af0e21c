//! One message with what is put into it, on its way to a page.

use super::Words;
use super::message::Values;
use askama::filters::{Escaper, Html, HtmlSafe};
use std::fmt;

/// A message as text; a page escapes all of it.
pub struct Said {
    words: &'static Words,
    key: &'static str,
    values: Values,
}

/// A message whose own tags are HTML; whatever is put into it is escaped.
pub struct Rich(Said);

impl Said {
    pub(super) fn new(words: &'static Words, key: &'static str) -> Self {
        Self { words, key, values: Values::new() }
    }

    /// Puts `value` where the message says `{ $name }`.
    #[must_use]
    pub fn put(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.values.insert(name, value.to_string());
        self
    }

    /// Puts a number in: `{ $count }` chooses the plural, `{ $n }` is the number as it is written.
    #[must_use]
    pub fn count(self, number: impl fmt::Display) -> Self {
        let digits = number.to_string();
        let written = self.words.count(&digits);
        self.put("count", digits).put("n", written)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.formatted(self.key, &self.values))
    }
}

impl Rich {
    pub(super) fn new(words: &'static Words, key: &'static str) -> Self {
        Self(Said::new(words, key))
    }

    /// Puts `value`, escaped, where the message says `{ $name }`.
    #[must_use]
    pub fn put(self, name: &'static str, value: impl fmt::Display) -> Self {
        Self(self.0.put(name, Escaped(value.to_string())))
    }

    /// As [`Said::count`].
    #[must_use]
    pub fn count(self, number: impl fmt::Display) -> Self {
        Self(self.0.count(number))
    }
}

impl HtmlSafe for Rich {}

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text as it stands in HTML.
struct Escaped(String);

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Html.write_escaped_str(f, &self.0)
    }
}
