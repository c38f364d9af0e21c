//! Who is served next, and who is turned away? A bounded line before the answers that are written at
//! once. A free place goes to the payer who holds the fewest, so that nobody's flood makes others
//! wait; whoever goes away leaves the line; whoever finds it full hears so before anything is reserved.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Answers whose times are remembered, to say how long the next one takes.
const TIMES_KEPT: usize = 64;
/// Seconds after which to try again are never said to be more.
const RETRY_SECONDS_MOST: u64 = 60;

/// How much at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Answers written at once.
    pub at_once: usize,
    /// Questions that may wait for a place.
    pub waiting: usize,
    /// Of one payer, written and waiting together.
    pub per_payer: usize,
    /// How long a question waits at most.
    pub wait: Duration,
}

/// Why a question was turned away. Nothing was reserved for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    /// The line is full, or a place did not come in time.
    Full {
        /// Seconds after which another try makes sense.
        retry_seconds: u64,
    },
    /// This payer has as many questions under way as one may have.
    TooMany {
        /// That many.
        most: usize,
    },
}

/// The line and the places.
#[derive(Debug, Clone)]
pub struct Queue {
    shared: Arc<Shared>,
}

/// The right to write one answer; it is free for the next when this is dropped.
#[derive(Debug)]
pub struct Place {
    shared: Arc<Shared>,
    payer: String,
}

#[derive(Debug)]
struct Shared {
    limits: QueueLimits,
    state: Mutex<State>,
    /// Answers being written; watched by who waits for the last one.
    running: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    running_of: HashMap<String, usize>,
    line: Vec<Waiting>,
    /// Tickets to whom a place was given and who have not taken it yet.
    called: HashSet<u64>,
    closed: bool,
    numbers: u64,
    times: VecDeque<Duration>,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    payer: String,
    call: oneshot::Sender<()>,
}

/// One who waits; whoever drops it leaves the line, or the place that was just given.
struct Ticket<'a> {
    shared: &'a Arc<Shared>,
    number: u64,
    payer: String,
}

impl Queue {
    /// An empty line.
    pub fn new(limits: QueueLimits) -> Self {
        let (state, running) = (Mutex::default(), watch::Sender::new(0));
        Self { shared: Arc::new(Shared { limits, state, running }) }
    }

    /// A place for `payer`, as soon as it is their turn. Dropping the future leaves the line.
    pub async fn enter(&self, payer: &str) -> Result<Place, TurnedAway> {
        let Some((ticket, called)) = self.shared.join(payer)? else {
            return Ok(self.shared.place(payer));
        };
        match tokio::time::timeout(self.shared.limits.wait, called).await {
            Ok(Ok(())) => Ok(ticket.redeem()),
            _ => {
                let away = self.shared.state().full(&self.shared.limits);
                Err(away)
            }
        }
    }

    /// An answer took this long.
    pub fn took(&self, time: Duration) {
        let mut state = self.shared.state();
        if state.times.len() == TIMES_KEPT {
            state.times.pop_front();
        }
        state.times.push_back(time);
    }

    /// How long an answer takes, by the middle of the last ones; `None` before the first.
    pub fn usual_time(&self) -> Option<Duration> {
        self.shared.state().usual_time()
    }

    /// Answers being written now.
    pub fn running(&self) -> usize {
        self.shared.state().running
    }

    /// Questions that wait for a place.
    pub fn waiting(&self) -> usize {
        self.shared.state().line.len()
    }

    /// Turns everybody away from now on, and waits until the last answer is written.
    pub async fn close(&self) {
        {
            let mut state = self.shared.state();
            state.closed = true;
            state.line.clear();
        }
        let mut running = self.shared.running.subscribe();
        // The sender lives as long as `self`.
        let _ = running.wait_for(|running| *running == 0).await;
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // No step of these is left half done by a panic: nothing in them can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place (`None`), or stands in line.
    fn join(
        self: &Arc<Self>,
        payer: &str,
    ) -> Result<Option<(Ticket<'_>, oneshot::Receiver<()>)>, TurnedAway> {
        let mut state = self.state();
        let waiting_of = state.line.iter().filter(|one| one.payer == payer).count();
        if state.running_of(payer) + waiting_of >= self.limits.per_payer {
            return Err(TurnedAway::TooMany { most: self.limits.per_payer });
        }
        if state.closed {
            return Err(state.full(&self.limits));
        }
        if state.running < self.limits.at_once && state.line.is_empty() {
            state.take(payer);
            self.running.send_replace(state.running);
            return Ok(None);
        }
        if state.line.len() >= self.limits.waiting {
            return Err(state.full(&self.limits));
        }
        state.numbers += 1;
        let (number, (call, called)) = (state.numbers, oneshot::channel());
        state.line.push(Waiting { number, payer: payer.to_owned(), call });
        let ticket = Ticket { shared: self, number, payer: payer.to_owned() };
        Ok(Some((ticket, called)))
    }

    fn place(self: &Arc<Self>, payer: &str) -> Place {
        Place { shared: Arc::clone(self), payer: payer.to_owned() }
    }

    /// Gives a place back and calls whoever is next.
    fn free(&self, payer: &str) {
        let mut state = self.state();
        state.give_back(payer);
        while state.running < self.limits.at_once
            && let Some(next) = state.next()
        {
            state.take(&next.payer);
            state.called.insert(next.number);
            // One who has gone gives it back when the ticket is dropped.
            let _ = next.call.send(());
        }
        self.running.send_replace(state.running);
    }
}

impl State {
    fn running_of(&self, payer: &str) -> usize {
        self.running_of.get(payer).copied().unwrap_or(0)
    }

    fn take(&mut self, payer: &str) {
        self.running += 1;
        *self.running_of.entry(payer.to_owned()).or_insert(0) += 1;
    }

    fn give_back(&mut self, payer: &str) {
        self.running -= 1;
        if let Some(count) = self.running_of.get_mut(payer) {
            *count -= 1;
            if *count == 0 {
                self.running_of.remove(payer);
            }
        }
    }

    /// The one whose payer holds the fewest places; of several the one who came first.
    fn next(&mut self) -> Option<Waiting> {
        let holds = |one: &Waiting| (self.running_of(&one.payer), one.number);
        let (at, _) = self.line.iter().enumerate().min_by_key(|(_, one)| holds(one))?;
        Some(self.line.remove(at))
    }

    fn usual_time(&self) -> Option<Duration> {
        let mut times: Vec<Duration> = self.times.iter().copied().collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    fn full(&self, limits: &QueueLimits) -> TurnedAway {
        let rounds = self.line.len().div_ceil(limits.at_once).max(1);
        let time = self.usual_time().unwrap_or(Duration::from_secs(3)).as_secs_f64();
        let seconds = (rounds as f64 * time).ceil() as u64;
        TurnedAway::Full { retry_seconds: seconds.clamp(1, RETRY_SECONDS_MOST) }
    }
}

impl Ticket<'_> {
    fn redeem(self) -> Place {
        self.shared.state().called.remove(&self.number);
        self.shared.place(&self.payer)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.line.retain(|one| one.number != self.number);
        let unused = state.called.remove(&self.number);
        drop(state);
        if unused {
            self.shared.free(&self.payer);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.free(&self.payer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn queue(at_once: usize, waiting: usize, per_payer: usize) -> Queue {
        Queue::new(QueueLimits { at_once, waiting, per_payer, wait: Duration::from_secs(5) })
    }

    #[tokio::test]
    async fn a_free_place_goes_to_whoever_holds_the_fewest() {
        let queue = queue(2, 9, 9);
        let first = queue.enter("flood").await.expect("free");
        let second = queue.enter("flood").await.expect("free");
        let mut third = Box::pin(queue.enter("flood"));
        let mut other = Box::pin(queue.enter("other"));
        assert!(third.as_mut().now_or_never().is_none());
        assert!(other.as_mut().now_or_never().is_none());
        drop(first);
        assert!(third.as_mut().now_or_never().is_none(), "came first, and holds one already");
        let place = other.as_mut().now_or_never().expect("its turn").expect("a place");
        drop(second);
        third.await.expect("then the flood's");
        drop(place);
        queue.close().now_or_never().expect("nobody is left");
    }

    #[tokio::test]
    async fn a_full_line_turns_away_and_so_does_one_payers_measure() {
        let queue = queue(1, 1, 2);
        let place = queue.enter("a").await.expect("free");
        let mut waiting = Box::pin(queue.enter("a"));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert_eq!(queue.enter("a").await.err(), Some(TurnedAway::TooMany { most: 2 }));
        let full = queue.enter("b").await.err();
        assert!(matches!(full, Some(TurnedAway::Full { retry_seconds: 1..=60 })), "{full:?}");
        drop(place);
        waiting.await.expect("its turn");
    }

    #[tokio::test]
    async fn the_usual_time_is_that_of_the_last_answers() {
        let queue = queue(2, 9, 9);
        assert_eq!(queue.usual_time(), None);
        (0..100).for_each(|seconds| queue.took(Duration::from_secs(seconds)));
        assert_eq!(queue.usual_time(), Some(Duration::from_secs(68)));
        let _places =
            [queue.enter("a").await.expect("free"), queue.enter("a").await.expect("free")];
        let state = queue.shared.state();
        assert_eq!(state.full(&queue.shared.limits), TurnedAway::Full { retry_seconds: 60 });
    }

    #[tokio::test]
    async fn who_goes_away_leaves_line_and_place() {
        let queue = queue(1, 2, 9);
        let place = queue.enter("a").await.expect("free");
        let mut gone = Box::pin(queue.enter("b"));
        let mut called = Box::pin(queue.enter("c"));
        assert!(gone.as_mut().now_or_never().is_none());
        assert!(called.as_mut().now_or_never().is_none());
        drop(gone);
        // Called, but gone before it heard.
        drop(place);
        drop(called);
        queue.enter("d").now_or_never().expect("at once").expect("everything is free");
        queue.close().now_or_never().expect("nobody is left");
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let wait = Duration::from_millis(20);
        let queue = Queue::new(QueueLimits { at_once: 1, waiting: 2, per_payer: 9, wait });
        let place = queue.enter("a").await.expect("free");
        let late = queue.enter("b").await.err();
        assert!(matches!(late, Some(TurnedAway::Full { .. })));
        drop(place);
        assert!(queue.shared.state().line.is_empty());
        queue.enter("c").await.expect("free again");
    }

    #[tokio::test]
    async fn a_closed_line_serves_nobody_and_waits_for_the_last() {
        let queue = queue(1, 2, 9);
        let place = queue.enter("a").await.expect("free");
        let mut waiting = Box::pin(queue.enter("b"));
        assert!(waiting.as_mut().now_or_never().is_none());
        let mut closing = Box::pin(queue.close());
        assert!(closing.as_mut().now_or_never().is_none());
        assert!(waiting.as_mut().now_or_never().expect("heard at once").is_err());
        drop(place);
        closing.now_or_never().expect("the last has ended");
        assert!(matches!(queue.enter("c").await, Err(TurnedAway::Full { .. })));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn never_more_at_once_than_there_are_places_and_all_are_served() {
        let queue = queue(3, 200, 200);
        let most = Arc::new(Mutex::new((0usize, 0usize)));
        let asked: Vec<_> = (0..60)
            .map(|number| {
                let (queue, most) = (queue.clone(), Arc::clone(&most));
                tokio::spawn(async move {
                    let _place =
                        queue.enter(&format!("payer {}", number % 4)).await.expect("served");
                    let count = |step: isize| {
                        let mut most = most.lock().expect("whole");
                        most.0 = most.0.checked_add_signed(step).expect("never below none");
                        most.1 = most.1.max(most.0);
                    };
                    count(1);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    count(-1);
                })
            })
            .collect();
        for one in asked {
            one.await.expect("no panic");
        }
        assert!((1..=3).contains(&most.lock().expect("whole").1));
        queue.close().await;
    }
}
