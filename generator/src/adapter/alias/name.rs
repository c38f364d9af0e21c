//! What may an adapter be called? The registry's rule for short names, so that a name can go on chain.

use super::error::AliasError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest name, in characters.
const CHARS_MOST: usize = 64;

/// 1 to 64 of a–z, 0–9 and inner hyphens: never a path, a model's name or an option.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AliasName(String);

impl AliasName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`AliasError::BadName`].
    pub fn parse(text: &str) -> Result<Self, AliasError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let good = (1..=CHARS_MOST).contains(&text.len())
            && text.bytes().all(plain)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if good { Ok(Self(text.to_owned())) } else { Err(AliasError::bad_name(text)) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AliasName {
    type Err = AliasError;
    fn from_str(text: &str) -> Result<Self, AliasError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for AliasName {
    type Error = AliasError;
    fn try_from(text: String) -> Result<Self, AliasError> {
        Self::parse(&text)
    }
}

impl From<AliasName> for String {
    fn from(name: AliasName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_slugs() {
        for good in ["a", "tea-house", "7", &"x".repeat(64)] {
            assert!(AliasName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a/b", "../a", "a b", "é", "a.b", &"x".repeat(65)] {
            let error = AliasName::parse(bad).expect_err(bad).to_string();
            assert!(error.contains("hyphens"), "{error}");
        }
    }
}
