//! How sure may a search be that a hit answers? Fits the coefficients of the retriever's relevance on
//! what hits measured: per question its best hit that answers, and its best that does not, as if the
//! answer were not in the corpus; and, between the first set and each other of its language, the best
//! hits of each other's questions, which nothing there answers. Name a first set on a subject of its
//! own.

use super::dataset::{Dataset, Judged};
use super::measure;
use crate::eval::ScratchIndex;
use footnote_domain::embed::Embed;
use footnote_domain::text::Language;
use footnote_retriever::{Generation, Hit, Mode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// Places in which an answer, and what is none, is looked for.
const PLACES: usize = 10;
/// Questions put to a set that does not answer them.
const MISPLACED_MOST: usize = 600;
/// A slight pull towards nought.
const PULL: f64 = 0.01;
/// Newton's steps; the fit stands still long before.
const STEPS: usize = 40;

/// A logistic of bias, ratio and cosine.
pub struct Fit {
    language: Language,
    hybrid: bool,
    weights: [f64; 3],
    samples: usize,
}

/// What a hit measured, and whether it answered.
struct Sample {
    ratio: f64,
    cosine: f64,
    answers: bool,
}

type Set = (Dataset, ScratchIndex);

/// Fits one logistic per language and kind of search.
pub fn relevance(sets: &[Set], model: Option<&dyn Embed>) -> anyhow::Result<Vec<Fit>> {
    let mut fits = Vec::new();
    for mode in [Mode::Lexical, Mode::Hybrid] {
        let mut samples: BTreeMap<Language, Vec<Sample>> = BTreeMap::new();
        let language = |set: &Set| set.0.questions[0].language;
        for (at, set) in sets.iter().enumerate() {
            let known = model.is_some_and(|model| model.model().knows(language(set)));
            if mode == Mode::Hybrid && !known {
                continue;
            }
            let found = samples.entry(language(set)).or_default();
            answered(set, model, mode, found)?;
            if at > 0 && language(set) == language(&sets[0]) {
                misplaced(&sets[0], set, model, mode, found)?;
                misplaced(set, &sets[0], model, mode, found)?;
            }
        }
        let hybrid = mode == Mode::Hybrid;
        fits.extend(samples.into_iter().map(|(language, samples)| Fit {
            language,
            hybrid,
            weights: logistic(&samples),
            samples: samples.len(),
        }));
    }
    Ok(fits)
}

fn answered(
    (set, index): &Set,
    model: Option<&dyn Embed>,
    mode: Mode,
    samples: &mut Vec<Sample>,
) -> anyhow::Result<()> {
    let generation = index.generation();
    for question in &set.questions {
        let hits = measure::ask(generation, model, question, mode)?;
        for wanted in [true, false] {
            let best =
                hits.iter().take(PLACES).find(|hit| answers(generation, hit, question) == wanted);
            samples.extend(best.map(|hit| Sample::of(hit, wanted)));
        }
    }
    Ok(())
}

fn misplaced(
    from: &Set,
    to: &Set,
    model: Option<&dyn Embed>,
    mode: Mode,
    samples: &mut Vec<Sample>,
) -> anyhow::Result<()> {
    for question in from.0.questions.iter().take(MISPLACED_MOST) {
        let hits = measure::ask(to.1.generation(), model, question, mode)?;
        samples.extend(hits.first().map(|hit| Sample::of(hit, false)));
    }
    Ok(())
}

fn answers(generation: &Generation, hit: &Hit, question: &Judged) -> bool {
    question.grades.contains_key(&generation.documents()[hit.document as usize].content_hash)
}

impl Sample {
    fn of(hit: &Hit, answers: bool) -> Self {
        let ratio = f64::from(hit.bm25_ratio).clamp(0.0, 1.0);
        Self { ratio, cosine: f64::from(hit.cosine.unwrap_or(0.0)), answers }
    }
}

/// Newton's method.
fn logistic(samples: &[Sample]) -> [f64; 3] {
    let mut weights = [0.0f64; 3];
    for _ in 0..STEPS {
        let mut gradient = weights.map(|weight| -PULL * weight);
        let mut curvature = [[0.0; 3]; 3];
        (0..3).for_each(|at| curvature[at][at] = PULL);
        for sample in samples {
            let x = [1.0, sample.ratio, sample.cosine];
            let odds: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-odds).exp());
            for i in 0..3 {
                gradient[i] += (f64::from(u8::from(sample.answers)) - p) * x[i];
                for j in 0..3 {
                    curvature[i][j] += p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        let step = solve(curvature, gradient);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight += step);
    }
    weights
}

/// Cramer's rule.
fn solve(a: [[f64; 3]; 3], b: [f64; 3]) -> [f64; 3] {
    let det = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = det(a);
    [0, 1, 2].map(|column| {
        let mut replaced = a;
        for (row, value) in replaced.iter_mut().zip(b) {
            row[column] = value;
        }
        det(replaced) / whole
    })
}

impl Fit {
    fn kind(&self) -> &'static str {
        if self.hybrid { "hybrid" } else { "lexical" }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let [bias, ratio, cosine] = self.weights;
        json!({
            "language": self.language, "kind": self.kind(),
            "bias": bias, "ratio": ratio, "cosine": cosine, "samples": self.samples,
        })
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [bias, ratio, cosine] = self.weights;
        let (language, kind, samples) = (self.language, self.kind(), self.samples);
        write!(
            f,
            "{language} {kind}: bias {bias:.2}, ratio {ratio:.2}, cosine {cosine:.2} ({samples} samples)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_logistic_is_found_again() {
        let truth = [-3.0, 6.0, 2.0];
        let mut samples = Vec::new();
        for at in 0..40_000u32 {
            let (ratio, cosine) = (f64::from(at % 200) / 200.0, f64::from(at / 200) / 200.0);
            let odds = truth[0] + truth[1] * ratio + truth[2] * cosine;
            let chance = f64::from(at.wrapping_mul(2_654_435_761) >> 8) / f64::from(1u32 << 24);
            samples.push(Sample { ratio, cosine, answers: chance < 1.0 / (1.0 + (-odds).exp()) });
        }
        for (found, truth) in logistic(&samples).iter().zip(truth) {
            assert!((found - truth).abs() < 0.2, "{found} {truth}");
        }
    }
}
