//! The secret that a model's server asks for. It comes from the environment or a file, goes into one
//! header, and is never printed.

use reqwest::header::HeaderValue;
use std::fmt;
use std::path::{Path, PathBuf};

/// A key for a model's server. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct ApiKey(HeaderValue);

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// The variable is not set, or no text.
    #[error("the environment variable {0} with the key of the model's server is not set")]
    Variable(String),
    /// The file cannot be read.
    #[error("the file {path} with the key of the model's server cannot be read: {reason}")]
    File {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// There is no key in it, or one that no header can carry.
    #[error("{0} holds no key: one line of visible ASCII characters")]
    Unusable(String),
}

impl ApiKey {
    /// The key in an environment variable.
    ///
    /// # Errors
    /// When it is not set or cannot be a key.
    pub fn from_variable(name: &str) -> Result<Self, ApiKeyError> {
        let text = std::env::var(name).map_err(|_| ApiKeyError::Variable(name.to_owned()))?;
        Self::parse(&text, || format!("the environment variable {name}"))
    }

    /// The key in a file, alone on its line.
    ///
    /// # Errors
    /// When it cannot be read or cannot be a key.
    pub fn from_file(path: &Path) -> Result<Self, ApiKeyError> {
        let text = std::fs::read_to_string(path)
            .map_err(|reason| ApiKeyError::File { path: path.to_owned(), reason })?;
        Self::parse(&text, || format!("the file {}", path.display()))
    }

    fn parse(text: &str, place: impl Fn() -> String) -> Result<Self, ApiKeyError> {
        let text = text.trim();
        let visible = !text.is_empty() && text.chars().all(|ch| ch.is_ascii_graphic());
        let value = visible.then(|| HeaderValue::from_str(&format!("Bearer {text}")).ok());
        let mut value = value.flatten().ok_or_else(|| ApiKeyError::Unusable(place()))?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The `Authorization` header.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// A text of the server, in which it may have repeated the key.
    pub(super) fn redact(&self, text: &str) -> String {
        let bearer = self.0.to_str().unwrap_or_default();
        let secret = bearer.strip_prefix("Bearer ").unwrap_or_default();
        if secret.is_empty() { text.to_owned() } else { text.replace(secret, "…") }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_a_file_and_never_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        assert!(ApiKey::from_file(&path).expect_err("missing").to_string().contains("key"));
        std::fs::write(&path, " sk-secret-1\n").expect("written");
        let key = ApiKey::from_file(&path).expect("a key");
        assert_eq!(format!("{key:?} {:?}", key.header()), "ApiKey(…) Sensitive");
        assert_eq!(key.header().to_str().expect("ascii"), "Bearer sk-secret-1");
        assert_eq!(key.redact("no such key: sk-secret-1"), "no such key: …");
        for bad in ["", " \n", "two words", "schlüssel", "a\nb"] {
            std::fs::write(&path, bad).expect("written");
            let error = ApiKey::from_file(&path).expect_err(bad).to_string();
            assert!(error.contains("holds no key") && (bad.len() < 3 || !error.contains(bad)));
        }
        assert!(ApiKey::from_variable("FOOTNOTE_NO_SUCH_VARIABLE").is_err());
    }
}
