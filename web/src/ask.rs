//! From a question to a cited, charged answer, as one recipe: reserve, search, write, attribute,
//! record. Pages, API and command line call [`start`] and follow [`events`]; none of them does
//! anything of this on its own.

pub mod answer;
pub mod caps;
mod compose;
mod conclude;
pub mod error;
pub mod event;
pub mod evidence;
mod find;
pub mod live;
mod next;
pub mod present;
pub mod question;
mod record;
mod retrieved;
pub mod sources;
mod stored;
mod terms;
pub mod trial;
mod write;

pub use answer::{Answer, Outcome};
pub use error::AskError;
pub use event::AnswerEvent;
pub use find::question_vector;
pub use question::{Question, QuestionError};
pub use stored::{View, answer, events};
pub(crate) use terms::{now, tariff, usage_most};

use crate::app::App;
use crate::shared::mirror;
use caps::Taken;
use conclude::{abandon, conclude};
use footnote_domain::id::{AnswerId, DatanetId, Digest};
use footnote_domain::money::Nano;
use footnote_ledger::{Account, Begin, Begun, Hold};
use footnote_retriever::Generation;
use live::LiveAnswer;
use record::Terms;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use write::write;

/// Seconds that a hold outlives the longest answer, so that the sweeper never meets a live one.
const HOLD_GRACE_SECONDS: u64 = 60;

/// A question and who asks it.
#[derive(Debug, Clone)]
pub struct AskRequest {
    /// The question.
    pub question: Question,
    /// The Datanets to ask; all when empty.
    pub datanets: Vec<DatanetId>,
    /// Who asks.
    pub caller: Caller,
    /// The caller's idempotency key: the same key and question give the same answer, charged once.
    pub key: Option<String>,
}

/// Who asks, as far as caps go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Address of the peer, or `cli`.
    pub ip: String,
    /// The browser's session, when it has one.
    pub session: Option<String>,
}

/// One question on its way.
struct Job {
    id: AnswerId,
    request: AskRequest,
    generation: Arc<Generation>,
    hold: Hold,
    terms: Terms,
    live: Arc<LiveAnswer>,
    taken: Taken,
    started: Instant,
    _place: OwnedSemaphorePermit,
}

/// Reserves the price and begins the answer in a task of its own; returns its id at once. A key that
/// was used before for the same question returns the answer of then.
pub async fn start(app: &Arc<App>, request: AskRequest) -> Result<AnswerId, AskError> {
    // A caller who hangs up must not leave a reservation behind that nobody works on.
    let reserving = tokio::spawn(reserve(Arc::clone(app), request));
    reserving.await.unwrap_or_else(|error| Err(AskError::Broken(error.to_string())))
}

async fn reserve(app: Arc<App>, request: AskRequest) -> Result<AnswerId, AskError> {
    let generation = app.shelf.current().ok_or(AskError::NotReady)?;
    let place = Arc::clone(&app.places).try_acquire_owned();
    let place = place.map_err(|_| AskError::Busy(app.config.answers_at_once))?;
    let terms = terms::of(&app, &generation, &request).await?;
    let price = app.price_at_most();
    let Caller { ip, session } = request.caller.clone();
    let day = terms.time / 86_400;
    let taken = app.caps.take(&ip, session.as_deref(), day, price).await?;
    let id = AnswerId(rand::random());
    // Before the reservation: whoever comes with the same key a moment later finds it alive.
    let live = app.live.begin(id, request.question.text());
    let begun = app.ledger.begin(begin(&app, &request, &terms, id, price)).await;
    if let Ok(Begun::Held(hold)) = begun {
        show_elsewhere(&app, id, &live);
        let started = Instant::now();
        let job = Job { id, request, generation, hold, terms, live, taken, started, _place: place };
        tokio::spawn(conduct(Arc::clone(&app), Arc::new(job)));
        return Ok(id);
    }
    app.live.end(id);
    app.caps.give_back(&taken, price).await;
    match begun? {
        Begun::Held(hold) => Ok(hold.answer),
        Begun::Finished { answer } | Begun::Running { answer } => Ok(answer),
    }
}

/// Readers of other processes follow it too, where there is a memory that they share.
fn show_elsewhere(app: &App, id: AnswerId, live: &Arc<LiveAnswer>) {
    if app.shared.is_beyond_this_process() {
        let (replay, question) = (Arc::clone(&app.shared.replay), live.question().to_owned());
        tokio::spawn(mirror(replay, id, question, Arc::clone(live).follow(0)));
    }
}

fn begin(app: &App, request: &AskRequest, terms: &Terms, answer: AnswerId, amount: Nano) -> Begin {
    let Caller { ip, session } = &request.caller;
    Begin {
        scope: format!("guest {}", session.as_deref().unwrap_or(ip)),
        key: request.key.clone().unwrap_or_else(|| answer.to_string()),
        request_hash: Digest::of(&[&terms.request]),
        answer,
        payer: Account::Promotion,
        amount,
        daily_cap: Some(app.config.promotion_per_day),
        expires_at: terms.time + app.config.answer_seconds + HOLD_GRACE_SECONDS,
    }
}

/// Sees a job through to its end: an answer, or nothing charged; even when its work panics.
async fn conduct(app: Arc<App>, job: Arc<Job>) {
    let working = tokio::spawn(work(Arc::clone(&app), Arc::clone(&job)));
    let finished = working.await.unwrap_or_else(|error| Err(AskError::Broken(error.to_string())));
    let last = match finished {
        Ok(answer) => AnswerEvent::Done { answer: Box::new(answer) },
        Err(error) => abandon(&app, &job, &error).await,
    };
    job.live.push(last);
    app.live.end(job.id);
}

async fn work(app: Arc<App>, job: Arc<Job>) -> Result<Answer, AskError> {
    let seconds = app.config.answer_seconds;
    let written = tokio::time::timeout(Duration::from_secs(seconds), write(&app, &job)).await;
    conclude(&app, &job, written.map_err(|_| AskError::TimedOut(seconds))??).await
}
