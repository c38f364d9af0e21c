//! In which language does a page speak, and what does it say in it?
//!
//! One file per language lies in `web/strings`, in the format of Project Fluent; one more language is one
//! more file. [`message`] puts values in, [`choice`] finds the reader's language, [`number`] writes numbers
//! and dates in it.

mod choice;
mod message;
mod number;
mod said;
#[cfg(test)]
mod tests;

pub use choice::{COOKIE, of};
pub use said::{Rich, Said};

use fluent_syntax::ast::{Entry, Pattern};
use message::Values;
use rust_embed::RustEmbed;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "strings"]
struct Files;

/// The language of whoever names none that we have.
const DEFAULT: &str = "en";

/// Everything that pages say, in one language.
pub struct Words {
    code: String,
    messages: HashMap<String, Pattern<String>>,
}

static ALL: LazyLock<Vec<Words>> = LazyLock::new(|| {
    let codes = Files::iter().filter_map(|file| Some(file.strip_suffix(".ftl")?.to_owned()));
    let mut all: Vec<Words> = codes.map(Words::read).collect();
    all.sort_by(|a, b| (a.code != DEFAULT, &a.code).cmp(&(b.code != DEFAULT, &b.code)));
    all
});

/// Every language there is, the default one first.
pub fn all() -> &'static [Words] {
    &ALL
}

/// The language of those who name none that we have.
///
/// # Panics
/// When `web/strings/en.ftl` is not embedded: found by the first test that renders a page.
pub fn default() -> &'static Words {
    by_code(DEFAULT).unwrap_or_else(|| panic!("web/strings/{DEFAULT}.ftl is embedded"))
}

/// The language of a code such as `es`.
pub fn by_code(code: &str) -> Option<&'static Words> {
    all().iter().find(|words| words.code == code)
}

impl Words {
    fn read(code: String) -> Self {
        let file = Files::get(&format!("{code}.ftl")).expect("just listed");
        let text = String::from_utf8_lossy(&file.data).into_owned();
        let resource = fluent_syntax::parser::parse(text)
            .unwrap_or_else(|(_, faults)| panic!("web/strings/{code}.ftl: {faults:?}"));
        let messages = resource.body.into_iter().filter_map(|entry| match entry {
            Entry::Message(message) => Some((message.id.name, message.value?)),
            _ => None,
        });
        let messages = messages.collect();
        Self { code, messages }
    }

    /// The value of `lang`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The message `key`, as text.
    pub fn say(&'static self, key: impl Borrow<&'static str>) -> Said {
        Said::new(self, key.borrow())
    }

    /// The message `key`, whose own tags are HTML.
    pub fn rich(&'static self, key: impl Borrow<&'static str>) -> Rich {
        Rich::new(self, key.borrow())
    }

    /// The message `key` about so many things: `counted("texts", 12)` is “12 texts”.
    pub fn counted(
        &'static self,
        key: impl Borrow<&'static str>,
        number: impl std::fmt::Display,
    ) -> Said {
        self.say(key).count(number)
    }

    /// # Panics
    /// When the language has no such message, or the message a value that is not given: found by the test
    /// over all keys, or by the first test that renders the page.
    fn formatted(&self, key: &str, values: &Values) -> String {
        let message = self.messages.get(key);
        let message =
            message.unwrap_or_else(|| panic!("`{key}` stands in web/strings/{}.ftl", self.code));
        message::written(message, &self.code, values)
            .unwrap_or_else(|missing| panic!("`{key}` in {}.ftl needs {missing}", self.code))
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Words").field(&self.code).finish()
    }
}
