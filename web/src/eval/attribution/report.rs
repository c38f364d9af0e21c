//! What was measured: means with intervals, for people and for programs.

use super::attack::Watch;
use super::measure::{AnswerKind, Outcome, Outcomes};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Resamples behind an interval.
const RESAMPLES: usize = 1_000;

/// Everything that was measured.
#[derive(Default)]
pub struct Report {
    /// Per set, its name and outcomes.
    pub sets: Vec<(String, Outcomes)>,
    /// Per set and attack, in the order of [`super::attack::ATTACKS`]: the result on each kind of
    /// answer.
    pub attacks: Vec<AttackResult>,
    /// What was switched off.
    pub notes: Vec<String>,
}

/// What an attack came to.
pub struct AttackResult {
    /// The set that was attacked.
    pub set: String,
    /// Its name.
    pub name: &'static str,
    /// How it is judged.
    pub watch: Watch,
    /// Per kind of answer, the mean.
    pub by_answer: Vec<(AnswerKind, f64)>,
}

impl AttackResult {
    /// Compares outcomes under an attack with those without it.
    pub fn by_answer(watch: Watch, before: &Outcomes, after: &Outcomes) -> Vec<(AnswerKind, f64)> {
        let compare = |kind: AnswerKind| {
            let (before, after) = (&before[&kind], &after[&kind]);
            let value = match watch {
                Watch::Attackers => mean(after.iter().map(|outcome| outcome.attackers)),
                Watch::Author => {
                    let sum = |all: &[Outcome]| all.iter().map(|one| one.author).sum::<f64>();
                    if sum(before) == 0.0 { 1.0 } else { sum(after) / sum(before) }
                }
            };
            (kind, value)
        };
        AnswerKind::ALL.map(compare).into()
    }

    fn fair(&self) -> f64 {
        match self.watch {
            Watch::Attackers => 0.0,
            Watch::Author => 1.0,
        }
    }
}

/// Per attack the value farthest from what is fair, over sets and kinds of answer.
fn worst(attacks: &[AttackResult]) -> BTreeMap<&'static str, f64> {
    let mut worst = BTreeMap::new();
    for one in attacks {
        let entry = worst.entry(one.name).or_insert_with(|| one.fair());
        for (_, value) in &one.by_answer {
            if (value - one.fair()).abs() > (*entry - one.fair()).abs() {
                *entry = *value;
            }
        }
    }
    worst
}

type Column = (&'static str, fn(&Outcome) -> f64);

const COLUMNS: [Column; 4] = [
    ("gold_share", |outcome| outcome.gold_share),
    ("gold_paid", |outcome| outcome.gold_paid),
    ("citation_recall", |outcome| outcome.citation_recall),
    ("citation_precision", |outcome| outcome.citation_precision),
];

/// Shares and precision mean something for answers that paid somebody; the others count all.
fn counted<'a>(column: &str, outcomes: &'a [Outcome]) -> Vec<&'a Outcome> {
    let only_paid = matches!(column, "gold_share" | "citation_precision");
    outcomes.iter().filter(|outcome| outcome.paid || !only_paid).collect()
}

impl Report {
    /// For programs.
    pub fn json(&self) -> Value {
        let sets: Map<String, Value> = self
            .sets
            .iter()
            .map(|(name, outcomes)| {
                let kinds: Map<String, Value> = outcomes
                    .iter()
                    .map(|(kind, all)| (kind.name().to_owned(), kind_json(all)))
                    .collect();
                (name.clone(), Value::Object(kinds))
            })
            .collect();
        let mut by_set: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, f64>>> = BTreeMap::new();
        for one in &self.attacks {
            let values = one.by_answer.iter().map(|(kind, value)| (kind.name(), *value));
            by_set.entry(&one.set).or_default().insert(one.name, values.collect());
        }
        json!({
            "sets": sets,
            "attacks": worst(&self.attacks),
            "attacks_by_set": by_set,
            "notes": self.notes,
        })
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for note in &self.notes {
            text += &format!("note: {note}\n");
        }
        for (name, outcomes) in &self.sets {
            for (kind, all) in outcomes {
                text += &format!("{name}, {} answers: {}\n", kind.name(), kind_text(all));
            }
        }
        let mut set = "";
        for one in &self.attacks {
            if one.set != set {
                set = &one.set;
                let columns = "fair  reference   reworded  generated";
                text += &format!("\n{:<26} {columns}\n", format!("attacks on {set}"));
            }
            text += &format!("{:<26} {:>4}", one.name, one.fair());
            for (_, value) in &one.by_answer {
                text += &format!(" {value:>10.3}");
            }
            text.push('\n');
        }
        text
    }
}

fn kind_json(all: &[Outcome]) -> Value {
    let mut fields = Map::new();
    for (name, column) in COLUMNS {
        let values: Vec<f64> = counted(name, all).into_iter().map(column).collect();
        let (low, high) = interval(&values);
        fields.insert(name.to_owned(), json!(mean(values.iter().copied())));
        fields.insert(format!("{name}_95"), json!([low, high]));
    }
    let paid = all.iter().filter(|outcome| outcome.paid).count();
    fields.insert("questions".to_owned(), json!(all.len()));
    fields.insert("paid".to_owned(), json!(paid));
    fields.insert("attribution_p50_ms".to_owned(), json!(quantile(all, 0.5)));
    fields.insert("attribution_p95_ms".to_owned(), json!(quantile(all, 0.95)));
    Value::Object(fields)
}

fn kind_text(all: &[Outcome]) -> String {
    let paid = all.iter().filter(|outcome| outcome.paid).count();
    let mut parts = vec![format!("{paid} of {} paid", all.len())];
    for (name, column) in COLUMNS {
        let values: Vec<f64> = counted(name, all).into_iter().map(column).collect();
        let (low, high) = interval(&values);
        let mean = mean(values.iter().copied());
        parts.push(format!("{} {mean:.3} [{low:.3}, {high:.3}]", name.replace('_', " ")));
    }
    let (half, most) = (quantile(all, 0.5), quantile(all, 0.95));
    parts.push(format!("judged in {half:.1} ms, p95 {most:.1} ms"));
    parts.join(" · ")
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / count as f64 }
}

/// The 95 % interval of the mean by the bootstrap (Efron, 1979), from a fixed seed.
fn interval(values: &[f64]) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mut random = StdRng::seed_from_u64(1);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| mean((0..values.len()).map(|_| values[random.random_range(0..values.len())])))
        .collect();
    means.sort_by(f64::total_cmp);
    (means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40])
}

fn quantile(all: &[Outcome], part: f64) -> f64 {
    let mut times: Vec<f64> = all.iter().map(|outcome| outcome.judged_ms).collect();
    times.sort_by(f64::total_cmp);
    let at = ((times.len() as f64 - 1.0) * part).round();
    times.get(at as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_its_mean_and_is_the_same_every_time() {
        let values: Vec<f64> = (0..100).map(|n| f64::from(n % 10)).collect();
        let (low, high) = interval(&values);
        assert!(low < 4.5 && 4.5 < high && high - low < 2.0, "{low} {high}");
        assert_eq!(interval(&values), (low, high));
        assert_eq!(interval(&[]), (0.0, 0.0));
    }

    #[test]
    fn the_worst_is_the_farthest_from_fair() {
        let result = |set: &str, name, watch, values: [f64; 3]| AttackResult {
            set: set.to_owned(),
            name,
            watch,
            by_answer: AnswerKind::ALL.into_iter().zip(values).collect(),
        };
        let found = worst(&[
            result("a", "share", Watch::Attackers, [0.0, 0.2, 0.1]),
            result("b", "share", Watch::Attackers, [0.3, 0.0, 0.0]),
            result("a", "gain", Watch::Author, [0.4, 1.1, 1.0]),
        ]);
        assert_eq!(found, BTreeMap::from([("share", 0.3), ("gain", 0.4)]));
    }
}
