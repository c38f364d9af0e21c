//! A plain hybrid search over paragraphs, so that the measurement depends on no index.

use super::dataset::{Paragraph, Question};
use super::embedding::Vectors;
use anyhow::Result;
use footnote_domain::corpus::SentenceRef;
use footnote_domain::embed::{cosine, quantise};
use footnote_domain::id::ContentHash;
use footnote_domain::text::{Language, sentences, tokens};
use footnote_generator::{Source, SourceSentence};
use std::collections::HashMap;

/// Weight of the cosine in the fusion, as in the product's retriever.
const COSINE_SHARE: f32 = 0.55;

pub(crate) struct Library {
    paragraphs: Vec<Paragraph>,
    sentences: Vec<Vec<SourceSentence>>,
    vectors: Vec<Option<Vec<f32>>>,
    /// Paragraphs and counts per token.
    postings: HashMap<String, Vec<(u32, f32)>>,
    lengths: Vec<f32>,
}

impl Library {
    pub(crate) fn build(
        paragraphs: Vec<Paragraph>,
        mut model: Option<&mut Vectors>,
    ) -> Result<Self> {
        let mut library = Self {
            sentences: Vec::new(),
            vectors: Vec::new(),
            postings: HashMap::new(),
            lengths: Vec::new(),
            paragraphs,
        };
        for (number, paragraph) in (0u32..).zip(&library.paragraphs) {
            let terms = terms(&format!("{} {}", paragraph.title.replace('_', " "), paragraph.text));
            library.lengths.push(terms.len() as f32);
            let mut counts: HashMap<String, f32> = HashMap::new();
            terms.into_iter().for_each(|term| *counts.entry(term).or_default() += 1.0);
            for (term, count) in counts {
                library.postings.entry(term).or_default().push((number, count));
            }
            let mut cut = Vec::new();
            for (place, one) in (0u32..).zip(sentences(&paragraph.text)) {
                let text = paragraph.text[one.span].to_owned();
                let vector = model.as_mut().map(|model| model.embed(&text)).transpose()?;
                cut.push(SourceSentence {
                    reference: SentenceRef { document: number, sentence: place },
                    kind: one.kind,
                    owned: true,
                    vector: vector.map(|vector| quantise(&vector)),
                    text,
                });
            }
            library.sentences.push(cut);
            let whole = model.as_mut().map(|model| model.embed(&paragraph.text)).transpose()?;
            library.vectors.push(whole);
        }
        Ok(library)
    }

    /// The best `most` paragraphs, those of one article left out where a title is given.
    pub(crate) fn search(
        &self,
        question: &Question,
        vector: Option<&[f32]>,
        missing: Option<&str>,
        most: usize,
    ) -> Vec<Source> {
        let (words, words_most) = self.bm25(&question.text);
        let meaning: Vec<f32> = self
            .vectors
            .iter()
            .map(|one| one.as_deref().zip(vector).map_or(0.0, |(a, b)| cosine(a, b)))
            .collect();
        let share = if vector.is_some() { COSINE_SHARE } else { 0.0 };
        let relevance = |number: u32| {
            let at = number as usize;
            relevance_ppm(words[at] / words_most, vector.is_some().then_some(meaning[at]))
        };
        let (words_part, meaning_part) = (stretched(&words), stretched(&meaning));
        let mut scored: Vec<(u32, f32)> = (0u32..)
            .zip(words_part.iter().zip(&meaning_part))
            .map(|(number, (w, m))| (number, (1.0 - share) * w + share * m))
            .filter(|(number, _)| missing != Some(&self.paragraphs[*number as usize].title))
            .collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored.truncate(most);
        (0u32..)
            .zip(scored)
            .map(|(rank, (number, score))| self.source(rank, number, score, relevance(number)))
            .collect()
    }

    pub(crate) fn is_gold(&self, source: &Source, question: &Question) -> bool {
        source.document == question.paragraph
    }

    fn source(&self, rank: u32, number: u32, score: f32, relevance_ppm: u32) -> Source {
        let paragraph = &self.paragraphs[number as usize];
        Source {
            passage: number,
            document: number,
            content_hash: ContentHash::of(paragraph.text.as_bytes()),
            title: paragraph.title.replace('_', " "),
            section: String::new(),
            rank,
            score,
            relevance_ppm,
            sentences: self.sentences[number as usize].clone(),
        }
    }

    /// Scores by k1 = 1.2, b = .75, and the most that the question could score.
    fn bm25(&self, question: &str) -> (Vec<f32>, f32) {
        let count = self.paragraphs.len() as f32;
        let mean = self.lengths.iter().sum::<f32>() / count;
        let mut scores = vec![0.0; self.paragraphs.len()];
        let mut most = f32::EPSILON;
        for term in terms(question) {
            let holders = self.postings.get(&term).map_or(&[][..], Vec::as_slice);
            let held = holders.len() as f32;
            let idf = ((count - held + 0.5) / (held + 0.5)).ln_1p();
            most += idf * 2.2;
            for (number, tf) in holders {
                let at = *number as usize;
                let norm = 1.2 * (0.25 + 0.75 * self.lengths[at] / mean);
                scores[at] += idf * tf * 2.2 / (tf + norm);
            }
        }
        (scores, most)
    }
}

/// The product's starting logistic over the part of the possible BM25 and the cosine.
fn relevance_ppm(ratio: f32, cosine: Option<f32>) -> u32 {
    let log_odds = match cosine {
        Some(cosine) => -6.0 + 4.0 * ratio + 10.0 * cosine,
        None => -4.0 + 12.0 * ratio,
    };
    (1e6 / (1.0 + (-log_odds).exp())).round() as u32
}

/// Tokens, plural s off; Chinese characters as pairs.
fn terms(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    if Language::detect(text) == Language::Chinese {
        return tokens.windows(2).map(|pair| pair.concat()).collect();
    }
    let bare = |token: String| token.strip_suffix('s').map_or(token.clone(), str::to_owned);
    tokens.into_iter().map(bare).collect()
}

fn stretched(scores: &[f32]) -> Vec<f32> {
    let low = scores.iter().copied().fold(f32::INFINITY, f32::min);
    let high = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let room = if high > low { high - low } else { 1.0 };
    scores.iter().map(|score| (score - low) / room).collect()
}
