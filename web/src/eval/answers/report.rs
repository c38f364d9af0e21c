//! What was measured: per set, for people and for programs. Parts are of all questions of their kind,
//! so that a refusal counts as a miss.

use super::AnswersEval;
use super::measure::Outcome;
use crate::eval::attribution::dataset::Half;
use footnote_generator::exercise::ExerciseCase;
use serde_json::{Map, Value, json};

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Report {
    /// Name of the backend.
    pub backend: String,
    /// Per set, its name and figures.
    pub sets: Vec<(String, SetReport)>,
    /// What was switched off.
    pub notes: Vec<String>,
}

/// The outcomes of one set.
#[derive(Debug)]
pub struct SetReport {
    outcomes: Vec<Outcome>,
}

/// A figure of a set; `None` where it means nothing.
type Figure = (&'static str, Option<f64>);

impl Report {
    /// A report of which nothing is measured yet.
    pub fn of(eval: &AnswersEval) -> Self {
        let mut notes = Vec::new();
        if eval.embedder.is_none() {
            notes.push("no embedding model is configured: words are the only evidence".to_owned());
        }
        if eval.half == Half::Tune {
            notes.push("tune half: for fitting, not for reports".to_owned());
        }
        Self { backend: eval.backend.name().to_owned(), sets: Vec::new(), notes }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let fields = |report: &SetReport| {
            let figures = report.figures().into_iter();
            Value::Object(figures.map(|(name, figure)| (name.to_owned(), json!(figure))).collect())
        };
        let sets: Map<String, Value> =
            self.sets.iter().map(|(name, report)| (name.clone(), fields(report))).collect();
        json!({"backend": self.backend, "sets": sets, "notes": self.notes})
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for note in &self.notes {
            text += &format!("note: {note}\n");
        }
        for (name, report) in &self.sets {
            text += &format!("{name}, {} answers\n", self.backend);
            for (figure, value) in report.figures() {
                let value = value.map_or("–".to_owned(), |value| format!("{value:.4}"));
                text += &format!("  {:<24} {value:>12}\n", figure.replace('_', " "));
            }
        }
        text
    }
}

impl SetReport {
    /// Figures over these outcomes.
    pub fn of(outcomes: Vec<Outcome>) -> Self {
        Self { outcomes }
    }

    /// Every figure by its name in JSON.
    pub fn figures(&self) -> Vec<Figure> {
        let answerable = self.of_case(&[ExerciseCase::Answerable]);
        let unanswerable = self.of_case(&[ExerciseCase::Unanswerable]);
        let missing = self.of_case(&[ExerciseCase::ArticleMissing]);
        let asked = self.of_case(&[ExerciseCase::Answerable, ExerciseCase::Unanswerable]);
        let given = |of: &[&Outcome]| -> Vec<Outcome> {
            of.iter().filter(|one| !one.refused).map(|one| (*one).clone()).collect()
        };
        let answers = given(&answerable);
        let answers: Vec<&Outcome> = answers.iter().collect();
        let refused = |one: &Outcome| f64::from(u8::from(one.refused));
        let sum = |count: fn(&Outcome) -> usize| answers.iter().map(|one| count(one)).sum();
        vec![
            ("questions", Some(answerable.len() as f64)),
            ("contained", mean(&answerable, |one| f64::from(u8::from(one.contained)))),
            ("first_sentence", mean(&answerable, |one| f64::from(u8::from(one.first_sentence)))),
            ("f1", mean(&answerable, |one| one.f1)),
            ("citation_recall", part(sum(|one| one.cited), sum(|one| one.sentences))),
            ("citation_precision", part(sum(|one| one.right), sum(|one| one.citations))),
            ("answerable_refused", mean(&answerable, refused)),
            ("unanswerable_questions", Some(unanswerable.len() as f64)),
            ("refusal_precision", refusal_precision(&asked)),
            ("refusal_recall", mean(&unanswerable, refused)),
            ("article_missing_refused", mean(&missing, refused)),
            ("sentences", mean(&answers, |one| one.sentences as f64)),
            ("sentences_most", answers.iter().map(|one| one.sentences as f64).reduce(f64::max)),
            ("tokens", mean(&answers, |one| one.tokens as f64)),
            ("price_nano", mean(&answers, |one| one.price.get() as f64)),
            ("p50_ms", quantile(&asked, 0.5, |one| one.whole_ms)),
            ("p95_ms", quantile(&asked, 0.95, |one| one.whole_ms)),
            ("first_p50_ms", quantile(&asked, 0.5, |one| one.first_ms)),
            ("first_p95_ms", quantile(&asked, 0.95, |one| one.first_ms)),
        ]
    }

    /// One figure.
    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures().into_iter().find(|(other, _)| *other == name)?.1
    }

    fn of_case(&self, cases: &[ExerciseCase]) -> Vec<&Outcome> {
        self.outcomes.iter().filter(|one| cases.contains(&one.case)).collect()
    }
}

/// Of what was refused, the part that could not be answered; means nothing without such questions.
fn refusal_precision(asked: &[&Outcome]) -> Option<f64> {
    asked.iter().find(|one| one.case == ExerciseCase::Unanswerable)?;
    let refused: Vec<&&Outcome> = asked.iter().filter(|one| one.refused).collect();
    let right = refused.iter().filter(|one| one.case == ExerciseCase::Unanswerable).count();
    part(right, refused.len())
}

fn part(some: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| some as f64 / all as f64)
}

fn mean(of: &[&Outcome], value: impl Fn(&Outcome) -> f64) -> Option<f64> {
    let sum: f64 = of.iter().map(|one| value(one)).sum();
    (!of.is_empty()).then(|| sum / of.len() as f64)
}

fn quantile(of: &[&Outcome], part: f64, value: impl Fn(&Outcome) -> f64) -> Option<f64> {
    let mut values: Vec<f64> = of.iter().map(|one| value(one)).collect();
    values.sort_by(f64::total_cmp);
    let at = (values.len().saturating_sub(1) as f64 * part).round();
    values.get(at as usize).copied()
}
