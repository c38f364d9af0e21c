//! Sets in the layout of SQuAD: questions with the texts that answer them, unanswerable ones among
//! them, asked of all paragraphs of the file and of whatever else is to be searched beside them.

use crate::eval::ScratchText;
use crate::eval::attribution::dataset::{Half, SquadAnswer, SquadQuestion, scratch_text};
use anyhow::{Context, ensure};
use flate2::read::GzDecoder;
use footnote_domain::id::ContentHash;
use footnote_generator::exercise::ExerciseCase;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// A set of judged questions and what is searched for them.
pub struct QuestionSet {
    /// Its name: that of the file.
    pub name: String,
    /// What is searched, oldest first.
    pub texts: Vec<ScratchText>,
    /// One half of its questions.
    pub questions: Vec<JudgedQuestion>,
}

/// A question whose answer is known.
#[derive(Debug)]
pub struct JudgedQuestion {
    /// Its id in the set.
    pub id: String,
    /// As asked.
    pub text: String,
    /// Title of the article that it was asked of.
    pub title: String,
    /// The paragraph that it was asked of.
    pub paragraph: ContentHash,
    /// The strings that answer it; none when the paragraph does not.
    pub answers: Vec<String>,
}

impl JudgedQuestion {
    /// Whether its paragraph answers it.
    pub fn case(&self) -> ExerciseCase {
        if self.answers.is_empty() { ExerciseCase::Unanswerable } else { ExerciseCase::Answerable }
    }
}

/// A text that is searched beside the paragraphs of a set.
#[derive(Deserialize)]
struct CorpusText {
    title: String,
    text: String,
}

impl QuestionSet {
    /// Reads one half of a set, at most `most` questions, and the texts of `corpora` beside it.
    pub fn read(
        path: &Path,
        corpora: &[impl AsRef<Path>],
        half: Half,
        most: usize,
    ) -> anyhow::Result<Self> {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = file_name.split('.').next().unwrap_or_default().to_owned();
        let mut texts = Texts::new(&name);
        for corpus in corpora {
            for row in rows::<CorpusText>(corpus.as_ref())? {
                texts.add(&row.title, &row.text);
            }
        }
        let mut questions = Vec::new();
        for row in rows::<SquadQuestion>(path)? {
            let paragraph = texts.add(&row.title, &row.context);
            if half.holds(&row.id) && questions.len() < most {
                questions.push(JudgedQuestion {
                    id: row.id,
                    text: row.question,
                    title: title(&row.title),
                    paragraph,
                    answers: row.answers.iter().map(SquadAnswer::text).map(str::to_owned).collect(),
                });
            }
        }
        ensure!(!questions.is_empty(), "{} has no question of this half", path.display());
        let texts = texts.all;
        Ok(Self { name, texts, questions })
    }
}

/// Texts, each once.
struct Texts<'a> {
    datanet: &'a str,
    seen: HashSet<ContentHash>,
    all: Vec<ScratchText>,
}

impl<'a> Texts<'a> {
    fn new(datanet: &'a str) -> Self {
        Self { datanet, seen: HashSet::new(), all: Vec::new() }
    }

    fn add(&mut self, title: &str, text: &str) -> ContentHash {
        let text = scratch_text(self.datanet, &self::title(title), text);
        let hash = text.content_hash();
        if self.seen.insert(hash) {
            self.all.push(text);
        }
        hash
    }
}

fn title(raw: &str) -> String {
    raw.replace('_', " ")
}

/// The lines of a .jsonl or .jsonl.gz file.
fn rows<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let file: Box<dyn Read> = if path.extension().is_some_and(|ending| ending == "gz") {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let read = |line: std::io::Result<String>| anyhow::Ok(serde_json::from_str(&line?)?);
    let rows: anyhow::Result<Vec<T>> = BufReader::new(file).lines().map(read).collect();
    rows.with_context(|| format!("reading {} (JSON lines)", path.display()))
}
