//! How are the numbers of the extractive backend chosen, and what do they come to? On exercises that
//! `footnote eval answers --keep FILE` wrote: exactly what the product's search hands to a backend.
//!
//! `cargo run -p footnote-generator --example fit_extractive -- fit TUNE_FILES` prints weights as they
//! stand in `settings.rs`; `… measure FILES` prints what the settings in use come to, and what every
//! refusal threshold would cost. `--by-words` leaves the vectors out.

mod descent;
mod logistic;
mod softmax;
mod tally;

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use flate2::read::GzDecoder;
use footnote_generator::exercise::{Exercise, ExerciseCase, ExerciseReader};
use footnote_generator::{Event, ExtractiveBackend, Parts, Settings};
use logistic::Judgement;
use softmax::Choice;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use tally::Tally;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fit ranking and confidence on these files, each a set; every set weighs the root of its size.
    Fit(Chosen),
    /// Answer these files' questions and count.
    Measure(Chosen),
}

#[derive(Args)]
struct Chosen {
    /// Files that `footnote eval answers --keep` wrote.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Leave the vectors out.
    #[arg(long)]
    by_words: bool,
    /// The most sentences of an answer.
    #[arg(long, default_value_t = 5)]
    sentences: usize,
    /// Sentences less likely than this part of the best are left out; as set by default.
    #[arg(long)]
    fraction_of_best: Option<f64>,
    /// The chance of holding the answer at which no more is added; as set by default.
    #[arg(long)]
    enough: Option<f64>,
    /// Refuse below this confidence; as set by default.
    #[arg(long)]
    needed_ppm: Option<u32>,
    /// Refuse nothing, to see what refusals cost.
    #[arg(long)]
    refuse_nothing: bool,
}

impl Chosen {
    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        let selection = &mut settings.selection;
        selection.fraction_of_best = self.fraction_of_best.unwrap_or(selection.fraction_of_best);
        selection.enough = self.enough.unwrap_or(selection.enough);
        let needed = self.needed_ppm.or(self.refuse_nothing.then_some(0));
        for confidence in [&mut settings.confidence_with_vectors, &mut settings.confidence_by_words]
        {
            confidence.needed_ppm = needed.unwrap_or(confidence.needed_ppm);
        }
        if self.refuse_nothing {
            settings.relevance_least_ppm = 0;
        }
        settings
    }

    fn exercises(&self, file: &Path) -> Result<impl Iterator<Item = Result<Exercise>>> {
        let opened = File::open(file).with_context(|| format!("opening {}", file.display()))?;
        let (by_words, sentences) = (self.by_words, self.sentences);
        let read = ExerciseReader::new(BufReader::new(GzDecoder::new(opened)));
        Ok(read.map(move |exercise| {
            let mut exercise = exercise?;
            exercise.request.max_sentences = sentences;
            if by_words {
                exercise.request.question_vector = None;
            }
            Ok(exercise)
        }))
    }
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Fit(chosen) => fit(&chosen),
        Command::Measure(chosen) => measure(&chosen),
    }
}

fn fit(chosen: &Chosen) -> Result<()> {
    let mut sets = Vec::new();
    for file in &chosen.files {
        sets.push(choices(chosen, file)?);
    }
    ensure!(sets.iter().all(|set| !set.is_empty()), "a file has no question that can be answered");
    let ranking = softmax::fit(&sets);
    println!("// ranking\n{}", constants(&ranking));
    let mut settings = Settings { relevance_least_ppm: 0, ..chosen.settings() };
    settings.ranking_with_vectors = ranking;
    settings.ranking_by_words = ranking;
    settings.confidence_with_vectors.needed_ppm = 0;
    settings.confidence_by_words.needed_ppm = 0;
    let backend = ExtractiveBackend::new(settings);
    let mut sets = Vec::new();
    for file in &chosen.files {
        sets.push(judgements(chosen, &backend, file)?);
    }
    let (bias, weights) = logistic::fit(&sets);
    println!("// confidence: bias {bias:.2}\n{}", constants(&weights));
    Ok(())
}

/// The candidates of every question of which one answers.
fn choices(chosen: &Chosen, file: &Path) -> Result<Vec<Choice>> {
    let backend = ExtractiveBackend::default();
    let mut choices = Vec::new();
    for exercise in chosen.exercises(file)? {
        let exercise = exercise?;
        if exercise.case != ExerciseCase::Answerable {
            continue;
        }
        let all = backend.explain(&exercise.request)?;
        let candidates: Vec<(Parts, bool)> =
            all.into_iter().map(|one| (one.parts, answers(&exercise, one.reference))).collect();
        choices.extend(Choice::of(candidates));
    }
    Ok(choices)
}

fn answers(exercise: &Exercise, reference: footnote_domain::corpus::SentenceRef) -> bool {
    let mut all = exercise.request.sources.iter().flat_map(|source| &source.sentences);
    let sentence = all.find(|sentence| sentence.reference == reference);
    sentence.is_some_and(|sentence| exercise.is_answered_by(&sentence.text))
}

/// What speaks for the best sentence of every question, and whether the answer then holds.
fn judgements(chosen: &Chosen, backend: &ExtractiveBackend, file: &Path) -> Result<Vec<Judgement>> {
    let mut judgements = Vec::new();
    for exercise in chosen.exercises(file)? {
        let exercise = exercise?;
        if let Some(best) = backend.explain(&exercise.request)?.first() {
            let holds = exercise.is_answered_by(&quoted(backend, &exercise)?.join(" "));
            let right = exercise.case == ExerciseCase::Answerable && holds;
            judgements.push(Judgement { parts: best.parts, case: exercise.case, right });
        }
    }
    Ok(judgements)
}

fn quoted(backend: &ExtractiveBackend, exercise: &Exercise) -> Result<Vec<String>> {
    let events = backend.answer(&exercise.request)?;
    let sentences = events.into_iter().filter_map(|event| match event {
        Event::Sentence { text, .. } => Some(text),
        _ => None,
    });
    Ok(sentences.collect())
}

fn measure(chosen: &Chosen) -> Result<()> {
    let backend = ExtractiveBackend::new(chosen.settings());
    for file in &chosen.files {
        let mut tally = Tally::default();
        for exercise in chosen.exercises(file)? {
            let exercise = exercise?;
            let best = backend.explain(&exercise.request)?.into_iter().next();
            let holds = best.as_ref().is_some_and(|best| answers(&exercise, best.reference));
            let confidence = best.map_or(0, |best| best.confidence_ppm);
            tally.add(&exercise, &quoted(&backend, &exercise)?, holds, confidence);
        }
        println!("{}\n{}", file.display(), tally.text());
    }
    Ok(())
}

/// Weights as they stand in `settings.rs`; those that came out as nothing are left out.
fn constants(parts: &Parts) -> String {
    let lines = Parts::NAMES.iter().zip(parts.values());
    let lines = lines.filter(|(_, weight)| weight.abs() >= 0.005);
    lines.map(|(name, weight)| format!("    {name}: {weight:.2},\n")).collect()
}
