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
pub mod kept;
pub mod live;
pub mod model_name;
mod necessity;
mod next;
mod payer;
pub mod present;
pub mod question;
pub mod queue;
mod record;
mod retrieved;
mod routing;
pub mod sources;
mod stored;
mod terms;
pub mod trial;
mod write;

pub use answer::{Answer, Outcome};
pub use error::AskError;
pub use event::AnswerEvent;
pub use find::question_vector;
pub use payer::Payer;
pub use question::{Question, QuestionError};
pub(crate) use record::request_bytes;
pub use stored::{ERASED, View, answer, events};
pub(crate) use terms::{now, tariff, usage_most};

use crate::app::App;
use caps::Taken;
pub use conclude::{NO_SOURCE, TOO_LITTLE};
use conclude::{abandon, conclude};
use footnote_domain::id::{AnswerId, DatanetId, Digest};
use footnote_domain::money::Nano;
use footnote_generator::adapter::alias::AliasName;
use footnote_ledger::{Begin, Begun, Hold};
use footnote_retriever::Generation;
use live::LiveAnswer;
use queue::Place;
use record::Terms;
use routing::Routed;
use std::sync::Arc;
use std::time::{Duration, Instant};
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
    /// The adapters that shall write, by name; none for the service's own answer.
    pub adapters: Vec<AliasName>,
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
    /// Whose purse it comes out of.
    pub payer: Payer,
}

impl Caller {
    /// Whose questions wait together, whose keys are told apart, and whose an answer is.
    pub fn scope(&self) -> String {
        self.payer.scope(self.session.as_deref().unwrap_or(&self.ip))
    }
}

/// One question on its way.
struct Job {
    id: AnswerId,
    request: AskRequest,
    generation: Arc<Generation>,
    hold: Hold,
    terms: Terms,
    routed: Vec<Routed>,
    live: Arc<LiveAnswer>,
    taken: Taken,
    started: Instant,
    _place: Place,
}

/// Reserves the price and begins the answer in a task of its own; returns its id at once. A key that
/// was used before for the same question returns the answer of then.
pub async fn start(app: &Arc<App>, request: AskRequest) -> Result<AnswerId, AskError> {
    // Before anything is reserved; whoever hangs up leaves the line.
    let place = app.queue.enter(&request.caller.scope()).await?;
    // A caller who hangs up must not leave a reservation behind that nobody works on.
    let reserving = tokio::spawn(reserve(Arc::clone(app), request, place));
    reserving.await.unwrap_or_else(|error| Err(AskError::Broken(error.to_string())))
}

async fn reserve(app: Arc<App>, request: AskRequest, place: Place) -> Result<AnswerId, AskError> {
    let generation = app.shelf.current().ok_or(AskError::NotReady)?;
    let terms = terms::of(&app, &generation, &request).await?;
    let routed = routing::named(&app, &request)?;
    let price = app.price_at_most();
    let taken = take(&app, &request.caller, terms.time / 86_400, price)?;
    let id = AnswerId(rand::random());
    // Before the reservation: whoever comes with the same key a moment later finds it alive.
    let live = app.live.begin(id, request.question.text());
    let begin = begin(&app, &request, &terms, id, price);
    let begun = match request.caller.payer {
        Payer::Key { used, .. } => app.ledger.begin_by_key(begin, used).await,
        Payer::Guest | Payer::Account(_) => app.ledger.begin(begin).await,
    };
    if let Ok(Begun::Held(hold)) = begun {
        let started = Instant::now();
        let _place = place;
        let job =
            Job { id, request, generation, hold, terms, routed, live, taken, started, _place };
        tokio::spawn(conduct(Arc::clone(&app), Arc::new(job)));
        return Ok(id);
    }
    app.live.end(id);
    app.caps.give_back(&taken, price);
    match begun? {
        Begun::Held(hold) => Ok(hold.answer),
        Begun::Finished { answer } | Begun::Running { answer } => Ok(answer),
    }
}

/// Guests have a gift of their own each; everybody else pays, and the ledger alone says how much.
fn take(app: &App, caller: &Caller, day: u64, price: Nano) -> Result<Taken, AskError> {
    if caller.payer != Payer::Guest {
        return Ok(Taken::default());
    }
    let taken = app.caps.take(&caller.ip, caller.session.as_deref(), day, price);
    taken.map_err(AskError::CapReached)
}

fn begin(app: &App, request: &AskRequest, terms: &Terms, answer: AnswerId, amount: Nano) -> Begin {
    let caller = &request.caller;
    let guest = caller.payer == Payer::Guest;
    Begin {
        scope: caller.scope(),
        key: request.key.clone().unwrap_or_else(|| answer.to_string()),
        // The same words after another question are another question.
        request_hash: Digest::of(&[&terms.request]),
        answer,
        payer: caller.payer.account(),
        amount,
        daily_cap: guest.then_some(app.config.promotion_per_day),
        expires_at: terms.time + app.config.answer_seconds + HOLD_GRACE_SECONDS,
    }
}

/// Sees a job through to its end: an answer, or nothing charged; even when its work panics.
async fn conduct(app: Arc<App>, job: Arc<Job>) {
    let working = tokio::spawn(work(Arc::clone(&app), Arc::clone(&job)));
    let finished = working.await.unwrap_or_else(|error| Err(AskError::Broken(error.to_string())));
    let last = match finished {
        Ok(answer) => {
            app.queue.took(job.started.elapsed());
            AnswerEvent::Done { answer: Box::new(answer) }
        }
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
