//! How is a Redis server asked? By one connection that comes back by itself, with short waits: a
//! question must not hang on what only eases its way.

use super::SharedError;
use footnote_domain::id::Digest;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue, RedisError, cmd};
use std::time::Duration;

/// A server on the same network answers in a millisecond; one that takes this long is as good as away.
const ANSWER_MOST: Duration = Duration::from_millis(800);

/// A Redis server, 6.2 or newer; clones share one connection.
#[derive(Clone)]
pub struct Redis {
    connection: ConnectionManager,
    /// What every key begins with, so that services that share a server do not meet.
    prefix: String,
}

impl Redis {
    /// A server by its address (`redis://…`); connects with the first command.
    ///
    /// # Errors
    /// [`SharedError::Away`] for an address that is none.
    pub fn new(url: &str, prefix: &str) -> Result<Self, SharedError> {
        let client = Client::open(url).map_err(away)?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(ANSWER_MOST))
            .set_response_timeout(Some(ANSWER_MOST));
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(away)?;
        Ok(Self { connection, prefix: prefix.to_owned() })
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<(), SharedError> {
        self.run::<String>(&cmd("PING")).await.map(drop)
    }

    pub(super) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, SharedError> {
        let mut connection = self.connection.clone();
        // A lost connection is noticed by the first command and opened anew for the second.
        let both = 2 * ANSWER_MOST;
        match tokio::time::timeout(both, command.query_async(&mut connection)).await {
            Ok(answer) => answer.map_err(away),
            Err(_) => Err(SharedError::Away(format!("no answer within {both:?}"))),
        }
    }

    /// A script that the server runs as one step.
    pub(super) fn script(&self, text: &str, keys: &[String]) -> Cmd {
        let mut eval = cmd("EVAL");
        eval.arg(text).arg(keys.len()).arg(keys);
        eval
    }

    /// The name of something.
    pub(super) fn key(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}/{name}", self.prefix)
    }

    /// As [`Self::key`], for names that are nobody's business.
    pub(super) fn hidden_key(&self, kind: &str, name: &str) -> String {
        self.key(kind, &Digest::of(&[name.as_bytes()]).to_string())
    }
}

pub(super) fn away(error: RedisError) -> SharedError {
    SharedError::Away(error.to_string())
}
