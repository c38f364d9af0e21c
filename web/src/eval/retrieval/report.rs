//! What was measured, for people and for programs.

use super::dataset::{Dataset, Half};
use super::fit::Fit;
use super::measure::{Measured, Ranking};
use super::metrics::Metrics;
use footnote_domain::text::Language;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Everything that was measured.
#[derive(Default)]
pub struct Report {
    /// Per set: its name, texts and questions.
    pub sets: Vec<(String, usize, Vec<Measured>)>,
    /// How relevance was fitted, if that was asked for.
    pub fits: Vec<Fit>,
    /// What was switched off, and what must be known to read the figures.
    pub notes: Vec<String>,
}

type Column = (&'static str, fn(&Metrics) -> f64);

const COLUMNS: [Column; 4] = [
    ("ndcg10", |metrics| metrics.ndcg10),
    ("map", |metrics| metrics.map),
    ("recall100", |metrics| metrics.recall100),
    ("mrr", |metrics| metrics.mrr),
];

impl Report {
    /// Says what the figures stand for.
    pub(super) fn note_conditions(&mut self, half: Half, has_model: bool) {
        if !has_model {
            let note = "no embedding model is configured: nothing is ranked by meaning, and hybrid is \
                        lexical";
            self.notes.push(note.to_owned());
        }
        self.notes.push("no cross-encoder is configured: rerank is not measured".to_owned());
        let note = match half {
            Half::Tune => "tune half: for fitting, not for reports",
            Half::All => "every question, those that parameters were fitted on included",
            Half::Report => return,
        };
        self.notes.push(note.to_owned());
    }

    pub(super) fn add(&mut self, set: &Dataset, measured: Vec<Measured>) {
        self.sets.push((set.name.clone(), set.texts.len(), measured));
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let sets: Map<String, Value> = self
            .sets
            .iter()
            .map(|(name, _, measured)| (name.clone(), rankings_json(&measured.iter().collect())))
            .collect();
        let languages: Map<String, Value> = self
            .by_language()
            .into_iter()
            .map(|(language, measured)| (language.code().to_owned(), rankings_json(&measured)))
            .collect();
        let fits: Vec<Value> = self.fits.iter().map(Fit::json).collect();
        json!({"sets": sets, "languages": languages, "relevance": fits, "notes": self.notes})
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let head = COLUMNS.map(|(name, _)| format!("{name:>10}")).concat();
        text += &format!("{:<34}{head}\n", "");
        for (name, texts, measured) in &self.sets {
            let measured: Vec<&Measured> = measured.iter().collect();
            let questions = measured.len();
            text += &format!(
                "{name}: {texts} texts, {questions} questions, hybrid {}\n",
                times(&measured)
            );
            text += &rankings_text(&measured);
        }
        for (language, measured) in self.by_language() {
            text += &format!("language {language}: {} questions\n", measured.len());
            text += &rankings_text(&measured);
        }
        for fit in &self.fits {
            text += &format!("relevance {fit}\n");
        }
        for note in &self.notes {
            text += &format!("note: {note}\n");
        }
        text
    }

    fn by_language(&self) -> BTreeMap<Language, Vec<&Measured>> {
        let mut languages: BTreeMap<Language, Vec<&Measured>> = BTreeMap::new();
        for measured in self.sets.iter().flat_map(|(_, _, measured)| measured) {
            languages.entry(measured.language).or_default().push(measured);
        }
        languages
    }
}

/// The means per ranking; a ranking that some question has not is left out, since its mean would be
/// that of other questions.
fn means(measured: &[&Measured]) -> Vec<(Ranking, Metrics)> {
    let mean = |ranking| {
        let all: Vec<Metrics> =
            measured.iter().filter_map(|one| one.metrics.get(&ranking).copied()).collect();
        (all.len() == measured.len()).then(|| (ranking, Metrics::mean(&all)))
    };
    Ranking::ALL.into_iter().filter_map(mean).collect()
}

fn rankings_json(measured: &Vec<&Measured>) -> Value {
    let ranking = |(ranking, metrics): (Ranking, Metrics)| {
        let columns = COLUMNS.map(|(name, of)| (name.to_owned(), json!(of(&metrics))));
        (ranking.name().to_owned(), Value::Object(columns.into_iter().collect()))
    };
    Value::Object(means(measured).into_iter().map(ranking).collect())
}

fn rankings_text(measured: &[&Measured]) -> String {
    let line = |(ranking, metrics): (Ranking, Metrics)| {
        let columns = COLUMNS.map(|(_, of)| format!("{:>10.4}", of(&metrics))).concat();
        format!("  {:<32}{columns}\n", ranking.name())
    };
    means(measured).into_iter().map(line).collect()
}

fn times(measured: &[&Measured]) -> String {
    let mut times: Vec<Duration> = measured.iter().map(|one| one.took).collect();
    times.sort_unstable();
    let at = |percent: usize| {
        let time = times.get(times.len() * percent / 100).copied().unwrap_or_default();
        time.as_secs_f64() * 1e3
    };
    format!("p50 {:.1} ms, p95 {:.1} ms", at(50), at(95))
}
