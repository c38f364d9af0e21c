//! Search, then sentences, each bound to what supports it before anybody sees it.

use super::answer::Timings;
use super::compose::Composition;
use super::event::AnswerEvent;
use super::evidence::{self, Asked, Support};
use super::find::{blocking, datanets_searched, find};
use super::routing::{self, Routed};
use super::sources::{Sources, owner_of};
use super::{AskError, Job, Question, necessity, present, usage_most};
use crate::app::App;
use footnote_domain::corpus::SentenceRef;
use footnote_domain::embed::quantise;
use footnote_domain::id::ContentHash;
use footnote_domain::money::Usage;
use footnote_domain::text::{Language, tokens};
use footnote_generator::{Event, Request, SourceSentence};
use futures::{Stream, StreamExt};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an answer rests on, once it is written.
pub(super) struct Written {
    /// The question as it was understood.
    pub(super) question: Question,
    pub(super) sources: Arc<Sources>,
    pub(super) composition: Composition,
    pub(super) asked: Arc<Asked>,
    pub(super) usage: Usage,
    pub(super) refused: bool,
    pub(super) judged_meaning: bool,
    pub(super) timings: Timings,
    /// The adapters that wrote, with the part of each in ppm.
    pub(super) routed: Vec<Routed>,
    pub(super) parts: Vec<u32>,
}

/// Search, then sentences, each bound to what supports it as soon as it is there.
pub(super) async fn write(app: &Arc<App>, job: &Job) -> Result<Written, AskError> {
    let datanets = datanets_searched(&job.generation, &job.request.datanets);
    job.live.push(AnswerEvent::Searching { datanets });
    let question = meant(app, job).await;
    let (sources, asked, vector) = find(app, job, &question).await?;
    let (sources, asked) = (Arc::new(sources), Arc::new(asked));
    let mut timings = Timings { searched_ms: elapsed(job), ..Timings::default() };
    let results = present::search_results(&job.generation, sources.ranked());
    job.live.push(AnswerEvent::Reading { results });
    let routed = routing::of(app, job, &sources.passages)?;
    let experts = routing::experts(app, &routed).await?;
    let prompt = Request { adapters: experts, ..prompt(app, job, &question, &sources, vector) };
    let mut events = app.backend.generate(prompt.clone()).await?;
    timings.read_ms = elapsed(job);
    let mut composition = Composition::default();
    let (mut usage, mut refused, mut judged_meaning) = (Usage::default(), false, false);
    while let Some(event) = next(&mut events, job).await {
        match event? {
            Event::Sentence { text, quoted, paragraph_break_before } => {
                let knows = app.knows(language_of(job, &question, quoted));
                let vector = sentence_vector(app, job, &text, quoted, knows).await?;
                judged_meaning |= vector.is_some() && asked.vector.is_some();
                let mut supports = support(job, &sources, &asked, text.clone(), vector).await?;
                weigh_necessity(app, job, &prompt, &composition, &text, &mut supports).await?;
                let index = u32::try_from(composition.sentences.len()).expect("few sentences");
                let (sentence, citations) =
                    composition.add(&job.generation, text, paragraph_break_before, supports)?;
                if index == 0 {
                    timings.first_sentence_ms = elapsed(job);
                }
                job.live.push(AnswerEvent::Sentence { index, sentence, citations });
            }
            Event::Refused { .. } => refused = true,
            // Extractive answers read and write no model's tokens; the tariff counts those only.
            Event::Done { .. } if !app.priced_by_tokens() => {}
            Event::Done { usage: took } => {
                usage = Usage { tokens_in: took.tokens_in, tokens_out: took.tokens_out };
            }
        }
    }
    if job.live.is_stopped() {
        if composition.sentences.is_empty() {
            return Err(AskError::Stopped);
        }
        usage = usage_so_far(app, &prompt, &composition);
    }
    timings.answered_ms = elapsed(job);
    let parts = routing::parts(app, &prompt, &so_far(&composition)).await?;
    Ok(Written {
        question,
        sources,
        composition,
        asked,
        usage,
        refused,
        judged_meaning,
        timings,
        routed,
        parts,
    })
}

/// The question as the backend understands it after those before it; where it cannot tell, by the rule.
async fn meant(app: &App, job: &Job) -> Question {
    let question = job.request.question.clone();
    if question.earlier().is_empty() {
        return question;
    }
    match app.backend.in_context(question.earlier(), question.text()).await {
        Ok(Some(meant)) => question.meaning(meant),
        Ok(None) => question,
        Err(error) => {
            tracing::warn!(%error, "the model did not say what a follow-up means; the rule does");
            question
        }
    }
}

/// The next event; none once the reader has stopped the answer. Dropping the stream ends the backend's
/// work.
async fn next<S>(events: &mut S, job: &Job) -> Option<S::Item>
where
    S: Stream + Unpin,
{
    tokio::select! {
        biased;
        () = job.live.stopped() => None,
        event = events.next() => event,
    }
}

/// What a model took until it was stopped: it never told, so words are counted, up to what was reserved.
fn usage_so_far(app: &App, prompt: &Request, composition: &Composition) -> Usage {
    if !app.priced_by_tokens() {
        return Usage::default();
    }
    let most = usage_most(&app.backend.capabilities());
    let count = |text: &str| tokens(text).len() as u64;
    let passages = prompt.sources.iter().flat_map(|source| &source.sentences);
    let passages = passages.map(|sentence| count(&sentence.text)).sum::<u64>();
    let written = composition.sentences.iter().map(|sentence| count(&sentence.text)).sum::<u64>();
    Usage {
        tokens_in: (count(&prompt.question) + passages).min(most.tokens_in),
        tokens_out: written.min(most.tokens_out),
    }
}

/// A quote is in its text's language, a model answers in the question's.
fn language_of(job: &Job, question: &Question, quoted: Option<SentenceRef>) -> Language {
    quoted.map_or(question.language(), |quoted| {
        job.generation.documents()[quoted.document as usize].language
    })
}

fn elapsed(job: &Job) -> u64 {
    u64::try_from(job.started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn prompt(
    app: &App,
    job: &Job,
    question: &Question,
    sources: &Sources,
    vector: Option<Vec<f32>>,
) -> Request {
    Request {
        question: question.meant().to_owned(),
        language: question.language(),
        question_vector: vector,
        sources: sources.passages.clone(),
        max_sentences: app.config.sentences_max,
        idf: job.generation.shared_unigrams(),
        adapters: Vec::new(),
    }
}

/// The sentence's vector: that of the quote, or computed; none where meaning cannot be judged.
async fn sentence_vector(
    app: &Arc<App>,
    job: &Job,
    text: &str,
    quoted: Option<SentenceRef>,
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

/// What was said, as one text.
fn so_far(composition: &Composition) -> String {
    let said: Vec<&str> = composition.sentences.iter().map(|one| one.text.as_str()).collect();
    said.join(" ")
}

/// What the model needed for the sentence, where the configuration asks for it.
async fn weigh_necessity(
    app: &App,
    job: &Job,
    prompt: &Request,
    so_far: &Composition,
    text: &str,
    supports: &mut BTreeMap<ContentHash, Support>,
) -> Result<(), AskError> {
    let Some(scorer) = app.scorer(&prompt.adapters) else { return Ok(()) };
    let said = self::so_far(so_far);
    let owner = |sentence: &SourceSentence| owner_of(&job.generation, sentence.reference);
    let constants = &job.terms.constants;
    necessity::weigh(&*scorer, prompt, &owner, &said, text, supports, constants).await
}

async fn support(
    job: &Job,
    sources: &Arc<Sources>,
    asked: &Arc<Asked>,
    text: String,
    vector: Option<Vec<i8>>,
) -> Result<BTreeMap<ContentHash, Support>, AskError> {
    let (generation, sources, asked) =
        (Arc::clone(&job.generation), Arc::clone(sources), Arc::clone(asked));
    let constants = job.terms.constants;
    blocking(move || {
        let found = evidence::of_sentence(
            &*generation,
            &sources.owners,
            &asked,
            &text,
            vector.as_deref(),
            &constants,
        );
        found.map_err(|error| AskError::Broken(error.to_string()))
    })
    .await
}
