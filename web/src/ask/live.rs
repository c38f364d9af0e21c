//! What has happened so far to the answers that are being written? Readers may come, leave and come
//! back: every event keeps its number, and a late reader gets all of them.

use super::event::AnswerEvent;
use footnote_domain::id::AnswerId;
use futures::stream::{BoxStream, StreamExt, unfold};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The answers being written, by id. Bounded by the number of answers made at once.
#[derive(Debug, Default, Clone)]
pub struct LiveAnswers {
    answers: Arc<Mutex<HashMap<AnswerId, Arc<LiveAnswer>>>>,
}

/// One answer being written.
#[derive(Debug)]
pub struct LiveAnswer {
    question: String,
    events: Mutex<Vec<AnswerEvent>>,
    count: watch::Sender<usize>,
    stopped: watch::Sender<bool>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves a list of events, which is whole after every push.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LiveAnswers {
    /// Begins an answer.
    pub fn begin(&self, id: AnswerId, question: &str) -> Arc<LiveAnswer> {
        let live = Arc::new(LiveAnswer {
            question: question.to_owned(),
            events: Mutex::new(Vec::new()),
            count: watch::Sender::new(0),
            stopped: watch::Sender::new(false),
        });
        locked(&self.answers).insert(id, Arc::clone(&live));
        live
    }

    /// Ends an answer: from now on it is read from the ledger.
    pub fn end(&self, id: AnswerId) {
        locked(&self.answers).remove(&id);
    }

    /// The answer, while it is being written.
    pub fn get(&self, id: AnswerId) -> Option<Arc<LiveAnswer>> {
        locked(&self.answers).get(&id).cloned()
    }
}

impl LiveAnswer {
    /// What was asked.
    pub fn question(&self) -> &str {
        &self.question
    }

    /// Asks whoever writes it to end at the last complete sentence.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// Whether it was asked to end.
    pub fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Comes back once it is asked to end.
    pub async fn stopped(&self) {
        // The sender lives in `self`, so waiting fails never.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Adds an event and wakes the readers.
    pub fn push(&self, event: AnswerEvent) {
        let mut events = locked(&self.events);
        events.push(event);
        self.count.send_replace(events.len());
    }

    fn event(&self, at: usize) -> Option<AnswerEvent> {
        locked(&self.events).get(at).cloned()
    }

    /// Whether nothing will ever have number `at`.
    fn ended_before(&self, at: usize) -> bool {
        let events = locked(&self.events);
        events.len() <= at && events.last().is_some_and(AnswerEvent::is_last)
    }

    /// The events from number `from` on, with their numbers, as they come; ends with the last one.
    pub fn follow(self: Arc<Self>, from: usize) -> BoxStream<'static, (u64, AnswerEvent)> {
        let count = self.count.subscribe();
        unfold(Some((self, count, from)), |state| async move {
            let (live, mut count, at) = state?;
            if live.ended_before(at) {
                return None;
            }
            // The sender lives in `live`, so waiting fails never.
            count.wait_for(|count| *count > at).await.ok()?;
            let event = live.event(at)?;
            let next = (!event.is_last()).then_some((live, count, at + 1));
            Some(((at as u64, event), next))
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> AnswerEvent {
        AnswerEvent::Failed { code: "x".into(), message: "y".into() }
    }

    #[tokio::test]
    async fn late_and_returning_readers_get_every_event_once() {
        let answers = LiveAnswers::default();
        let id = AnswerId([1; 16]);
        let live = answers.begin(id, "why?");
        live.push(AnswerEvent::Searching { datanets: 1 });
        let early = Arc::clone(&live).follow(0);
        let returning = Arc::clone(&live).follow(1);
        live.push(AnswerEvent::Reading { results: vec![] });
        live.push(failed());
        let late = answers.get(id).expect("still live").follow(0);
        let numbers = |events: Vec<(u64, AnswerEvent)>| -> Vec<u64> {
            events.into_iter().map(|(number, _)| number).collect()
        };
        assert_eq!(numbers(early.collect().await), [0, 1, 2]);
        assert_eq!(numbers(late.collect().await), [0, 1, 2]);
        assert_eq!(numbers(returning.collect().await), [1, 2]);
        let beyond = answers.get(id).expect("still live").follow(3);
        assert!(numbers(beyond.collect().await).is_empty());
        answers.end(id);
        assert!(answers.get(id).is_none());
    }
}
