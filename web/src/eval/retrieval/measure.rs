//! What does a search find for each question of a set? Texts in the order of their first passage.

use super::dataset::{Dataset, Judged};
use super::metrics::Metrics;
use footnote_domain::embed::Embed;
use footnote_domain::id::ContentHash;
use footnote_domain::text::Language;
use footnote_retriever::{Generation, Hit, Mode, SearchRequest};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

/// What was measured of one question.
pub struct Measured {
    /// The language of the question.
    pub language: Language,
    /// Per ranking.
    pub metrics: BTreeMap<Ranking, Metrics>,
    /// How long the hybrid search took, its question's vector included.
    pub took: Duration,
}

/// Which ranking is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ranking {
    /// By words.
    Lexical,
    /// By meaning.
    Vector,
    /// By both.
    Hybrid,
}

impl Ranking {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Lexical, Self::Vector, Self::Hybrid];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lexical => "lexical",
            Self::Vector => "vector",
            Self::Hybrid => "hybrid",
        }
    }

    fn mode(self) -> Mode {
        match self {
            Self::Lexical => Mode::Lexical,
            Self::Vector => Mode::Vector,
            Self::Hybrid => Mode::Hybrid,
        }
    }
}

/// Asks every question of `set` once per ranking; meaning is ranked where the model knows the language.
pub fn measure(
    generation: &Generation,
    model: Option<&dyn Embed>,
    set: &Dataset,
    progress: &dyn Fn(),
) -> anyhow::Result<Vec<Measured>> {
    let mut all = Vec::with_capacity(set.questions.len());
    for question in &set.questions {
        let mut metrics = BTreeMap::new();
        let mut took = Duration::ZERO;
        for ranking in Ranking::ALL {
            let known = model.is_some_and(|model| model.model().knows(question.language));
            if ranking == Ranking::Vector && !known {
                continue;
            }
            let began = Instant::now();
            let hits = ask(generation, model, question, ranking.mode())?;
            took = began.elapsed();
            metrics.insert(ranking, judge(generation, &hits, question));
        }
        all.push(Measured { language: question.language, metrics, took });
        progress();
    }
    Ok(all)
}

/// Everything that a search finds, as the service would ask it.
pub(super) fn ask(
    generation: &Generation,
    model: Option<&dyn Embed>,
    question: &Judged,
    mode: Mode,
) -> anyhow::Result<Vec<Hit>> {
    let knows = |model: &&dyn Embed| model.model().knows(question.language);
    let vector = match model.filter(knows).filter(|_| mode != Mode::Lexical) {
        Some(model) => model.embed(&[&question.text])?.pop(),
        None => None,
    };
    let request = SearchRequest {
        vector,
        mode,
        limit: usize::MAX,
        ..SearchRequest::new(&question.text, question.language)
    };
    Ok(generation.search(&request)?.hits)
}

fn judge(generation: &Generation, hits: &[Hit], question: &Judged) -> Metrics {
    let mut seen: HashSet<ContentHash> = HashSet::new();
    let texts = hits.iter().map(|hit| generation.documents()[hit.document as usize].content_hash);
    let ranked: Vec<f64> = texts
        .filter(|text| seen.insert(*text))
        .map(|text| question.grades.get(&text).copied().unwrap_or(0.0))
        .collect();
    Metrics::of(&ranked, &question.grades.values().copied().collect::<Vec<_>>())
}
