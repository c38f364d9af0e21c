//! `footnote eval`: measures the product on judged sets.

use super::{Place, output};
use crate::app::{backend, embedder};
use crate::config::Overrides;
use crate::eval::answers::AnswersEval;
use crate::eval::attribution::AttributionEval;
use crate::eval::attribution::dataset::Half;
use crate::eval::retrieval::{self, RetrievalEval};
use clap::{Args, Subcommand};
use footnote_domain::attribution::Constants;
use std::path::PathBuf;

/// What is measured.
#[derive(Debug, Subcommand)]
pub(super) enum EvalCommand {
    /// Who is paid, and whether that can be cheated: shares of gold sources, citations, attacks.
    Attribution(AttributionArgs),
    /// How good the answers are: whether they say what is asked for, at which length, price and time,
    /// and what is refused.
    Answers(AnswersArgs),
    /// Whether the right passage comes first: nDCG@10, MAP, recall@100 and MRR by words, by meaning and
    /// by both.
    Retrieval(RetrievalArgs),
}

/// Arguments of `footnote eval answers`.
#[derive(Debug, Args)]
pub(super) struct AnswersArgs {
    #[command(flatten)]
    place: Place,
    /// Judged sets in the layout of SQuAD, .jsonl or .jsonl.gz.
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Texts that are searched beside the paragraphs of each set: .jsonl(.gz) with `title` and `text`.
    #[arg(long, num_args = 1..)]
    corpus: Vec<PathBuf>,
    /// Who answers, instead of the configured one: extractive, openai or mistralrs.
    #[arg(long)]
    backend: Option<String>,
    /// Which half of the questions: settings are fitted on one and reported on the other.
    #[arg(long, value_enum, default_value = "report")]
    half: Half,
    /// Most questions of a set.
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    questions: usize,
    /// Keep what the backend was asked in this .jsonl.gz file, for fitting; with one set only.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Arguments of `footnote eval attribution`.
#[derive(Debug, Args)]
pub(super) struct AttributionArgs {
    #[command(flatten)]
    place: Place,
    /// Judged sets: .json in the layout of HotpotQA, .jsonl(.gz) in that of SQuAD.
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Most questions of a set.
    #[arg(long, default_value_t = 300)]
    questions: usize,
    /// Which half of SQuAD sets: thresholds are fitted on one and reported on the other.
    #[arg(long, value_enum, default_value = "report")]
    half: Half,
    /// Another least wording (v₀), in ppm, to see what it would do.
    #[arg(long)]
    wording_least_ppm: Option<u32>,
    /// Another least meaning (e₀), in ppm, to see what it would do.
    #[arg(long)]
    meaning_least_ppm: Option<u32>,
    /// Leave the attacks out.
    #[arg(long)]
    no_attacks: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Arguments of `footnote eval retrieval`.
#[derive(Debug, Args)]
pub(super) struct RetrievalArgs {
    #[command(flatten)]
    place: Place,
    /// Folders with corpus.jsonl(.gz), queries.jsonl(.gz) and qrels.tsv.
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Most questions of a set.
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    questions: usize,
    /// Which questions: parameters are fitted on one half and reported on the other.
    #[arg(long, value_enum, default_value = "report")]
    half: retrieval::dataset::Half,
    /// Folder in which vectors are kept from one run to the next.
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Fit the coefficients of relevance on the hits, too.
    #[arg(long)]
    fit_relevance: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Measures, and prints what came out.
pub(super) async fn run(command: EvalCommand) -> anyhow::Result<()> {
    match command {
        EvalCommand::Attribution(args) => attribution(args).await,
        EvalCommand::Answers(args) => answers(args).await,
        EvalCommand::Retrieval(args) => retrieval(args).await,
    }
}

async fn answers(args: AnswersArgs) -> anyhow::Result<()> {
    anyhow::ensure!(args.keep.is_none() || args.data.len() == 1, "--keep goes with one set");
    let overrides = Overrides { backend: args.backend, ..Overrides::default() };
    let config = args.place.config_with(overrides)?;
    let eval = AnswersEval {
        files: args.data,
        corpora: args.corpus,
        half: args.half,
        questions_most: args.questions,
        passages: config.passages,
        sentences_max: config.sentences_max,
        embedder: embedder::open(&config)?,
        backend: backend::open(&config.backend, config.adapters.memory_bytes).await?,
        kept: args.keep,
    };
    let report = eval.run().await?;
    let said = if args.json { format!("{:#}\n", report.json()) } else { report.text() };
    output::print(&said)
}

async fn retrieval(args: RetrievalArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    let eval = RetrievalEval {
        folders: args.data,
        half: args.half,
        questions_most: args.questions,
        embedder: embedder::open(&config)?,
        cache: args.cache,
        fit: args.fit_relevance,
    };
    let report = eval.run().await?;
    let said = if args.json { format!("{:#}\n", report.json()) } else { report.text() };
    output::print(&said)
}

async fn attribution(args: AttributionArgs) -> anyhow::Result<()> {
    let config = args.place.config(None)?;
    let mut constants = Constants::PUBLISHED;
    constants.wording_least_ppm = args.wording_least_ppm.unwrap_or(constants.wording_least_ppm);
    constants.meaning_least_ppm = args.meaning_least_ppm.unwrap_or(constants.meaning_least_ppm);
    let eval = AttributionEval {
        half: args.half,
        constants,
        files: args.data,
        questions_most: args.questions,
        attacks: !args.no_attacks,
        passages: config.passages,
        sentences_max: config.sentences_max,
        embedder: embedder::open(&config)?,
        backend: backend::open(&config.backend, config.adapters.memory_bytes).await?,
    };
    let report = eval.run().await?;
    let said = if args.json { format!("{:#}\n", report.json()) } else { report.text() };
    output::print(&said)
}
