//! Where are the books, when not in the data folder? An address that may hold a password, so it is
//! never printed whole.

use super::ConfigError;
use std::fmt;

/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Parses the configured address; none for the embedded SQLite.
    ///
    /// # Errors
    /// [`ConfigError::Key`] for every other engine, and for PostgreSQL in a program that was
    /// built without it.
    pub(super) fn parse(url: &str) -> Result<Option<Self>, ConfigError> {
        let refused = |reason: &str| {
            Err(ConfigError::Key { key: "ledger.database_url", reason: reason.to_owned() })
        };
        match url.split_once("://") {
            _ if url.is_empty() => Ok(None),
            Some(("postgres" | "postgresql", _)) if cfg!(feature = "postgres") => {
                Ok(Some(Self(url.to_owned())))
            }
            Some(("postgres" | "postgresql", _)) => refused(
                "this program was built without PostgreSQL; build it with `--features postgres`, or \
                 leave this empty for the embedded SQLite",
            ),
            Some(("sqlite", _)) => {
                refused("the embedded SQLite lives in data.dir; leave this empty")
            }
            _ => refused("must begin with postgres://, or be empty for the embedded SQLite"),
        }
    }

    /// The address with its password, for the connection alone.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_built_in_is_accepted_and_no_password_is_printed() {
        assert_eq!(DatabaseUrl::parse("").expect("embedded"), None);
        for url in ["sqlite://x", "sqlite:x", "mysql://x", "x"] {
            assert!(DatabaseUrl::parse(url).is_err(), "{url}");
        }
        let parsed = DatabaseUrl::parse("postgres://ana:secret@db/books");
        assert!(!format!("{parsed:?}").contains("secret"));
        assert_eq!(parsed.is_ok(), cfg!(feature = "postgres"));
    }
}
