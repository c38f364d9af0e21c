//! `footnote eval attribution`: does the money go where the answer comes from, and can it be made to
//! go elsewhere?

pub mod attack;
pub mod dataset;
pub mod edit;
pub mod measure;
pub mod report;
#[cfg(test)]
mod tests;

use super::{CachedEmbed, ScratchIndex, ScratchText};
use crate::ask::trial::Trial;
use attack::ATTACKS;
use dataset::{Dataset, Half};
use footnote_domain::attribution::Constants;
use footnote_domain::embed::Embed;
use footnote_generator::Backend;
use indicatif::{ProgressBar, ProgressStyle};
use measure::{Outcomes, measure};
use report::{AttackResult, Report};
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be measured.
pub struct AttributionEval {
    /// The sets.
    pub files: Vec<PathBuf>,
    /// Most questions of a set.
    pub questions_most: usize,
    /// Whether to run the attacks.
    pub attacks: bool,
    /// Most passages an answer reads.
    pub passages: usize,
    /// Most sentences an answer has.
    pub sentences_max: usize,
    /// Which half of the SQuAD sets.
    pub half: Half,
    /// Thresholds, for a fit; the product's are [`Constants::PUBLISHED`].
    pub constants: Constants,
    /// The embedding model.
    pub embedder: Option<Arc<dyn Embed>>,
    /// Who writes the generated answers.
    pub backend: Arc<dyn Backend>,
}

impl AttributionEval {
    /// Measures every set and every attack on it.
    pub async fn run(self) -> anyhow::Result<Report> {
        let mut report = Report::default();
        let cached = |model| Arc::new(CachedEmbed::new(model)) as Arc<dyn Embed>;
        let eval = Self { embedder: self.embedder.clone().map(cached), ..self };
        if eval.embedder.is_none() {
            let note = "no embedding model is configured: wording is the only evidence";
            report.notes.push(note.to_owned());
        }
        if eval.constants != Constants::PUBLISHED {
            report.notes.push(format!("other thresholds than published: {:?}", eval.constants));
        }
        if eval.half == Half::Tune {
            report.notes.push("tune half: for fitting, not for reports".to_owned());
        }
        for file in &eval.files {
            let set = Dataset::read(file, eval.questions_most, eval.half)?;
            let before = eval.outcomes(&set, &set.texts, &set.name).await?;
            if eval.attacks {
                report.attacks.extend(eval.attacked(&set.to_attack()).await?);
            }
            report.sets.push((set.name, before));
        }
        Ok(report)
    }

    async fn attacked(&self, set: &Dataset) -> anyhow::Result<Vec<AttackResult>> {
        let before = self.outcomes(set, &set.texts, &format!("{}, peace", set.name)).await?;
        let mut results = Vec::new();
        for (name, attack) in ATTACKS {
            let after = self.outcomes(set, &attack.texts(set), name).await?;
            let by_answer = AttackResult::by_answer(attack.watch(), &before, &after);
            let (set, watch) = (set.name.clone(), attack.watch());
            results.push(AttackResult { set, name, watch, by_answer });
        }
        Ok(results)
    }

    async fn outcomes(
        &self,
        set: &Dataset,
        texts: &[ScratchText],
        name: &str,
    ) -> anyhow::Result<Outcomes> {
        let bar = ProgressBar::new(set.cases.len() as u64);
        bar.set_style(
            ProgressStyle::with_template("{msg:<28} {wide_bar} {pos}/{len} questions, {eta}")
                .expect("a valid template"),
        );
        bar.set_message(format!("{name}: indexing"));
        bar.tick();
        let index = ScratchIndex::build(texts, self.embedder.clone()).await?;
        bar.set_message(name.to_owned());
        let trial = Trial {
            generation: index.generation(),
            embedder: self.embedder.as_deref(),
            passages: self.passages,
            sentences_max: self.sentences_max,
            constants: self.constants,
        };
        let outcomes = measure(&trial, &*self.backend, set, texts, &|| bar.inc(1)).await?;
        bar.finish_and_clear();
        Ok(outcomes)
    }
}
