//! Counts over answers, and the curve of refusals.

use super::dataset::Question;
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Tally {
    asked: usize,
    refused: usize,
    contained: usize,
    in_first: usize,
    best_holds: usize,
    gold_retrieved: usize,
    sentences: usize,
    confidences: Vec<u32>,
    times: Vec<Duration>,
}

impl Tally {
    pub(crate) fn add(
        &mut self,
        question: &Question,
        quoted: &[&str],
        best: Option<&str>,
        confidence_ppm: u32,
        gold_retrieved: bool,
        taken: Duration,
    ) {
        self.asked += 1;
        self.refused += usize::from(quoted.is_empty());
        self.contained += usize::from(question.is_answered_by(&quoted.join(" ")));
        self.in_first +=
            usize::from(quoted.first().is_some_and(|one| question.is_answered_by(one)));
        self.best_holds += usize::from(best.is_some_and(|one| question.is_answered_by(one)));
        self.gold_retrieved += usize::from(gold_retrieved);
        self.sentences += quoted.len();
        self.confidences.push(confidence_ppm);
        self.times.push(taken);
    }

    pub(crate) fn print_answers(&mut self, name: &str) {
        self.times.sort_unstable();
        let part = |count: usize| count as f64 / self.asked.max(1) as f64;
        let at = |share: f64| self.times.get((self.times.len() as f64 * share) as usize);
        println!(
            "{name}: {} questions, paragraph retrieved {:.4}, contained {:.4}, in the first sentence \
             {:.4}, in the best-scored {:.4}, refused {:.4}, sentences per answer {:.2}, p50 {:?}, \
             p95 {:?}",
            self.asked,
            part(self.gold_retrieved),
            part(self.contained),
            part(self.in_first),
            part(self.best_holds),
            part(self.refused),
            self.sentences as f64 / (self.asked - self.refused).max(1) as f64,
            at(0.5).unwrap_or(&Duration::ZERO),
            at(0.95).unwrap_or(&Duration::ZERO),
        );
    }

    /// Per share of answerable questions refused, the confidence needed and what else is refused.
    pub(crate) fn print_refusals(answerable: &Self, unanswerable: &Self, foreign: &Self) {
        let mut sorted = answerable.confidences.clone();
        sorted.sort_unstable();
        println!("needed_ppm  answerable refused  unanswerable refused  article missing refused");
        for percent in [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30] {
            let Some(needed) = sorted.get(sorted.len() * percent / 100) else {
                return;
            };
            let refused = |tally: &Self| {
                let below = tally.confidences.iter().filter(|one| *one < needed).count();
                below as f64 / tally.confidences.len().max(1) as f64
            };
            println!(
                "{needed:>10}  {:>18.4}  {:>20.4}  {:>23.4}",
                refused(answerable),
                refused(unanswerable),
                refused(foreign)
            );
        }
        println!(
            "as set: answerable {:.4}, unanswerable {:.4}, article missing {:.4}",
            answerable.refused as f64 / answerable.asked.max(1) as f64,
            unanswerable.refused as f64 / unanswerable.asked.max(1) as f64,
            foreign.refused as f64 / foreign.asked.max(1) as f64
        );
    }
}
