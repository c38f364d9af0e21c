//! One set, one index: every question answered twice or three times, and judged as the product does.

use super::attack::{author_watched, is_attacker};
use super::dataset::{Case, Dataset};
use super::edit::reworded;
use crate::ask::Question;
use crate::ask::trial::{Found, Judged, Said, Trial};
use crate::eval::ScratchText;
use crate::eval::scratch_index::datanet_id;
use anyhow::Context;
use footnote_domain::id::ContentHash;
use footnote_generator::{Backend, Event};
use futures::StreamExt;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

/// Characters that a question of a set may have.
const QUESTION_CHARS_MAX: usize = 4_000;

/// Who wrote the answers that are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerKind {
    /// The set's own supporting sentences: tests the attribution alone.
    Reference,
    /// The same, every third content word replaced.
    Reworded,
    /// The configured backend: tests the product.
    Generated,
}

impl AnswerKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Reference, Self::Reworded, Self::Generated];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Reworded => "reworded",
            Self::Generated => "generated",
        }
    }
}

/// What one answer came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// Whether anything was paid: refusals and answers without support pay nobody.
    pub paid: bool,
    /// Part of the pool that went to gold sources.
    pub gold_share: f64,
    /// Part of the gold sources that earned something.
    pub gold_paid: f64,
    /// Part of the sentences with at least one right citation.
    pub citation_recall: f64,
    /// Part of the citations that are right.
    pub citation_precision: f64,
    /// Part of the pool that went to attackers.
    pub attackers: f64,
    /// Part of the whole answer that went to the author of the first gold source.
    pub author: f64,
    /// Milliseconds that judging took, embedding left out.
    pub judged_ms: f64,
}

/// Outcomes of every question of a set, in order.
pub type Outcomes = BTreeMap<AnswerKind, Vec<Outcome>>;

/// Answers and judges all questions of `set` over an index of `texts`.
pub async fn measure(
    trial: &Trial<'_>,
    backend: &dyn Backend,
    set: &Dataset,
    texts: &[ScratchText],
    progress: &dyn Fn(),
) -> anyhow::Result<Outcomes> {
    // Of equal texts the older owns, so it names the payee.
    let mut payees: HashMap<ContentHash, &str> = HashMap::new();
    for text in texts {
        payees.entry(text.content_hash()).or_insert(&text.payee);
    }
    let mut outcomes = Outcomes::new();
    for case in &set.cases {
        let question = Question::parse(&case.question, QUESTION_CHARS_MAX)
            .with_context(|| format!("the question {:?}", case.question))?;
        let found = trial.find(&question, &[datanet_id(&case.datanet)])?;
        for kind in AnswerKind::ALL {
            let answer = answer(trial, backend, kind, case, &question, &found).await?;
            // The vectors of free sentences are computed here, so that judging is timed without.
            let warmed = trial.judge(&found, &answer)?;
            let begun = Instant::now();
            let judged = trial.judge(&found, &answer)?;
            debug_assert_eq!(warmed.shares, judged.shares);
            let judged_ms = begun.elapsed().as_secs_f64() * 1e3;
            let author = author_watched(set, case);
            let outcome = outcome(&judged, answer.len(), case, &payees, author);
            outcomes.entry(kind).or_default().push(Outcome { judged_ms, ..outcome });
        }
        progress();
    }
    Ok(outcomes)
}

async fn answer(
    trial: &Trial<'_>,
    backend: &dyn Backend,
    kind: AnswerKind,
    case: &Case,
    question: &Question,
    found: &Found,
) -> anyhow::Result<Vec<Said>> {
    let language = question.language();
    let free = |text: String| Said { text, quoted: None, language };
    match kind {
        AnswerKind::Reference => Ok(case.reference.iter().cloned().map(free).collect()),
        AnswerKind::Reworded => {
            Ok(case.reference.iter().map(|text| free(reworded(text))).collect())
        }
        AnswerKind::Generated => {
            let mut said = Vec::new();
            let mut events = backend.generate(trial.request(question, found)).await?;
            while let Some(event) = events.next().await {
                if let Event::Sentence { text, quoted, .. } = event? {
                    let of = |quoted: footnote_domain::corpus::SentenceRef| {
                        trial.generation.documents()[quoted.document as usize].language
                    };
                    said.push(Said { text, quoted, language: quoted.map_or(language, of) });
                }
            }
            Ok(said)
        }
    }
}

fn outcome(
    judged: &Judged,
    sentences: usize,
    case: &Case,
    payees: &HashMap<ContentHash, &str>,
    author: Option<&String>,
) -> Outcome {
    let pool: u32 = judged.shares.values().sum();
    let sum = |earns: &dyn Fn(&ContentHash) -> bool| -> f64 {
        let earned = judged.shares.iter().filter(|(text, _)| earns(text));
        earned.map(|(_, share)| f64::from(*share)).sum()
    };
    let payee = |text: &ContentHash| payees.get(text).copied().unwrap_or_default();
    let of_pool = |part: f64| if pool == 0 { 0.0 } else { part / f64::from(pool) };
    let is_gold = |text: &ContentHash| case.gold.contains(text);
    let paid = case.gold.iter().filter(|text| judged.shares.contains_key(text)).count();
    let right: Vec<u32> = judged
        .citations
        .iter()
        .filter(|citation| is_gold(&citation.document))
        .map(|citation| citation.sentence)
        .collect();
    let mut supported = right.clone();
    supported.dedup();
    let part = |some: usize, all: usize| if all == 0 { 0.0 } else { some as f64 / all as f64 };
    Outcome {
        paid: pool > 0,
        gold_share: of_pool(sum(&is_gold)),
        gold_paid: part(paid, case.gold.len()),
        citation_recall: part(supported.len(), sentences),
        citation_precision: part(right.len(), judged.citations.len()),
        attackers: of_pool(sum(&|text| is_attacker(payee(text)))),
        author: sum(&|text| author.is_some_and(|author| payee(text) == author)) / 1e6,
        judged_ms: 0.0,
    }
}
