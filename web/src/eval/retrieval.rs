//! `footnote eval retrieval`: does the right passage come first? Judged sets, indexed by the real
//! indexer and searched by the search that answers are made from.

pub mod dataset;
pub mod fit;
pub mod measure;
pub mod metrics;
pub mod report;
#[cfg(test)]
mod tests;

use super::{CachedEmbed, ScratchIndex};
use dataset::{Dataset, Half};
use footnote_domain::embed::Embed;
use indicatif::{ProgressBar, ProgressStyle};
use report::Report;
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be measured.
pub struct RetrievalEval {
    /// The folders of the sets.
    pub folders: Vec<PathBuf>,
    /// Which half of the questions.
    pub half: Half,
    /// Most questions of a set.
    pub questions_most: usize,
    /// The embedding model.
    pub embedder: Option<Arc<dyn Embed>>,
    /// Folder in which vectors are kept from one run to the next.
    pub cache: Option<PathBuf>,
    /// Whether to fit how relevance is told from what hits measured.
    pub fit: bool,
}

impl RetrievalEval {
    /// Measures every set.
    pub async fn run(self) -> anyhow::Result<Report> {
        let mut report = Report::default();
        report.note_conditions(self.half, self.embedder.is_some());
        let embedder = match self.embedder.clone() {
            Some(model) => Some(Arc::new(CachedEmbed::open(model, self.cache.as_deref())?)),
            None => None,
        };
        let mut measured: Vec<(Dataset, ScratchIndex)> = Vec::new();
        for folder in &self.folders {
            let set = Dataset::read(folder, self.half, self.questions_most)?;
            let bar = progress(&set);
            let model = embedder.clone().map(|model| model as Arc<dyn Embed>);
            let index = ScratchIndex::build(&set.texts, model).await?;
            bar.set_length(set.questions.len() as u64);
            bar.set_position(0);
            bar.set_message(format!("{}: questions", set.name));
            let model = embedder.as_deref().map(|model| model as &dyn Embed);
            let found = measure::measure(index.generation(), model, &set, &|| bar.inc(1))?;
            bar.finish_and_clear();
            report.add(&set, found);
            measured.push((set, index));
        }
        if self.fit {
            let model = embedder.as_deref().map(|model| model as &dyn Embed);
            report.fits = fit::relevance(&measured, model)?;
        }
        Ok(report)
    }
}

/// On standard error; the texts are a guess of how long indexing takes.
fn progress(set: &Dataset) -> ProgressBar {
    let bar = ProgressBar::new(set.texts.len() as u64);
    let style = ProgressStyle::with_template("{msg:<32} {wide_bar} {pos}/{len} {elapsed}");
    bar.set_style(style.expect("a valid template"));
    bar.set_message(format!("{}: indexing", set.name));
    bar.enable_steady_tick(std::time::Duration::from_millis(500));
    bar
}
