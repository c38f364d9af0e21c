//! What has happened so far to an answer that is being written, perhaps by another process? Every
//! event keeps its number; whoever comes late, or comes back, gets all of them.

use super::SharedError;
use super::redis::Redis;
use crate::ask::AnswerEvent;
use crate::ask::live::LiveAnswers;
use async_trait::async_trait;
use footnote_domain::id::AnswerId;
use futures::stream::{BoxStream, StreamExt, unfold};
use redis::cmd;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// How often a reader elsewhere looks for the next event: below what anybody notices.
const POLL: Duration = Duration::from_millis(60);

/// How long events stay on a server after the last one: longer than the longest answer, so that a
/// reader who waits learns of a writer that died.
const KEPT: Duration = Duration::from_secs(660);

/// The events of an answer, with their numbers.
pub type Events = BoxStream<'static, (u64, AnswerEvent)>;

/// Answers that are being written.
#[async_trait]
pub trait Replay: Send + Sync {
    /// An answer begins.
    async fn begin(&self, id: AnswerId, question: &str) -> Result<(), SharedError>;

    /// Its next event.
    async fn push(&self, id: AnswerId, event: &AnswerEvent) -> Result<(), SharedError>;

    /// What was asked; none once it ended.
    async fn question(&self, id: AnswerId) -> Result<Option<String>, SharedError>;

    /// The events from number `from` on, as they come, until the last one; none for an answer that is
    /// not being written.
    async fn follow(&self, id: AnswerId, from: usize) -> Result<Option<Events>, SharedError>;

    /// It ended: from now on it is read from the ledger.
    async fn end(&self, id: AnswerId) -> Result<(), SharedError>;
}

/// Tells the processes elsewhere what happens to an answer here. Their memory being away costs their
/// readers the sight of it, and the answer nothing.
pub async fn mirror(replay: Arc<dyn Replay>, id: AnswerId, question: String, mut events: Events) {
    let told = async {
        replay.begin(id, &question).await?;
        while let Some((_, event)) = events.next().await {
            replay.push(id, &event).await?;
        }
        replay.end(id).await
    };
    if let Err(error) = told.await {
        tracing::warn!(answer = %id, %error, "readers elsewhere cannot follow this answer");
    }
}

#[async_trait]
impl Replay for LiveAnswers {
    async fn begin(&self, id: AnswerId, question: &str) -> Result<(), SharedError> {
        Self::begin(self, id, question);
        Ok(())
    }

    async fn push(&self, id: AnswerId, event: &AnswerEvent) -> Result<(), SharedError> {
        if let Some(live) = self.get(id) {
            live.push(event.clone());
        }
        Ok(())
    }

    async fn question(&self, id: AnswerId) -> Result<Option<String>, SharedError> {
        Ok(self.get(id).map(|live| live.question().to_owned()))
    }

    async fn follow(&self, id: AnswerId, from: usize) -> Result<Option<Events>, SharedError> {
        Ok(self.get(id).map(|live| live.follow(from)))
    }

    async fn end(&self, id: AnswerId) -> Result<(), SharedError> {
        Self::end(self, id);
        Ok(())
    }
}

#[async_trait]
impl Replay for Redis {
    async fn begin(&self, id: AnswerId, question: &str) -> Result<(), SharedError> {
        let mut set = cmd("SET");
        set.arg(self.question_key(id)).arg(question).arg("EX").arg(KEPT.as_secs());
        self.run(&set).await
    }

    async fn push(&self, id: AnswerId, event: &AnswerEvent) -> Result<(), SharedError> {
        let text = serde_json::to_string(event)
            .map_err(|error| SharedError::Strange(error.to_string()))?;
        let keys = [self.events_key(id), self.question_key(id)];
        let mut push = self.script(PUSH, &keys);
        push.arg(text).arg(KEPT.as_secs());
        self.run(&push).await
    }

    async fn question(&self, id: AnswerId) -> Result<Option<String>, SharedError> {
        let mut get = cmd("GET");
        get.arg(self.question_key(id));
        self.run(&get).await
    }

    async fn follow(&self, id: AnswerId, from: usize) -> Result<Option<Events>, SharedError> {
        if self.question(id).await?.is_none() {
            return Ok(None);
        }
        let reader = Reader { redis: self.clone(), id, next: from, read: VecDeque::new() };
        Ok(Some(unfold(Some(reader), Reader::next).boxed()))
    }

    async fn end(&self, id: AnswerId) -> Result<(), SharedError> {
        // Who follows it has not read the end yet: the events stay a while, the answer is no longer
        // being written.
        let mut delete = cmd("DEL");
        delete.arg(self.question_key(id));
        self.run(&delete).await
    }
}

/// An event is added and both keys live on together.
const PUSH: &str = "
    redis.call('RPUSH', KEYS[1], ARGV[1])
    redis.call('EXPIRE', KEYS[1], ARGV[2])
    redis.call('EXPIRE', KEYS[2], ARGV[2])";

impl Redis {
    fn question_key(&self, id: AnswerId) -> String {
        self.key("question", &id.to_string())
    }

    fn events_key(&self, id: AnswerId) -> String {
        self.key("events", &id.to_string())
    }

    async fn events_from(
        &self,
        id: AnswerId,
        from: usize,
    ) -> Result<Vec<AnswerEvent>, SharedError> {
        let mut range = cmd("LRANGE");
        range.arg(self.events_key(id)).arg(from).arg(-1);
        let texts: Vec<String> = self.run(&range).await?;
        let parse = |text: &String| serde_json::from_str(text);
        texts
            .iter()
            .map(parse)
            .collect::<Result<_, _>>()
            .map_err(|error| SharedError::Strange(error.to_string()))
    }
}

/// Somebody who follows an answer elsewhere.
struct Reader {
    redis: Redis,
    id: AnswerId,
    /// Number of the first event in `read`.
    next: usize,
    read: VecDeque<AnswerEvent>,
}

impl Reader {
    async fn next(state: Option<Self>) -> Option<((u64, AnswerEvent), Option<Self>)> {
        let mut reader = state?;
        loop {
            if let Some(event) = reader.read.pop_front() {
                let number = reader.next as u64;
                reader.next += 1;
                let last = event.is_last();
                return Some(((number, event), (!last).then_some(reader)));
            }
            // In this order: an answer that ends in between is read to its end all the same.
            let writing = reader.redis.question(reader.id).await;
            match reader.redis.events_from(reader.id, reader.next).await {
                Ok(events) => reader.read.extend(events),
                Err(error) => {
                    tracing::warn!(answer = %reader.id, %error, "an answer can no longer be followed");
                    return None;
                }
            }
            if reader.read.is_empty() {
                // Ended, or its writer died: the ledger knows.
                if !matches!(writing, Ok(Some(_))) {
                    return None;
                }
                tokio::time::sleep(POLL).await;
            }
        }
    }
}
