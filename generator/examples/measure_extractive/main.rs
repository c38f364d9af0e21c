//! How good are the extractive backend's answers? Retrieves by a plain BM25 (with a model: fused with
//! the cosine), answers, and counts how often the gold answer is quoted, and what is refused.
//!
//! `cargo run -p footnote-generator --example measure_extractive -- --data DATA --set xquad_es`
//! where DATA holds `qa/` and `ir/`. With `--model DIR --onnxruntime FILE` sentences and English
//! questions are embedded. `--dump FILE` writes what speaks for every candidate, for fitting weights.
//! Questions are split by the first hex digit of SHA-256(id): 0–7 tune, 8–f report.

mod dataset;
mod embedding;
mod retrieval;
mod tally;

use anyhow::{Context, Result};
use clap::Parser;
use dataset::{Half, Question, load};
use embedding::Vectors;
use footnote_domain::text::Unigrams;
use footnote_generator::{Event, ExtractiveBackend, Request, Settings};
use retrieval::Library;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tally::Tally;

#[derive(Parser)]
struct Arguments {
    /// Folder with `qa/` and `ir/`.
    #[arg(long)]
    data: PathBuf,
    /// squad_v2.0_dev, xquad_en, xquad_es or xquad_zh.
    #[arg(long)]
    set: String,
    /// tune or report.
    #[arg(long, default_value = "report")]
    half: Half,
    /// Folder of an embedding model; needs --onnxruntime.
    #[arg(long, requires = "onnxruntime")]
    model: Option<PathBuf>,
    /// The onnxruntime library.
    #[arg(long)]
    onnxruntime: Option<PathBuf>,
    /// The most sentences of an answer.
    #[arg(long, default_value_t = 4)]
    sentences: usize,
    /// Sentences less likely than this part of the best are left out; as set by default.
    #[arg(long)]
    fraction_of_best: Option<f64>,
    /// The chance of holding the answer at which no more is added; as set by default.
    #[arg(long)]
    enough: Option<f64>,
    /// Refuse nothing, to see what refusals cost.
    #[arg(long)]
    refuse_nothing: bool,
    /// Passages given to the backend.
    #[arg(long, default_value_t = 8)]
    passages: usize,
    /// Only so many questions.
    #[arg(long)]
    limit: Option<usize>,
    /// Write candidates here, one line each.
    #[arg(long)]
    dump: Option<PathBuf>,
}

impl Arguments {
    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        if let Some(fraction) = self.fraction_of_best {
            settings.selection.fraction_of_best = fraction;
        }
        if let Some(enough) = self.enough {
            settings.selection.enough = enough;
        }
        if self.refuse_nothing {
            settings.confidence_with_vectors.needed_ppm = 0;
            settings.confidence_by_words.needed_ppm = 0;
            settings.relevance_least_ppm = 0;
        }
        settings
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (paragraphs, mut questions) = load(&arguments.data, &arguments.set)?;
    questions.retain(|question| question.half == arguments.half);
    questions.truncate(arguments.limit.unwrap_or(usize::MAX));
    let mut idf = Unigrams::default();
    paragraphs.iter().for_each(|paragraph| idf.add(&paragraph.text));
    let mut vectors = match (&arguments.model, &arguments.onnxruntime) {
        (Some(model), Some(library)) => Some(Vectors::open(model, library)?),
        _ => None,
    };
    let library = Library::build(paragraphs, vectors.as_mut())?;
    let mut bench = Bench {
        backend: ExtractiveBackend::new(arguments.settings()),
        idf: Arc::new(idf),
        dump: arguments.dump.as_ref().map(File::create).transpose()?.map(BufWriter::new),
        library,
        vectors,
        sentences: arguments.sentences,
        passages: arguments.passages,
    };
    let (mut answerable, mut unanswerable, mut foreign) =
        (Tally::default(), Tally::default(), Tally::default());
    for question in &questions {
        let own = if question.answers.is_empty() { &mut unanswerable } else { &mut answerable };
        bench.ask(question, false, own)?;
        if !question.answers.is_empty() {
            // The same question where its article is missing: nothing can answer.
            bench.ask(question, true, &mut foreign)?;
        }
    }
    println!("{} ({:?} half)", arguments.set, arguments.half);
    answerable.print_answers("answerable");
    Tally::print_refusals(&answerable, &unanswerable, &foreign);
    Ok(())
}

struct Bench {
    backend: ExtractiveBackend,
    idf: Arc<Unigrams>,
    library: Library,
    vectors: Option<Vectors>,
    dump: Option<BufWriter<File>>,
    sentences: usize,
    passages: usize,
}

impl Bench {
    fn ask(&mut self, question: &Question, without_article: bool, tally: &mut Tally) -> Result<()> {
        let vector = self.vectors.as_mut().map(|model| model.embed(&question.text)).transpose()?;
        let missing = without_article.then_some(question.title.as_str());
        let sources = self.library.search(question, vector.as_deref(), missing, self.passages);
        let gold_found = sources.iter().any(|one| self.library.is_gold(one, question));
        let request = Request {
            question: question.text.clone(),
            language: question.language,
            question_vector: vector,
            sources,
            max_sentences: self.sentences,
            idf: Arc::clone(&self.idf),
            adapters: Vec::new(),
        };
        let started = Instant::now();
        let events = self.backend.answer(&request)?;
        let taken = started.elapsed();
        let scored = self.backend.explain(&request)?;
        if let Some(file) = &mut self.dump {
            dump(file, question, without_article, &request, &scored)?;
        }
        let quoted: Vec<&str> = events
            .iter()
            .filter_map(|event| match event {
                Event::Sentence { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let best = scored.first();
        let best_text = best.and_then(|best| {
            let all = request.sources.iter().flat_map(|source| &source.sentences);
            all.into_iter().find(|one| one.reference == best.reference).map(|one| one.text.as_str())
        });
        let confidence = best.map_or(0, |best| best.confidence_ppm);
        tally.add(question, &quoted, best_text, confidence, gold_found, taken);
        Ok(())
    }
}

/// question, case, holds the answer, of the question's paragraph, best relevance in ppm, parts…
fn dump(
    file: &mut impl Write,
    question: &Question,
    without_article: bool,
    request: &Request,
    scored: &[footnote_generator::Scored],
) -> Result<()> {
    let case = match (without_article, question.answers.is_empty()) {
        (true, _) => "foreign",
        (false, true) => "unanswerable",
        (false, false) => "answerable",
    };
    for one in scored {
        let mut all = request.sources.iter().flat_map(|source| &source.sentences);
        let sentence = all
            .find(|sentence| sentence.reference == one.reference)
            .context("explain names a sentence that was not given")?;
        let gold = question.is_answered_by(&sentence.text);
        let own = format!("{}", u8::from(one.reference.document == question.paragraph));
        write!(file, "{}\t{case}\t{}\t{own}", question.id, u8::from(gold))?;
        let relevance = request.sources.iter().map(|source| source.relevance_ppm).max();
        write!(file, "\t{}", relevance.unwrap_or(0))?;
        for value in one.parts.values() {
            write!(file, "\t{value:.4}")?;
        }
        writeln!(file)?;
    }
    Ok(())
}
