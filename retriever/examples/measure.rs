//! How well does search rank, and how sure may it be? Ranks the questions of judged sets and fits
//! the coefficients of `relevance.rs` on the tune half of each (first hexadecimal digit of the
//! question id's SHA-256 below 8).
//!
//! `cargo run --release -p footnote-retriever --example measure -- DIR…`, each DIR with
//! `corpus.jsonl.gz`, `queries.jsonl.gz` and `qrels.tsv`; its last two letters name its language,
//! else English. Vectors when `FOOTNOTE_ONNXRUNTIME` and `FOOTNOTE_MODEL_DIR` are set.
//!
//! Samples of the fit: per question its best hit that answers, and its best that does not, as if
//! the answer were not in the corpus; and, between the first set and each other of its language, the
//! best hits of each other's questions, which nothing there answers. Name a first set on a subject of
//! its own.

use flate2::read::GzDecoder;
use footnote_domain::chain::BlockRef;
use footnote_domain::corpus::{Age, Contribution, Ownership, Passage, Sentence, Standing};
use footnote_domain::embed::{Embed, quantise};
use footnote_domain::id::{BlockHash, ContentHash, DatanetId, PayeeId};
use footnote_domain::payee::Payees;
use footnote_domain::source_uri::Description;
use footnote_domain::text::{Language, sentences};
use footnote_retriever::{
    ChunkingParameters, DocumentInput, DocumentVectors, FastEmbedder, Generation, GenerationInput,
    Hit, Query, VectorEngine, write_generation_on,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

/// A judged set, indexed.
struct Set {
    name: String,
    language: Language,
    generation: Arc<Generation>,
    ids: Vec<String>,
    questions: Vec<Record>,
    relevant: HashMap<String, HashSet<String>>,
}

/// What a hit measured, and whether it answered.
struct Sample {
    ratio: f64,
    cosine: f64,
    answers: bool,
}

fn main() -> Result<(), Failure> {
    let embedder = open_embedder()?;
    let scratch = tempfile::tempdir()?;
    let mut sets = Vec::new();
    for (number, folder) in std::env::args_os().skip(1).map(PathBuf::from).enumerate() {
        sets.push(read_set(&folder, &scratch.path().join(number.to_string()), embedder.as_ref())?);
    }
    for hybrid in [false, true] {
        let mut samples: BTreeMap<&str, Vec<Sample>> = BTreeMap::new();
        for set in &sets {
            let known = embedder.as_ref().is_some_and(|it| it.model().knows(set.language));
            if hybrid && !known {
                continue;
            }
            let model = embedder.as_ref().filter(|_| hybrid);
            let found = samples.entry(set.language.code()).or_default();
            measure(set, model, hybrid, found)?;
            if set.language == sets[0].language && set.name != sets[0].name {
                misplaced(&sets[0], set, model, found)?;
                misplaced(set, &sets[0], model, found)?;
            }
        }
        for (language, samples) in &samples {
            report_fit(language, hybrid, samples);
        }
    }
    Ok(())
}

fn open_embedder() -> Result<Option<FastEmbedder>, Failure> {
    let path = |name| std::env::var_os(name).map(PathBuf::from);
    let Some((model, runtime)) = path("FOOTNOTE_MODEL_DIR").zip(path("FOOTNOTE_ONNXRUNTIME"))
    else {
        println!("no embedding model named: words only");
        return Ok(None);
    };
    Ok(Some(FastEmbedder::open(&model, &runtime, vec![Language::English])?))
}

fn lines(path: &Path) -> Result<Vec<Record>, Failure> {
    let reader = BufReader::new(GzDecoder::new(File::open(path)?));
    reader.lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

fn read_set(folder: &Path, root: &Path, model: Option<&FastEmbedder>) -> Result<Set, Failure> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let language = match name.rsplit('_').next() {
        Some("es") => Language::Spanish,
        Some("zh") => Language::Chinese,
        _ => Language::English,
    };
    let corpus = lines(&folder.join("corpus.jsonl.gz"))?;
    let mut relevant: HashMap<String, HashSet<String>> = HashMap::new();
    for line in std::fs::read_to_string(folder.join("qrels.tsv"))?.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [question, document, grade] = fields[..]
            && grade.trim().parse::<f64>()? > 0.0
        {
            relevant.entry(question.to_owned()).or_default().insert(document.to_owned());
        }
    }
    let begun = Instant::now();
    let generation = index(&corpus, language, root, model)?;
    println!("{name}: {} texts indexed in {:.1} s", corpus.len(), begun.elapsed().as_secs_f64());
    let mut questions = lines(&folder.join("queries.jsonl.gz"))?;
    questions.retain(|question| is_tune(&question.id) && relevant.contains_key(&question.id));
    let ids = corpus.into_iter().map(|record| record.id).collect();
    Ok(Set { name, language, generation, ids, questions, relevant })
}

fn is_tune(id: &str) -> bool {
    Sha256::digest(id.as_bytes())[0] < 0x80
}

fn index(
    corpus: &[Record],
    language: Language,
    root: &Path,
    model: Option<&FastEmbedder>,
) -> Result<Arc<Generation>, Failure> {
    let model = model.filter(|it| it.model().knows(language));
    let mut documents = Vec::new();
    for (number, record) in (0u32..).zip(corpus) {
        documents.push(document(number, record, language, model)?);
    }
    let block =
        BlockRef { number: 1, hash: BlockHash([1; 32]), parent: BlockHash([0; 32]), timestamp: 0 };
    let input = GenerationInput {
        datanets: Vec::new(),
        block,
        recent_blocks: Vec::new(),
        documents,
        chunking: ChunkingParameters::default(),
        embedding: model.map(|it| it.model().clone()),
    };
    let id = write_generation_on(root, input, VectorEngine::Flat, &|_| {})?;
    Ok(Generation::open(root, &id)?)
}

fn document(
    number: u32,
    record: &Record,
    language: Language,
    model: Option<&FastEmbedder>,
) -> Result<DocumentInput, Failure> {
    let text = record.text.clone();
    let age = Age { block: 1, log_index: u64::from(number) };
    let contribution = Contribution {
        datanet: DatanetId([1; 32]),
        content_hash: ContentHash::of(text.as_bytes()),
        age,
        effective_age: age,
        payees: Payees::equal(vec![PayeeId([1; 32])])?,
        supersedes: None,
        description: Description { title: record.title.clone(), ..Description::default() },
        language,
        size: text.len() as u64,
        standing: Standing::Live,
    };
    let sentences: Vec<Sentence> = sentences(&text)
        .into_iter()
        .map(|found| Sentence { span: found.span, kind: found.kind, ownership: Ownership::Own })
        .collect();
    let passages = match (sentences.first(), sentences.last()) {
        (Some(first), Some(last)) => vec![Passage {
            document: number,
            sentences: 0..u32::try_from(sentences.len())?,
            span: first.span.start..last.span.end,
            section: String::new(),
        }],
        _ => Vec::new(),
    };
    let vectors = match model.filter(|_| !passages.is_empty()) {
        None => None,
        Some(model) => {
            let titled = format!("{}\n{text}", record.title);
            let vector = model.embed(&[titled.trim()])?;
            let stand_in = quantise(&vector[0]);
            Some(DocumentVectors { passages: vector, sentences: vec![stand_in; sentences.len()] })
        }
    };
    Ok(DocumentInput { contribution, text, sentences, passages, vectors })
}

fn ask(set: &Set, question: &str, model: Option<&FastEmbedder>) -> Result<Vec<Hit>, Failure> {
    let vector = match model {
        None => None,
        Some(model) => model.embed(&[question])?.pop(),
    };
    let query = Query {
        text: question.to_owned(),
        language: set.language,
        vector,
        datanets: Vec::new(),
        limit: 10,
    };
    Ok(set.generation.search(&query)?)
}

fn sample(hit: &Hit, answers: bool) -> Sample {
    Sample {
        ratio: f64::from(hit.bm25_ratio),
        cosine: f64::from(hit.cosine.unwrap_or(0.0)),
        answers,
    }
}

fn measure(
    set: &Set,
    model: Option<&FastEmbedder>,
    hybrid: bool,
    samples: &mut Vec<Sample>,
) -> Result<(), Failure> {
    let (mut gain, mut micros) = (0.0, Vec::new());
    for question in &set.questions {
        let begun = Instant::now();
        let hits = ask(set, &question.text, model)?;
        micros.push(begun.elapsed().as_micros());
        let relevant = &set.relevant[&question.id];
        let judged: Vec<bool> =
            hits.iter().map(|hit| relevant.contains(&set.ids[hit.document as usize])).collect();
        gain += ndcg(&judged, relevant.len());
        for answers in [true, false] {
            let best = judged.iter().position(|judged| *judged == answers);
            samples.extend(best.map(|at| sample(&hits[at], answers)));
        }
    }
    micros.sort_unstable();
    println!(
        "{} {}: nDCG@10 {:.4} over {} questions, p50 {} µs",
        set.name,
        if hybrid { "hybrid" } else { "words" },
        gain / set.questions.len() as f64,
        set.questions.len(),
        micros[micros.len() / 2],
    );
    Ok(())
}

/// Questions put to a set that does not answer them.
fn misplaced(
    from: &Set,
    to: &Set,
    model: Option<&FastEmbedder>,
    samples: &mut Vec<Sample>,
) -> Result<(), Failure> {
    for question in from.questions.iter().take(600) {
        samples.extend(ask(to, &question.text, model)?.first().map(|hit| sample(hit, false)));
    }
    Ok(())
}

fn ndcg(judged: &[bool], relevant: usize) -> f64 {
    let discount = |at: usize| 1.0 / ((at + 2) as f64).log2();
    let gain: f64 = (0..judged.len()).filter(|at| judged[*at]).map(discount).sum();
    let best: f64 = (0..relevant.min(10)).map(discount).sum();
    gain / best
}

/// Newton's method for a logistic of bias, ratio and cosine, with a slight pull towards nought.
fn report_fit(language: &str, hybrid: bool, samples: &[Sample]) {
    let mut weights = [0.0f64; 3];
    for _ in 0..40 {
        let mut gradient = weights.map(|weight| -0.01 * weight);
        let mut curvature = [[0.0; 3]; 3];
        for (at, row) in curvature.iter_mut().enumerate() {
            row[at] = 0.01;
        }
        for sample in samples {
            let x = [1.0, sample.ratio.clamp(0.0, 1.0), sample.cosine];
            let odds: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-odds).exp());
            for i in 0..3 {
                gradient[i] += (f64::from(u8::from(sample.answers)) - p) * x[i];
                for j in 0..3 {
                    curvature[i][j] += p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        let step = solve(curvature, gradient);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step;
        }
    }
    let answers = samples.iter().filter(|sample| sample.answers).count();
    println!(
        "{language} {}: bias {:.2}, ratio {:.2}, cosine {:.2} ({answers} of {} samples answer)",
        if hybrid { "hybrid" } else { "words" },
        weights[0],
        weights[1],
        weights[2],
        samples.len(),
    );
}

/// Cramer's rule.
fn solve(a: [[f64; 3]; 3], b: [f64; 3]) -> [f64; 3] {
    let det = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = det(a);
    [0, 1, 2].map(|column| {
        let mut replaced = a;
        for (row, value) in replaced.iter_mut().zip(b) {
            row[column] = value;
        }
        det(replaced) / whole
    })
}
