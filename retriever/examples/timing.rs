//! How long does a generation take to write and open, and a search to answer? Indexes a file in the
//! layout of the sample Datanets (`{doc_id, title, text}` per line, gzip) without vectors.
//!
//! `cargo run --release -p footnote-retriever --example timing -- docs.jsonl.gz`

use flate2::read::GzDecoder;
use footnote_domain::chain::BlockRef;
use footnote_domain::corpus::{Age, Contribution, Ownership, Passage, Sentence, Standing};
use footnote_domain::id::{BlockHash, ContentHash, DatanetId, PayeeId};
use footnote_domain::payee::Payees;
use footnote_domain::source_uri::Description;
use footnote_domain::text::{Language, sentences, tokens};
use footnote_domain::trace::Trace;
use footnote_retriever::{
    ChunkingParameters, DocumentInput, Generation, GenerationInput, SearchRequest, write_generation,
};
use serde::Deserialize;
use std::cell::RefCell;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Record {
    title: String,
    text: String,
}

fn main() -> Result<(), Failure> {
    let path = std::env::args_os().nth(1).ok_or("usage: timing docs.jsonl.gz")?;
    let reader = BufReader::new(GzDecoder::new(File::open(path)?));
    let mut documents = Vec::new();
    for (number, line) in (0u32..).zip(reader.lines()) {
        documents.push(document(number, serde_json::from_str(&line?)?)?);
    }
    let hash = BlockHash([1; 32]);
    let block = BlockRef { number: 1, hash, parent: hash, timestamp: 0 };
    let input = GenerationInput {
        datanets: Vec::new(),
        block,
        recent_blocks: Vec::new(),
        documents,
        chunking: ChunkingParameters::default(),
        embedding: None,
    };
    let root = tempfile::tempdir()?;
    let begun = Instant::now();
    let stage = RefCell::new((None, begun));
    let id = write_generation(root.path(), input, &|progress| {
        let mut stage = stage.borrow_mut();
        if stage.0 != Some(progress.stage) {
            println!("  {:?} → {:?} after {:?}", stage.0, progress.stage, stage.1.elapsed());
            *stage = (Some(progress.stage), Instant::now());
        }
    })?;
    println!("written in {:?}", begun.elapsed());
    let begun = Instant::now();
    let generation = Generation::open(root.path(), &id)?;
    println!("opened in {:?}: {:?}", begun.elapsed(), generation.manifest().counts);
    time_searches(&generation)?;
    time_traces(&generation)
}

/// Passages of 256 tokens at most, whole sentences, no overlap: enough to measure with.
fn document(number: u32, record: Record) -> Result<DocumentInput, Failure> {
    let text = record.text;
    let age = Age { block: 1, log_index: u64::from(number) };
    let contribution = Contribution {
        datanet: DatanetId([1; 32]),
        content_hash: ContentHash::of(text.as_bytes()),
        age,
        effective_age: age,
        payees: Payees::equal(vec![PayeeId([1; 32])])?,
        supersedes: None,
        description: Description { title: record.title, ..Description::default() },
        language: Language::detect(&text),
        size: text.len() as u64,
        standing: Standing::Live,
    };
    let sentences: Vec<Sentence> = sentences(&text)
        .into_iter()
        .map(|found| Sentence { span: found.span, kind: found.kind, ownership: Ownership::Own })
        .collect();
    let (mut passages, mut length): (Vec<Passage>, usize) = (Vec::new(), 0);
    for (at, sentence) in (0u32..).zip(&sentences) {
        let tokens = tokens(&text[sentence.span.clone()]).len();
        length += tokens;
        match passages.last_mut().filter(|_| length <= 256) {
            Some(passage) => {
                passage.sentences.end = at + 1;
                passage.span.end = sentence.span.end;
            }
            None => {
                let span = sentence.span.clone();
                passages.push(Passage {
                    document: number,
                    sentences: at..at + 1,
                    span,
                    section: String::new(),
                });
                length = tokens;
            }
        }
    }
    Ok(DocumentInput { contribution, text, sentences, passages, vectors: None })
}

/// Asks for every title.
fn time_searches(generation: &Generation) -> Result<(), Failure> {
    let mut times = Vec::new();
    for contribution in generation.documents() {
        let query = SearchRequest {
            limit: 20,
            ..SearchRequest::new(
                format!("What does {} change?", contribution.description.title),
                Language::English,
            )
        };
        let begun = Instant::now();
        generation.search(&query)?;
        times.push(begun.elapsed());
    }
    report("search", times);
    Ok(())
}

/// Traces a passage of each of the first documents against forty sources.
fn time_traces(generation: &Generation) -> Result<(), Failure> {
    let sources: Vec<ContentHash> =
        generation.documents().iter().take(40).map(|it| it.content_hash).collect();
    let mut times = Vec::new();
    for passage in 0..generation.passages().len().min(200) {
        let text = generation.passage_text(u32::try_from(passage)?);
        let begun = Instant::now();
        generation.trace(text, &sources)?;
        times.push(begun.elapsed());
    }
    report("trace of a passage in 40 sources", times);
    Ok(())
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    println!("{what}: p50 {:?}, p95 {:?} of {}", at(50), at(95), times.len());
}
