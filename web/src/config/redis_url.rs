//! Where is the memory that processes share, when not in this one? An address that may hold a password,
//! so it is never printed whole.

use super::ConfigError;
use std::fmt;

/// `redis://[:PASSWORD@]HOST:PORT[/NUMBER]`.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// Parses the configured address; none for the memory of this process.
    ///
    /// # Errors
    /// [`ConfigError::Key`] for every other scheme; the address itself is not repeated.
    pub(super) fn parse(url: &str) -> Result<Option<Self>, ConfigError> {
        let refused = |reason: &str| {
            Err(ConfigError::Key { key: "cache.redis_url", reason: reason.to_owned() })
        };
        match url.split_once("://") {
            _ if url.is_empty() => Ok(None),
            Some(("redis", rest)) if !rest.is_empty() => Ok(Some(Self(url.to_owned()))),
            Some(("rediss", _)) => {
                refused("TLS to Redis is not built; use redis:// inside one network, or a tunnel")
            }
            _ => refused("must begin with redis://, or be empty for the memory of this process"),
        }
    }

    /// The address with its password, for the connection alone.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_redis_is_accepted_and_no_password_is_printed() {
        assert_eq!(RedisUrl::parse("").expect("in process"), None);
        let parsed = RedisUrl::parse("redis://:secret@cache:6379/1").expect("a server");
        assert!(!format!("{parsed:?}").contains("secret"));
        for url in ["rediss://:secret@cache", "redis://", "memcached://x", "x"] {
            let error = RedisUrl::parse(url).expect_err(url).to_string();
            assert!(error.contains("`cache.redis_url`") && !error.contains("secret"), "{error}");
        }
    }
}
