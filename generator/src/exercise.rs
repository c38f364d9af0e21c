//! Requests of which it is known what answers them, kept in a file: settings are fitted on these
//! without an index, on exactly what the product's search hands to a backend.
//!
//! JSON lines: the token counts, then each sentence before the first question that reads it.

use crate::{Request, Source, SourceSentence};
use footnote_domain::corpus::SentenceRef;
use footnote_domain::id::ContentHash;
use footnote_domain::text::{Language, Unigrams};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, BufRead, Write};
use std::sync::Arc;

/// A request, without adapters, with what is known of its answer.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The question's id in its set.
    pub id: String,
    /// Whether its sources can answer.
    pub case: ExerciseCase,
    /// The texts that answer it; empty where nothing does.
    pub answers: Vec<String>,
    /// What a backend is asked.
    pub request: Request,
}

/// Whether the sources of a question can answer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExerciseCase {
    /// A text of the corpus answers.
    Answerable,
    /// The text that it was asked of does not say it.
    Unanswerable,
    /// Answerable, but everything of that title was left out of the corpus.
    ArticleMissing,
}

impl Exercise {
    /// Whether `text` holds one of the answers, letter case apart.
    pub fn is_answered_by(&self, text: &str) -> bool {
        holds_any(text, &self.answers)
    }
}

/// Whether `text` holds one of `answers`, letter case apart.
pub fn holds_any(text: &str, answers: &[String]) -> bool {
    let text = text.to_lowercase();
    answers.iter().any(|answer| text.contains(&answer.to_lowercase()))
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Counts(BTreeMap<String, u64>),
    Sentence(SourceSentence),
    Question(Question),
}

#[derive(Serialize, Deserialize)]
struct Question {
    id: String,
    case: ExerciseCase,
    answers: Vec<String>,
    question: String,
    language: Language,
    vector: Option<Vec<f32>>,
    max_sentences: usize,
    sources: Vec<StoredSource>,
}

#[derive(Serialize, Deserialize)]
struct StoredSource {
    passage: u32,
    document: u32,
    content_hash: ContentHash,
    title: String,
    section: String,
    rank: u32,
    score: f32,
    relevance_ppm: u32,
    sentences: Vec<SentenceRef>,
}

/// Writes exercises over one corpus.
pub struct ExerciseWriter<W> {
    out: W,
    written: HashSet<SentenceRef>,
}

impl<W: Write> ExerciseWriter<W> {
    /// Begins a file with the corpus's token counts.
    pub fn new(out: W, idf: &Unigrams) -> io::Result<Self> {
        let mut writer = Self { out, written: HashSet::new() };
        writer.line(&Line::Counts(idf.counts().clone()))?;
        Ok(writer)
    }

    /// Adds one exercise, and those of its sentences that are not in the file yet.
    pub fn write(&mut self, exercise: Exercise) -> io::Result<()> {
        let Exercise { id, case, answers, request } = exercise;
        let mut sources = Vec::with_capacity(request.sources.len());
        for source in request.sources {
            let references = source.sentences.iter().map(|one| one.reference).collect();
            for sentence in source.sentences {
                if self.written.insert(sentence.reference) {
                    self.line(&Line::Sentence(sentence))?;
                }
            }
            sources.push(StoredSource {
                passage: source.passage,
                document: source.document,
                content_hash: source.content_hash,
                title: source.title,
                section: source.section,
                rank: source.rank,
                score: source.score,
                relevance_ppm: source.relevance_ppm,
                sentences: references,
            });
        }
        self.line(&Line::Question(Question {
            id,
            case,
            answers,
            question: request.question,
            language: request.language,
            vector: request.question_vector,
            max_sentences: request.max_sentences,
            sources,
        }))
    }

    /// Hands the file back, all lines written.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }
}

/// Reads what [`ExerciseWriter`] wrote, one exercise after the other.
pub struct ExerciseReader<R> {
    lines: io::Lines<R>,
    idf: Arc<Unigrams>,
    sentences: HashMap<SentenceRef, SourceSentence>,
}

impl<R: BufRead> ExerciseReader<R> {
    /// Reads from the beginning of a file.
    pub fn new(file: R) -> Self {
        Self { lines: file.lines(), idf: Arc::default(), sentences: HashMap::new() }
    }

    fn exercise(&self, question: Question) -> io::Result<Exercise> {
        let sources = question.sources.into_iter().map(|source| self.source(source));
        let request = Request {
            question: question.question,
            language: question.language,
            question_vector: question.vector,
            sources: sources.collect::<io::Result<_>>()?,
            max_sentences: question.max_sentences,
            idf: Arc::clone(&self.idf),
            adapters: Vec::new(),
        };
        Ok(Exercise { id: question.id, case: question.case, answers: question.answers, request })
    }

    fn source(&self, source: StoredSource) -> io::Result<Source> {
        let known = |reference: &SentenceRef| {
            self.sentences.get(reference).cloned().ok_or_else(|| {
                let what = format!("{reference:?} is read before it is written");
                io::Error::new(io::ErrorKind::InvalidData, what)
            })
        };
        Ok(Source {
            passage: source.passage,
            document: source.document,
            content_hash: source.content_hash,
            title: source.title,
            section: source.section,
            rank: source.rank,
            score: source.score,
            relevance_ppm: source.relevance_ppm,
            sentences: source.sentences.iter().map(known).collect::<io::Result<_>>()?,
        })
    }
}

impl<R: BufRead> Iterator for ExerciseReader<R> {
    type Item = io::Result<Exercise>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.lines.next()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            match serde_json::from_str(&line) {
                Ok(Line::Counts(counts)) => self.idf = Arc::new(Unigrams::from_counts(counts)),
                Ok(Line::Sentence(one)) => drop(self.sentences.insert(one.reference, one)),
                Ok(Line::Question(question)) => return Some(self.exercise(question)),
                Err(error) => return Some(Err(error.into())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::text::SentenceKind;

    fn exercise(id: &str) -> Exercise {
        let sentence = SourceSentence {
            reference: SentenceRef { document: 3, sentence: 1 },
            text: "El té se hace a 80 °C.".into(),
            kind: SentenceKind::Prose,
            owned: true,
            vector: Some(vec![-128, 0, 127]),
        };
        let source = Source {
            passage: 7,
            document: 3,
            content_hash: ContentHash::of(b"x"),
            title: "Té".into(),
            section: String::new(),
            rank: 0,
            score: 0.5,
            relevance_ppm: 400_000,
            sentences: vec![sentence],
        };
        let mut idf = Unigrams::default();
        idf.add("té té agua");
        let request = Request {
            question: "¿A cuántos grados?".into(),
            language: Language::Spanish,
            question_vector: Some(vec![0.25, -1.0, 0.0]),
            sources: vec![source],
            max_sentences: 5,
            idf: Arc::new(idf),
            adapters: Vec::new(),
        };
        let answers = vec!["80 °c".into()];
        Exercise { id: id.into(), case: ExerciseCase::Answerable, answers, request }
    }

    #[test]
    fn what_was_written_is_read_and_each_sentence_stands_once() {
        let mut writer =
            ExerciseWriter::new(Vec::new(), &exercise("a").request.idf).expect("memory");
        writer.write(exercise("a")).expect("memory");
        writer.write(exercise("b")).expect("memory");
        let file = writer.finish().expect("memory");
        assert_eq!(String::from_utf8_lossy(&file).matches("80 °C").count(), 1);
        let read: Vec<Exercise> =
            ExerciseReader::new(&file[..]).collect::<io::Result<_>>().expect("whole");
        assert_eq!(read.len(), 2);
        assert_eq!(format!("{:?}", read[1]), format!("{:?}", exercise("b")));
        assert!(read[0].is_answered_by(&read[0].request.sources[0].sentences[0].text));
        let cut = &file[..file.len() / 2];
        assert!(ExerciseReader::new(cut).any(|one| one.is_err()));
    }
}
