//! Judged sets in the layout of BEIR: `corpus.jsonl(.gz)` {_id, title, text}, `queries.jsonl(.gz)`
//! {_id, text} and `qrels.tsv` (a header, then question, text and grade).

use crate::eval::ScratchText;
use anyhow::{Context, ensure};
use flate2::read::GzDecoder;
use footnote_domain::id::ContentHash;
use footnote_domain::text::Language;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Parameters are fitted on one half of a set's questions and reported on the other: by the first
/// hexadecimal digit of the SHA-256 of a question's id, 0 to 7 and 8 to f. A set that brings questions
/// for fitting of its own (`queries_train`, `qrels_train.tsv`) is reported whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Half {
    /// For fitting.
    Tune,
    /// For reports.
    Report,
    /// Every question, to compare with what others publish.
    All,
}

impl Half {
    fn holds(self, id: &str) -> bool {
        let tune = Sha256::digest(id.as_bytes())[0] < 0x80;
        self == Self::All || (self == Self::Tune) == tune
    }
}

/// A judged set.
pub struct Dataset {
    /// Its name: that of the folder.
    pub name: String,
    /// Its texts, oldest first.
    pub texts: Vec<ScratchText>,
    /// Its questions that have an answer.
    pub questions: Vec<Judged>,
}

/// A question and what answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The question.
    pub text: String,
    /// Its language, as the service sees it.
    pub language: Language,
    /// The texts that answer it, with their grades.
    pub grades: HashMap<ContentHash, f64>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

impl Dataset {
    /// Reads a folder: the questions of one half, at most `most` of them.
    pub fn read(folder: &Path, half: Half, most: usize) -> anyhow::Result<Self> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let trains = find(folder, "queries_train").is_some();
        let (part, half) = match (half, trains) {
            (Half::Tune, true) => ("_train", Half::All),
            (Half::Report, true) => ("", Half::All),
            (half, _) => ("", half),
        };
        let (texts, hashes) = texts(&name, records(folder, "corpus")?);
        let grades = grades(&folder.join(format!("qrels{part}.tsv")), &hashes)?;
        let mut questions = Vec::new();
        for record in records(folder, &format!("queries{part}"))? {
            let Some(grades) = grades.get(&record.id).filter(|_| half.holds(&record.id)) else {
                continue;
            };
            let language = Language::detect(&record.text);
            questions.push(Judged { text: record.text, language, grades: grades.clone() });
        }
        questions.truncate(most);
        ensure!(!questions.is_empty(), "{} has no judged question", folder.display());
        Ok(Self { name, texts, questions })
    }
}

/// The texts, and their hashes by id. One with nothing but a title says its title.
fn texts(name: &str, corpus: Vec<Record>) -> (Vec<ScratchText>, HashMap<String, ContentHash>) {
    let mut hashes = HashMap::new();
    let texts = corpus.into_iter().map(|record| {
        let text = if record.text.trim().is_empty() { record.title.clone() } else { record.text };
        let payee = format!("author of {}", record.id);
        let datanet = name.to_owned();
        let text = ScratchText { datanet, title: record.title, text, payee, removed: false };
        hashes.insert(record.id, text.content_hash());
        text
    });
    // Without a word in title or text there is nothing to register.
    let texts: Vec<ScratchText> = texts.filter(|text| !text.text.trim().is_empty()).collect();
    (texts, hashes)
}

type Grades = BTreeMap<String, HashMap<ContentHash, f64>>;

fn grades(path: &Path, hashes: &HashMap<String, ContentHash>) -> anyhow::Result<Grades> {
    let table =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let mut grades = Grades::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [question, text, grade] = fields[..] else {
            anyhow::bail!("`{line}` in {} is not question, text and grade", path.display());
        };
        let grade: f64 = grade.trim().parse().with_context(|| format!("the grade in `{line}`"))?;
        let hash = hashes.get(text).with_context(|| format!("no text is `{text}` in `{line}`"))?;
        if grade > 0.0 {
            grades.entry(question.to_owned()).or_default().insert(*hash, grade);
        }
    }
    Ok(grades)
}

fn find(folder: &Path, stem: &str) -> Option<PathBuf> {
    let paths = ["jsonl.gz", "jsonl"].map(|ending| folder.join(format!("{stem}.{ending}")));
    paths.into_iter().find(|path| path.is_file())
}

fn records(folder: &Path, stem: &str) -> anyhow::Result<Vec<Record>> {
    let path = find(folder, stem)
        .with_context(|| format!("{} has no {stem}.jsonl.gz or {stem}.jsonl", folder.display()))?;
    let file = File::open(&path).with_context(|| format!("opening {}", path.display()))?;
    let reader: Box<dyn Read> = match path.extension() {
        Some(ending) if ending == "gz" => Box::new(GzDecoder::new(file)),
        _ => Box::new(file),
    };
    let lines = BufReader::new(reader).lines();
    let record = |line: std::io::Result<String>| Ok(serde_json::from_str(&line?)?);
    lines
        .map(record)
        .collect::<anyhow::Result<_>>()
        .with_context(|| format!("reading {}", path.display()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A set of four texts and eight questions.
    pub(in crate::eval::retrieval) fn small(folder: &Path) {
        let write =
            |name: &str, text: String| std::fs::write(folder.join(name), text).expect("written");
        let subjects = [
            ("a", "Whales", "Whales breathe air at the surface of the sea."),
            ("b", "Bread", "Bread rises because yeast makes gas in the dough."),
            ("c", "Rust", "Iron rusts when water and oxygen reach it."),
            ("d", "Tides", "The moon pulls the water of the oceans into tides."),
        ];
        let corpus = subjects.map(|(id, title, text)| {
            format!(r#"{{"_id":"{id}","title":"{title}","text":"{text}"}}"#)
        });
        write("corpus.jsonl", corpus.join("\n"));
        let questions = [
            "Why do whales breathe air?",
            "What makes bread rise?",
            "When does iron rust?",
            "What pulls the tides?",
        ];
        let numbered =
            (0..8).map(|at| format!(r#"{{"_id":"{at}","text":"{}"}}"#, questions[at % 4]));
        write("queries.jsonl", numbered.collect::<Vec<_>>().join("\n"));
        let grades = (0..8).map(|at| format!("{at}\t{}\t1", ["a", "b", "c", "d"][at % 4]));
        write(
            "qrels.tsv",
            format!("query-id\tcorpus-id\tscore\n{}", grades.collect::<Vec<_>>().join("\n")),
        );
    }

    #[test]
    fn halves_part_the_questions_and_train_questions_take_the_tune_half() {
        let folder = tempfile::tempdir().expect("a folder");
        small(folder.path());
        let read = |half| Dataset::read(folder.path(), half, 99).expect("reads").questions.len();
        assert_eq!(read(Half::Tune) + read(Half::Report), read(Half::All));
        assert!(read(Half::Tune) > 0 && read(Half::Report) > 0);
        std::fs::write(folder.path().join("queries_train.jsonl"), r#"{"_id":"t","text":"Tides?"}"#)
            .expect("written");
        std::fs::write(folder.path().join("qrels_train.tsv"), "q\tc\ts\nt\td\t1").expect("written");
        assert_eq!((read(Half::Tune), read(Half::Report)), (1, 8));
    }

    #[test]
    fn faults_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let fault = || {
            let error = Dataset::read(folder.path(), Half::Report, 9).err().expect("a fault");
            format!("{error:#}")
        };
        assert!(fault().contains("corpus.jsonl"), "{}", fault());
        small(folder.path());
        std::fs::write(folder.path().join("qrels.tsv"), "header\n1\tnobody\t1").expect("written");
        assert!(fault().contains("no text is `nobody`"), "{}", fault());
        std::fs::write(folder.path().join("qrels.tsv"), "header\n1 a 1").expect("written");
        assert!(fault().contains("`1 a 1`"), "{}", fault());
    }
}
