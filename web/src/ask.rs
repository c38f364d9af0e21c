//! From a question to a cited, charged answer, as one recipe: reserve, search, write, attribute,
//! record. Pages, API and command line call [`start`] and follow [`events`]; none of them does
//! anything of this on its own.

pub mod answer;
pub mod caps;
mod compose;
pub mod error;
pub mod evidence;
pub mod live;
pub mod present;
pub mod question;
mod record;
pub mod sources;
mod terms;

pub use answer::{Answer, AnswerEvent, Outcome};
pub use error::AskError;
pub use question::{Question, QuestionError};
pub(crate) use terms::now;

use crate::app::App;
use answer::Timings;
use compose::Composition;
use evidence::Asked;
use footnote_domain::embed::quantise;
use footnote_domain::id::{AnswerId, DatanetId};
use footnote_domain::money::Usage;
use footnote_generator::{Event, Request};
use footnote_ledger::{AnswerState, Begin, Begun, Capture, Hold, LedgerError};
use footnote_retriever::{Generation, Query};
use futures::stream::{BoxStream, StreamExt};
use live::LiveAnswer;
use record::Terms;
use sources::Sources;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;

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
    started: Instant,
    _place: OwnedSemaphorePermit,
}

/// What an answer rests on, once it is written.
struct Written {
    sources: Arc<Sources>,
    composition: Composition,
    asked: Arc<Asked>,
    usage: Usage,
    refused: bool,
    judged_meaning: bool,
    timings: Timings,
}

/// Reserves the price and begins the answer in a task of its own; returns its id at once. A key that
/// was used before for the same question returns the answer of then.
pub async fn start(app: &Arc<App>, request: AskRequest) -> Result<AnswerId, AskError> {
    let generation = app.shelf.current().ok_or(AskError::NotReady)?;
    let place = Arc::clone(&app.places).try_acquire_owned();
    let place = place.map_err(|_| AskError::Busy(app.config.answers_at_once))?;
    let terms = terms::of(app, &generation, &request).await?;
    let price =
        terms.tariff.price(Usage::default()).map_err(|e| AskError::Broken(e.to_string()))?;
    let Caller { ip, session } = &request.caller;
    app.caps
        .take(ip, session.as_deref(), terms.time / 86_400, price)
        .map_err(AskError::CapReached)?;
    let id = AnswerId(rand::random());
    match app.ledger.begin(begin(app, &request, &terms, id, price)).await {
        Ok(Begun::Held(hold)) => {
            let live = app.live.begin(id, request.question.text());
            let started = Instant::now();
            let job = Job { id, request, generation, hold, terms, live, started, _place: place };
            tokio::spawn(conduct(Arc::clone(app), job));
            Ok(id)
        }
        Ok(Begun::Finished { answer } | Begun::Running { answer }) => {
            app.caps.give_back(ip, session.as_deref(), price);
            Ok(answer)
        }
        Err(error) => {
            app.caps.give_back(ip, session.as_deref(), price);
            Err(error.into())
        }
    }
}

fn begin(
    app: &App,
    request: &AskRequest,
    terms: &Terms,
    answer: AnswerId,
    amount: footnote_domain::money::Nano,
) -> Begin {
    let Caller { ip, session } = &request.caller;
    Begin {
        scope: format!("guest {}", session.as_deref().unwrap_or(ip)),
        key: request.key.clone().unwrap_or_else(|| answer.to_string()),
        request_hash: footnote_domain::id::Digest::of(&[&terms.request]),
        answer,
        payer: footnote_ledger::Account::Promotion,
        amount,
        daily_cap: Some(app.config.promotion_per_day),
        expires_at: terms.time + app.config.answer_seconds + HOLD_GRACE_SECONDS,
    }
}

/// Sees a job through to its end: an answer, or nothing charged.
async fn conduct(app: Arc<App>, job: Job) {
    let limit = Duration::from_secs(app.config.answer_seconds);
    let written = tokio::time::timeout(limit, write(&app, &job)).await;
    let finished = match written {
        Ok(Ok(written)) => conclude(&app, &job, written).await,
        Ok(Err(error)) => Err(error),
        Err(_) => Err(AskError::TimedOut(app.config.answer_seconds)),
    };
    let last = match finished {
        Ok(answer) => AnswerEvent::Done { answer: Box::new(answer) },
        Err(error) => abandon(&app, &job, &error).await,
    };
    job.live.push(last);
    app.live.end(job.id);
}

/// Search, then sentences, each bound to what supports it as soon as it is there.
async fn write(app: &Arc<App>, job: &Job) -> Result<Written, AskError> {
    job.live
        .push(AnswerEvent::Searching { datanets: app.datanets_searched(&job.request.datanets) });
    let (sources, asked, vector) = find(app, job).await?;
    let (sources, asked) = (Arc::new(sources), Arc::new(asked));
    let mut timings = Timings { searched_ms: elapsed(job), ..Timings::default() };
    let results = present::search_results(&job.generation, &sources.hits);
    job.live.push(AnswerEvent::Reading { results });
    let mut events = app.backend.generate(prompt(app, job, &sources, vector)).await?;
    timings.read_ms = elapsed(job);
    let mut composition = Composition::default();
    let (mut usage, mut refused, mut judged_meaning) = (Usage::default(), false, false);
    while let Some(event) = events.next().await {
        match event? {
            Event::Sentence { text, quoted, paragraph_break_before } => {
                let knows = quoted.is_some_and(|quoted| {
                    let document = &job.generation.documents()[quoted.document as usize];
                    app.knows(document.language)
                });
                let vector = sentence_vector(app, job, &text, quoted, knows).await?;
                judged_meaning |= vector.is_some() && asked.vector.is_some();
                let supports = support(job, &sources, &asked, text.clone(), vector).await?;
                let index = u32::try_from(composition.sentences.len()).expect("few sentences");
                let (sentence, citations) =
                    composition.add(&job.generation, text, paragraph_break_before, supports)?;
                if index == 0 {
                    timings.first_sentence_ms = elapsed(job);
                }
                job.live.push(AnswerEvent::Sentence { index, sentence, citations });
            }
            Event::Delta { .. } => {
                return Err(AskError::Broken(
                    "a model's text needs a backend that is not built".into(),
                ));
            }
            Event::Refused { .. } => refused = true,
            // Extractive answers read and write no model's tokens; the tariff counts those only.
            Event::Done { .. } => usage = Usage::default(),
        }
    }
    timings.answered_ms = elapsed(job);
    Ok(Written { sources, composition, asked, usage, refused, judged_meaning, timings })
}

fn elapsed(job: &Job) -> u64 {
    u64::try_from(job.started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The best passages and their owners' sentences, on a blocking thread.
async fn find(app: &Arc<App>, job: &Job) -> Result<(Sources, Asked, Option<Vec<f32>>), AskError> {
    let app = Arc::clone(app);
    let generation = Arc::clone(&job.generation);
    let request = job.request.clone();
    let owners_most = job.terms.constants.owners_most as usize;
    blocking(move || {
        let question = &request.question;
        let vector = app.embed_question(&generation, question)?;
        let query = Query {
            text: question.text().to_owned(),
            language: question.language(),
            vector: vector.clone(),
            datanets: request.datanets,
            limit: app.config.passages * 3,
        };
        let hits = generation.search(&query)?;
        let sources = sources::gather(&generation, &hits, app.config.passages, owners_most);
        let asked = Asked {
            tokens: footnote_domain::attribution::units::question_tokens(question.text()),
            vector: vector.as_deref().map(quantise),
        };
        Ok((sources, asked, vector))
    })
    .await
}

fn prompt(app: &App, job: &Job, sources: &Sources, vector: Option<Vec<f32>>) -> Request {
    Request {
        question: job.request.question.text().to_owned(),
        language: job.request.question.language(),
        question_vector: vector,
        sources: sources.passages.clone(),
        max_sentences: app.config.sentences_max,
        idf: job.generation.shared_unigrams(),
    }
}

/// The sentence's vector: that of the quote, or computed; none where meaning cannot be judged.
async fn sentence_vector(
    app: &Arc<App>,
    job: &Job,
    text: &str,
    quoted: Option<footnote_domain::corpus::SentenceRef>,
    knows: bool,
) -> Result<Option<Vec<i8>>, AskError> {
    if !knows || !job.generation.has_vectors() {
        return Ok(None);
    }
    if let Some(vector) = quoted.and_then(|quoted| job.generation.sentence_vector(quoted)) {
        return Ok(Some(vector.to_vec()));
    }
    let (app, text) = (Arc::clone(app), text.to_owned());
    blocking(move || Ok(app.embed(&text)?.as_deref().map(quantise))).await
}

async fn support(
    job: &Job,
    sources: &Arc<Sources>,
    asked: &Arc<Asked>,
    text: String,
    vector: Option<Vec<i8>>,
) -> Result<std::collections::BTreeMap<footnote_domain::id::ContentHash, evidence::Support>, AskError>
{
    let (generation, sources, asked) =
        (Arc::clone(&job.generation), Arc::clone(sources), Arc::clone(asked));
    let constants = job.terms.constants;
    blocking(move || {
        let found = evidence::of_sentence(
            &generation,
            &sources,
            &asked,
            &text,
            vector.as_deref(),
            &constants,
        );
        found.map_err(|error| AskError::Broken(error.to_string()))
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AskError> + Send + 'static,
) -> Result<T, AskError> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .unwrap_or_else(|error| Err(AskError::Broken(error.to_string())))
}

/// Shares, money, receipt: the answer is stored and charged in one step, or voided.
async fn conclude(app: &App, job: &Job, written: Written) -> Result<Answer, AskError> {
    let Written { sources, composition, asked, .. } = &written;
    let mut terms = job.terms.clone();
    terms.estimator = terms::estimator(written.judged_meaning);
    let nothing = written.refused || composition.sentences.is_empty();
    if nothing {
        let answer = finish(app, job, &written, Outcome::Refused, None)?;
        return void(app, job, answer, "no source answers the question").await;
    }
    let verdict = record::judge(&job.generation, sources, composition, asked, &terms.constants);
    if record::outcome(verdict.attribution.total_ppm, &terms.constants) == Outcome::Unsupported {
        let answer = finish(app, job, &written, Outcome::Unsupported, None)?;
        return void(app, job, answer, "the sources support too little of the answer").await;
    }
    let money = verdict.settle(&terms, written.usage)?;
    let answer = finish(app, job, &written, Outcome::Answered, Some((&verdict, &money)))?;
    let receipt = verdict.draft(&terms, &job.hold, written.usage, &money, &answer);
    let capture = Capture {
        hold: job.hold.id,
        receipt,
        body: body(&answer)?,
        lines: verdict.line_details(&money),
    };
    app.ledger.capture(capture).await?;
    Ok(answer)
}

fn body(answer: &Answer) -> Result<Vec<u8>, AskError> {
    serde_json::to_vec(answer).map_err(|error| AskError::Broken(error.to_string()))
}

/// A refusal is an answer too: stored, readable by its id, free of charge.
async fn void(app: &App, job: &Job, answer: Answer, reason: &str) -> Result<Answer, AskError> {
    let body = Some(body(&answer)?);
    app.ledger
        .void(job.hold.id, footnote_ledger::Outcome { body, reason: reason.to_owned() })
        .await?;
    give_back(app, job, answer.price.gross);
    Ok(answer)
}

fn give_back(app: &App, job: &Job, amount: footnote_domain::money::Nano) {
    let Caller { ip, session } = &job.request.caller;
    app.caps.give_back(ip, session.as_deref(), amount);
}

/// The stored answer.
fn finish(
    app: &App,
    job: &Job,
    written: &Written,
    outcome: Outcome,
    paid: Option<(&record::Verdict<'_>, &footnote_domain::money::Settlement)>,
) -> Result<Answer, AskError> {
    let broken = |error: footnote_domain::money::AmountError| AskError::Broken(error.to_string());
    let gross = job.terms.tariff.price(written.usage).map_err(broken)?;
    let composition = &written.composition;
    let funding = job.terms.funding;
    let (sentences, attribution, residual_ppm, price) = match paid {
        None => {
            let free = record::free(job.hold.amount, gross, funding);
            (composition.sentences.clone(), Vec::new(), 1_000_000, free)
        }
        Some((verdict, money)) => (
            record::weigh(&composition.sentences, &verdict.units),
            verdict.shares(composition, money),
            verdict.attribution.residual_ppm(),
            record::price(job.hold.amount, money, funding)?,
        ),
    };
    Ok(Answer {
        id: job.id,
        question: job.request.question.text().to_owned(),
        language: job.request.question.language(),
        outcome,
        created: job.terms.time,
        backend: job.terms.backend.clone(),
        sentences,
        citations: composition.citations.clone(),
        search_results: present::search_results(&job.generation, &written.sources.hits),
        attribution,
        residual_ppm,
        price,
        receipt: paid.map(|_| format!("/v1/receipts/{}", job.id)),
        timings: written.timings,
        datanets_searched: app.datanets_searched(&job.request.datanets),
        generation: job.generation.root_digest(),
        next_questions: app.next_questions(
            &job.generation,
            &written.sources,
            &job.request.question,
        ),
        salts: job.terms.salts.clone(),
    })
}

/// Gives everything back. If the money was taken after all (a capture whose confirmation got lost),
/// the stored answer is what counts.
async fn abandon(app: &App, job: &Job, error: &AskError) -> AnswerEvent {
    tracing::warn!(answer = %job.id, code = error.code(), %error, "answer given up");
    let outcome = footnote_ledger::Outcome { body: None, reason: error.code().to_owned() };
    match app.ledger.void(job.hold.id, outcome).await {
        Err(LedgerError::AlreadyCaptured(_)) => {
            if let Ok(Some(View::Finished(answer))) = answer(app, job.id).await {
                return AnswerEvent::Done { answer };
            }
        }
        Err(other) => {
            // The sweeper voids the hold when it expires.
            tracing::error!(answer = %job.id, error = %other, "hold could not be voided");
        }
        Ok(()) => give_back(app, job, job.hold.amount),
    }
    AnswerEvent::Failed { code: error.code().to_owned(), message: error.to_string() }
}

/// An answer as it stands.
#[derive(Debug, Clone)]
pub enum View {
    /// Stored.
    Finished(Box<Answer>),
    /// Being written.
    Running,
    /// Given up; nothing was charged.
    Voided {
        /// Why.
        reason: String,
    },
}

/// Reads an answer by its id; `None` when there is none.
pub async fn answer(app: &App, id: AnswerId) -> Result<Option<View>, AskError> {
    let Some(stored) = app.ledger.answer(id).await? else { return Ok(None) };
    if let Some(body) = stored.body {
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|error| AskError::Broken(format!("answer {id} cannot be read: {error}")))?;
        return Ok(Some(View::Finished(Box::new(answer))));
    }
    Ok(Some(match stored.state {
        AnswerState::Running => View::Running,
        AnswerState::Captured | AnswerState::Voided => View::Voided {
            reason: stored.reason.unwrap_or_else(|| "it was interrupted".to_owned()),
        },
    }))
}

/// The events of an answer after number `after`, live or as they were; ends with the last one.
pub async fn events(
    app: &Arc<App>,
    id: AnswerId,
    after: Option<u64>,
) -> Result<BoxStream<'static, (u64, AnswerEvent)>, AskError> {
    let from =
        after.map_or(0, |after| usize::try_from(after).unwrap_or(usize::MAX).saturating_add(1));
    if let Some(live) = app.live.get(id) {
        return Ok(live.follow(from));
    }
    let events = match answer(app, id).await? {
        None => return Err(AskError::UnknownAnswer(id)),
        Some(View::Finished(answer)) => answer.replay(),
        Some(View::Running) => {
            // Ended between the two looks, or run by another process: the reader tries again.
            return Err(AskError::NotReady);
        }
        Some(View::Voided { reason }) => {
            let message = format!("the answer was given up ({reason}); nothing was charged");
            vec![AnswerEvent::Failed { code: "voided".into(), message }]
        }
    };
    let numbered = (0u64..).zip(events).skip(from).collect::<Vec<_>>();
    Ok(futures::stream::iter(numbered).boxed())
}
