//! Questions with gold answers, and the paragraphs they are asked of.

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use footnote_domain::text::Language;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::str::FromStr;

/// Which half of the questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Tune,
    Report,
}

impl FromStr for Half {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "tune" => Ok(Self::Tune),
            "report" => Ok(Self::Report),
            other => Err(format!("`{other}` is neither tune nor report")),
        }
    }
}

impl Half {
    fn of(id: &str) -> Self {
        if Sha256::digest(id.as_bytes())[0] >> 4 < 8 { Self::Tune } else { Self::Report }
    }
}

pub(crate) struct Paragraph {
    pub(crate) title: String,
    pub(crate) text: String,
}

pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) half: Half,
    pub(crate) text: String,
    pub(crate) language: Language,
    pub(crate) title: String,
    /// Number of the paragraph it was asked of.
    pub(crate) paragraph: u32,
    /// Empty where the paragraph does not answer.
    pub(crate) answers: Vec<String>,
}

impl Question {
    pub(crate) fn is_answered_by(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.answers.iter().any(|answer| text.contains(&answer.to_lowercase()))
    }
}

pub(crate) fn load(data: &Path, set: &str) -> Result<(Vec<Paragraph>, Vec<Question>)> {
    let corpus = if set.starts_with("squad") { "squad_v1.1_dev" } else { set };
    let mut paragraphs = Vec::new();
    let mut number_of: HashMap<String, u32> = HashMap::new();
    let mut add = |title: String, text: String, paragraphs: &mut Vec<Paragraph>| -> Result<u32> {
        if let Some(number) = number_of.get(text.trim()) {
            return Ok(*number);
        }
        let number = u32::try_from(paragraphs.len())?;
        number_of.insert(text.trim().to_owned(), number);
        paragraphs.push(Paragraph { title, text });
        Ok(number)
    };
    for row in rows(&data.join("ir").join(corpus).join("corpus.jsonl.gz"))? {
        add(field(&row, "title")?, field(&row, "text")?, &mut paragraphs)?;
    }
    let mut questions = Vec::new();
    for row in rows(&data.join("qa").join(format!("{set}.jsonl.gz")))? {
        let title = field(&row, "title")?;
        let id = field(&row, "id")?;
        let paragraph = add(title, field(&row, "context")?, &mut paragraphs)?;
        let answers = row["answers"].as_array().context("answers is a list")?;
        questions.push(Question {
            half: Half::of(&id),
            id,
            text: field(&row, "question")?,
            language: Language::from_code(&field(&row, "lang")?),
            title: paragraphs[paragraph as usize].title.clone(),
            paragraph,
            answers: answers.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        });
    }
    Ok((paragraphs, questions))
}

fn field(row: &Value, name: &str) -> Result<String> {
    Ok(row[name].as_str().with_context(|| format!("no text in `{name}`"))?.to_owned())
}

fn rows(path: &Path) -> Result<Vec<Value>> {
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}
