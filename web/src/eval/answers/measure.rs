//! One question answered by the recipe, and what came of it.

use super::overlap::f1;
use super::questions::JudgedQuestion;
use crate::ask::trial::{Found, Judged, Said, Trial};
use crate::ask::{Question, tariff};
use anyhow::Context;
use footnote_domain::id::ContentHash;
use footnote_domain::money::{Nano, Usage};
use footnote_generator::exercise::{ExerciseCase, holds_any};
use footnote_generator::{Backend, Event};
use futures::StreamExt;
use std::time::Instant;

/// Sentences of an answer in which the gold answer is looked for.
const SENTENCES_READ: usize = 5;
/// Characters that a question of a set may have.
const QUESTION_CHARS_MAX: usize = 4_000;
/// Hits among which another article is looked for where the right one is to be missing.
const HITS_WITHOUT_ARTICLE: usize = 100;

/// What one answer came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether the sources can answer.
    pub case: ExerciseCase,
    /// Whether nothing was quoted.
    pub refused: bool,
    /// Whether a gold answer stands in the first five sentences.
    pub contained: bool,
    /// Whether one stands in the first.
    pub first_sentence: bool,
    /// Words in common with the best gold answer.
    pub f1: f64,
    /// Sentences of the answer.
    pub sentences: usize,
    /// Those of them that carry a citation.
    pub cited: usize,
    /// Citations of the answer.
    pub citations: usize,
    /// Those of them that quote the paragraph asked of, or a text that holds a gold answer.
    pub right: usize,
    /// Tokens written.
    pub tokens: u64,
    /// What it costs by the tariff; nothing for a refusal.
    pub price: Nano,
    /// Milliseconds to the first sentence with its citations, or to the refusal.
    pub first_ms: f64,
    /// Milliseconds to the whole answer with its shares.
    pub whole_ms: f64,
}

/// Asks one question as the product does. With `case` [`ExerciseCase::ArticleMissing`] everything of
/// its title is left out of what was found.
pub async fn ask(
    trial: &Trial<'_>,
    backend: &dyn Backend,
    judged: &JudgedQuestion,
    case: ExerciseCase,
) -> anyhow::Result<(Outcome, Question, Found)> {
    let question = Question::parse(&judged.text, QUESTION_CHARS_MAX)
        .with_context(|| format!("the question {:?}", judged.text))?;
    let started = Instant::now();
    let found = find(trial, &question, judged, case)?;
    let mut events = backend.generate(trial.request(&question, &found)).await?;
    let (mut answer, mut first_ms, mut usage) = (Vec::new(), None, Usage::default());
    let mut tokens = 0;
    while let Some(event) = events.next().await {
        match event? {
            Event::Sentence { text, quoted, .. } => {
                let of = |place: footnote_domain::corpus::SentenceRef| {
                    trial.generation.documents()[place.document as usize].language
                };
                let language = quoted.map_or(question.language(), of);
                answer.push(Said { text, quoted, language });
                if first_ms.is_none() {
                    trial.judge(&found, &answer)?;
                    first_ms = Some(elapsed_ms(started));
                }
            }
            Event::Refused { .. } => {}
            Event::Done { usage: took } => {
                tokens = took.tokens_out;
                if backend.capabilities().limits.is_some() {
                    usage = Usage { tokens_in: took.tokens_in, tokens_out: took.tokens_out };
                }
            }
        }
    }
    let support = trial.judge(&found, &answer)?;
    let whole_ms = elapsed_ms(started);
    let refused = answer.is_empty();
    let price = if refused { Nano::ZERO } else { tariff(&backend.capabilities()).price(usage)? };
    let texts: Vec<&str> = answer.iter().map(|said| said.text.as_str()).collect();
    let read = &texts[..texts.len().min(SENTENCES_READ)];
    let outcome = Outcome {
        case,
        refused,
        contained: holds_any(&read.join(" "), &judged.answers),
        first_sentence: read.first().is_some_and(|first| holds_any(first, &judged.answers)),
        f1: f1(&read.join(" "), &judged.answers),
        sentences: answer.len(),
        cited: cited(&support),
        citations: support.citations.len(),
        right: right(trial, &support, judged),
        tokens,
        price,
        first_ms: first_ms.unwrap_or(whole_ms),
        whole_ms,
    };
    Ok((outcome, question, found))
}

fn find(
    trial: &Trial<'_>,
    question: &Question,
    judged: &JudgedQuestion,
    case: ExerciseCase,
) -> anyhow::Result<Found> {
    if case != ExerciseCase::ArticleMissing {
        return Ok(trial.find(question, &[])?);
    }
    let documents = trial.generation.documents();
    Ok(trial.find_among(question, &[], HITS_WITHOUT_ARTICLE, &|hit| {
        documents[hit.document as usize].description.title != judged.title
    })?)
}

fn elapsed_ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Sentences that carry a citation.
fn cited(support: &Judged) -> usize {
    let mut sentences: Vec<u32> = support.citations.iter().map(|one| one.sentence).collect();
    sentences.sort_unstable();
    sentences.dedup();
    sentences.len()
}

fn right(trial: &Trial<'_>, support: &Judged, judged: &JudgedQuestion) -> usize {
    let answers = |text: ContentHash| {
        let document = trial.generation.document_number(text);
        document.is_some_and(|at| holds_any(trial.generation.text(at), &judged.answers))
    };
    let is_right = |text: ContentHash| text == judged.paragraph || answers(text);
    support.citations.iter().filter(|citation| is_right(citation.document)).count()
}
