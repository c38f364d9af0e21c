//! What was computed a moment ago and need not be again? Bytes by their key, for a time; whatever is
//! not there any more is computed again.

use super::SharedError;
use super::redis::Redis;
use async_trait::async_trait;
use redis::cmd;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes kept in process at most: some ten thousand questions' vectors.
const BYTES_MOST: usize = 32 * 1024 * 1024;

/// Bytes by key.
#[async_trait]
pub trait Cache: Send + Sync {
    /// What was put there and is still kept.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SharedError>;

    /// Keeps `value` for `time` at most.
    async fn put(&self, key: &str, value: Vec<u8>, time: Duration) -> Result<(), SharedError>;
}

/// A cache in this process, bounded by its bytes: what was put first goes first.
#[derive(Debug, Default)]
pub struct ProcessCache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_key: HashMap<String, Value>,
    /// Keys with the number of their putting, the oldest first; a number that is no longer its key's
    /// was put anew since.
    order: VecDeque<(u64, String)>,
    bytes: usize,
    put: u64,
}

#[derive(Debug)]
struct Value {
    number: u64,
    bytes: Vec<u8>,
    until: Instant,
}

impl Kept {
    fn put(&mut self, key: &str, bytes: Vec<u8>, until: Instant) {
        self.remove(key);
        self.put += 1;
        self.bytes += key.len() + bytes.len();
        self.order.push_back((self.put, key.to_owned()));
        self.by_key.insert(key.to_owned(), Value { number: self.put, bytes, until });
        if self.order.len() > 2 * self.by_key.len() + 64 {
            // Mostly keys that were put anew: without this, one key put again and again would grow it.
            let by_key = &self.by_key;
            self.order.retain(|(number, key)| by_key.get(key).is_some_and(|v| v.number == *number));
        }
        while self.bytes > BYTES_MOST
            && let Some((number, key)) = self.order.pop_front()
        {
            if self.by_key.get(&key).is_some_and(|value| value.number == number) {
                self.remove(&key);
            }
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some(value) = self.by_key.remove(key) {
            self.bytes -= key.len() + value.bytes.len();
        }
    }
}

impl ProcessCache {
    fn with<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> T {
        // A panic elsewhere leaves values whole: each is put in one step.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Cache for ProcessCache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SharedError> {
        Ok(self.with(|kept| match kept.by_key.get(key) {
            Some(value) if value.until > Instant::now() => Some(value.bytes.clone()),
            _ => {
                kept.remove(key);
                None
            }
        }))
    }

    async fn put(&self, key: &str, value: Vec<u8>, time: Duration) -> Result<(), SharedError> {
        self.with(|kept| kept.put(key, value, Instant::now() + time));
        Ok(())
    }
}

#[async_trait]
impl Cache for Redis {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SharedError> {
        let mut get = cmd("GET");
        get.arg(self.hidden_key("cache", key));
        self.run(&get).await
    }

    async fn put(&self, key: &str, value: Vec<u8>, time: Duration) -> Result<(), SharedError> {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let mut set = cmd("SET");
        set.arg(self.hidden_key("cache", key)).arg(value).arg("PX").arg(millis);
        self.run(&set).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_first_goes_first_once_there_is_too_much() {
        let mut kept = Kept::default();
        let until = Instant::now() + Duration::from_secs(60);
        let quarter = BYTES_MOST / 4;
        for key in ["a", "b", "c"] {
            kept.put(key, vec![0; quarter], until);
        }
        // Put anew, so that it is the youngest.
        kept.put("a", vec![0; quarter], until);
        kept.put("d", vec![0; quarter], until);
        let mut left: Vec<&str> = kept.by_key.keys().map(String::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["a", "c", "d"]);
        assert_eq!(kept.bytes, 3 * (quarter + 1));
    }
}
