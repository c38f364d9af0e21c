//! `footnote eval answers`: how often does the answer say what is asked for, at which length and
//! price, and what is refused?

pub mod measure;
pub mod overlap;
pub mod questions;
pub mod report;
#[cfg(test)]
mod tests;

use super::attribution::dataset::Half;
use super::{CachedEmbed, ScratchIndex};
use crate::ask::Question;
use crate::ask::trial::{Found, Trial};
use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;
use footnote_domain::attribution::Constants;
use footnote_domain::embed::Embed;
use footnote_generator::Backend;
use footnote_generator::exercise::{Exercise, ExerciseCase, ExerciseWriter};
use indicatif::{ProgressBar, ProgressStyle};
use measure::ask;
use questions::{JudgedQuestion, QuestionSet};
use report::{Report, SetReport};
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be measured.
pub struct AnswersEval {
    /// The sets.
    pub files: Vec<PathBuf>,
    /// Texts that are searched beside the paragraphs of each set.
    pub corpora: Vec<PathBuf>,
    /// Which half of their questions.
    pub half: Half,
    /// Most questions of a set.
    pub questions_most: usize,
    /// Most passages an answer reads.
    pub passages: usize,
    /// Most sentences an answer has.
    pub sentences_max: usize,
    /// The embedding model.
    pub embedder: Option<Arc<dyn Embed>>,
    /// Who answers.
    pub backend: Arc<dyn Backend>,
    /// Where to keep what the backend was asked, for fitting; only with one set.
    pub kept: Option<PathBuf>,
}

type Kept = ExerciseWriter<GzEncoder<BufWriter<File>>>;

impl AnswersEval {
    /// Measures every set.
    pub async fn run(self) -> anyhow::Result<Report> {
        let cached = |model| Arc::new(CachedEmbed::new(model)) as Arc<dyn Embed>;
        let eval = Self { embedder: self.embedder.clone().map(cached), ..self };
        let mut report = Report::of(&eval);
        for file in &eval.files {
            let set = QuestionSet::read(file, &eval.corpora, eval.half, eval.questions_most)?;
            report.sets.push((set.name.clone(), eval.measure(&set).await?));
        }
        Ok(report)
    }

    async fn measure(&self, set: &QuestionSet) -> anyhow::Result<SetReport> {
        let bar = progress(set)?;
        let index = ScratchIndex::build(&set.texts, self.embedder.clone()).await?;
        bar.set_message(set.name.clone());
        let trial = Trial {
            generation: index.generation(),
            embedder: self.embedder.as_deref(),
            passages: self.passages,
            sentences_max: self.sentences_max,
            constants: Constants::PUBLISHED,
        };
        let mut kept = self.keep(&trial)?;
        let mut outcomes = Vec::new();
        for judged in &set.questions {
            for case in cases(judged) {
                let (outcome, question, found) = ask(&trial, &*self.backend, judged, case).await?;
                outcomes.push(outcome);
                if let Some(kept) = &mut kept {
                    kept.write(exercise(&trial, judged, case, &question, &found))?;
                }
            }
            bar.inc(1);
        }
        if let Some(kept) = kept {
            kept.finish()?.finish().context("writing what was asked")?;
        }
        bar.finish_and_clear();
        Ok(SetReport::of(outcomes))
    }

    fn keep(&self, trial: &Trial<'_>) -> anyhow::Result<Option<Kept>> {
        let Some(path) = &self.kept else { return Ok(None) };
        let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
        let file = GzEncoder::new(BufWriter::new(file), Compression::fast());
        Ok(Some(ExerciseWriter::new(file, &trial.generation.shared_unigrams())?))
    }
}

/// A question that has an answer is also asked where everything of its article is missing.
fn cases(judged: &JudgedQuestion) -> Vec<ExerciseCase> {
    match judged.case() {
        ExerciseCase::Answerable => vec![ExerciseCase::Answerable, ExerciseCase::ArticleMissing],
        other => vec![other],
    }
}

fn exercise(
    trial: &Trial<'_>,
    judged: &JudgedQuestion,
    case: ExerciseCase,
    question: &Question,
    found: &Found,
) -> Exercise {
    let request = trial.request(question, found);
    Exercise { id: judged.id.clone(), case, answers: judged.answers.clone(), request }
}

fn progress(set: &QuestionSet) -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(set.questions.len() as u64);
    bar.set_style(ProgressStyle::with_template(
        "{msg:<28} {wide_bar} {pos}/{len} questions, {eta}",
    )?);
    bar.set_message(format!("{}: indexing", set.name));
    bar.tick();
    Ok(bar)
}
