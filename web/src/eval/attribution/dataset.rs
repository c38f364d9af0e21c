//! Judged sets: questions, the texts they may be answered from, and which of these are gold.
//!
//! Two layouts: HotpotQA's (`.json`: every question brings its own sources, the gold sentences are
//! marked) and SQuAD's as JSON lines (`.jsonl`, `.jsonl.gz`: all paragraphs of the file are the
//! sources of every question).

use crate::eval::ScratchText;
use anyhow::{Context, bail};
use flate2::read::GzDecoder;
use footnote_domain::id::ContentHash;
use footnote_domain::text::sentences;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Parameters are fitted on one half of a set and reported on the other: by the first hexadecimal
/// digit of the SHA-256 of a question's id, 0 to 7 and 8 to f.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Half {
    /// For fitting.
    Tune,
    /// For reports.
    Report,
}

impl Half {
    /// Whether a question belongs to this half.
    pub fn holds(self, id: &str) -> bool {
        (Sha256::digest(id.as_bytes())[0] >= 0x80) == (self == Self::Report)
    }
}

/// A judged set.
pub struct Dataset {
    /// Its name: that of the file.
    pub name: String,
    /// Its texts, oldest first.
    pub texts: Vec<ScratchText>,
    /// Its questions.
    pub cases: Vec<Case>,
    /// Whether every question has sources of its own, in a Datanet of its own.
    pub apart: bool,
}

/// Questions of a set with shared sources that are attacked, all in one index.
const ATTACKED_MOST: usize = 60;

/// A question with what is known of its answer.
#[derive(Clone)]
pub struct Case {
    /// The question.
    pub question: String,
    /// The Datanet in which its sources are.
    pub datanet: String,
    /// The sources on which a true answer rests.
    pub gold: BTreeSet<ContentHash>,
    /// The sentences of the sources that make the answer, in order.
    pub reference: Vec<String>,
}

#[derive(Deserialize)]
struct HotpotQuestion {
    #[serde(rename = "_id")]
    id: String,
    question: String,
    supporting_facts: Vec<(String, usize)>,
    context: Vec<(String, Vec<String>)>,
}

/// A line of a set in the layout of SQuAD.
#[derive(Deserialize)]
pub(in crate::eval) struct SquadQuestion {
    pub(in crate::eval) id: String,
    pub(in crate::eval) title: String,
    pub(in crate::eval) context: String,
    pub(in crate::eval) question: String,
    pub(in crate::eval) answers: Vec<SquadAnswer>,
}

/// What answers it, with or without its place.
#[derive(Deserialize)]
#[serde(untagged)]
pub(in crate::eval) enum SquadAnswer {
    Text(String),
    Placed { text: String },
}

impl Dataset {
    /// Reads a file; of a SQuAD set one half, at most `most` questions.
    pub fn read(path: &Path, most: usize, half: Half) -> anyhow::Result<Self> {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = file_name.split('.').next().unwrap_or_default().to_owned();
        let set = match () {
            () if file_name.ends_with(".json") => Self::hotpot(name, path, most),
            () if file_name.ends_with(".jsonl") => Self::squad(name, open(path)?, most, half),
            () if file_name.ends_with(".jsonl.gz") => {
                Self::squad(name, GzDecoder::new(open(path)?), most, half)
            }
            () => bail!("`{file_name}` is neither .json (HotpotQA) nor .jsonl(.gz) (SQuAD)"),
        };
        let set = set.with_context(|| format!("reading the set {}", path.display()))?;
        if set.cases.is_empty() {
            bail!("{} has no question that has an answer", path.display());
        }
        Ok(set)
    }

    /// The set with the questions that are attacked: all where their sources stand apart, else some,
    /// no two of them about the same text.
    pub fn to_attack(&self) -> Self {
        let mut seen = HashSet::new();
        let fresh = |case: &&Case| self.apart || case.gold.iter().all(|text| seen.insert(*text));
        let most = if self.apart { usize::MAX } else { ATTACKED_MOST };
        Self {
            name: self.name.clone(),
            texts: self.texts.clone(),
            cases: self.cases.iter().filter(fresh).take(most).cloned().collect(),
            apart: self.apart,
        }
    }

    fn hotpot(name: String, path: &Path, most: usize) -> anyhow::Result<Self> {
        let questions: Vec<HotpotQuestion> = serde_json::from_reader(BufReader::new(open(path)?))?;
        let (mut texts, mut cases) = (Vec::new(), Vec::new());
        for question in questions.into_iter().take(most) {
            let datanet = question.id.clone();
            let mut gold = BTreeSet::new();
            for (title, lines) in &question.context {
                let text = scratch_text(&datanet, title, lines.concat().trim());
                if question.supporting_facts.iter().any(|(gold, _)| gold == title) {
                    gold.insert(text.content_hash());
                }
                texts.push(text);
            }
            let sources: BTreeMap<&str, &Vec<String>> =
                question.context.iter().map(|(title, lines)| (title.as_str(), lines)).collect();
            let fact = |(title, line): &(String, usize)| {
                sources.get(title.as_str()).and_then(|lines| lines.get(*line))
            };
            let facts = question.supporting_facts.iter().filter_map(fact);
            let reference: Vec<String> = facts.map(|line| line.trim().to_owned()).collect();
            if !reference.is_empty() {
                cases.push(Case { question: question.question, datanet, gold, reference });
            }
        }
        Ok(Self { name, texts, cases, apart: true })
    }

    fn squad(name: String, file: impl Read, most: usize, half: Half) -> anyhow::Result<Self> {
        let (mut texts, mut cases) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for line in BufReader::new(file).lines() {
            let question: SquadQuestion = serde_json::from_str(&line?)?;
            let text = scratch_text(&name, &question.title.replace('_', " "), &question.context);
            let hash = text.content_hash();
            if seen.insert(hash) {
                texts.push(text);
            }
            let answer = question.answers.first().map(SquadAnswer::text);
            let reference = answer.and_then(|answer| sentence_with(&question.context, answer));
            let wanted = half.holds(&question.id) && cases.len() < most;
            if let Some(reference) = reference.filter(|_| wanted) {
                cases.push(Case {
                    question: question.question,
                    datanet: name.clone(),
                    gold: BTreeSet::from([hash]),
                    reference: vec![reference],
                });
            }
        }
        Ok(Self { name, texts, cases, apart: false })
    }
}

impl SquadAnswer {
    pub(in crate::eval) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Placed { text } => text,
        }
    }
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("opening {}", path.display()))
}

/// Every text has an author of its own.
pub(in crate::eval) fn scratch_text(datanet: &str, title: &str, text: &str) -> ScratchText {
    ScratchText {
        datanet: datanet.to_owned(),
        title: title.to_owned(),
        payee: format!("author of {}", ContentHash::of(text.as_bytes())),
        text: text.to_owned(),
        removed: false,
    }
}

fn sentence_with(text: &str, answer: &str) -> Option<String> {
    let all = sentences(text);
    let found = all.iter().find(|sentence| text[sentence.span.clone()].contains(answer))?;
    Some(text[found.span.clone()].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let hotpot = folder.path().join("multi.json");
        let text = r#"[{"_id":"a","question":"Who?","supporting_facts":[["Ada",1],["Gone",0]],
            "context":[["Ada",["She was born."," She wrote programs."]],["Bob",["He did not."]]]}]"#;
        std::fs::write(&hotpot, text).expect("written");
        let set = Dataset::read(&hotpot, 9, Half::Report).expect("reads");
        assert_eq!((set.texts.len(), set.cases.len(), set.apart), (2, 1, true));
        assert_eq!(set.cases[0].reference, ["She wrote programs."]);
        assert_eq!(set.cases[0].gold, BTreeSet::from([set.texts[0].content_hash()]));

        let squad = folder.path().join("one.jsonl");
        let line = |id: &str| {
            format!(
                r#"{{"id":"{id}","title":"A_B","context":"It rains. It snows.","question":"What?","answers":[{{"text":"snows"}}]}}"#
            )
        };
        // One of each half.
        let lines: Vec<String> = ["1", "2", "3", "4"].map(line).into();
        std::fs::write(&squad, lines.join("\n")).expect("written");
        let set = Dataset::read(&squad, 9, Half::Report).expect("reads");
        let other = Dataset::read(&squad, 9, Half::Tune).expect("reads");
        assert_eq!((set.texts.len(), set.cases.len() + other.cases.len()), (1, 4));
        assert!(set.cases.iter().all(|case| case.reference == ["It snows."]));
        assert!(Dataset::read(&folder.path().join("set.csv"), 9, Half::Tune).is_err());
    }
}
