//! How well do given passages fit a question by words? Looking up finds passages by the words of their
//! own; judging reads the same postings again at those passages alone, and at their neighbours, so
//! that title and context count as one text with the passage. Passages that were found by meaning
//! are judged in the same way.
//!
//! `(1 − CONTEXT) · BM25(title + body) + CONTEXT · BM25(title + bodies around) + TITLE · BM25(title)`

use super::failed;
use super::query::{B, K1, Population, TITLE_WEIGHT, Weighted, idf, terms};
use super::reader::{LexicalReader, Pass};
use super::schema::Pair;
use crate::error::RetrieverError;
use crate::filter::Filter;
use footnote_domain::text::Language;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, SegmentReader, Term};

/// What a passage's context counts beside the passage itself (docs/decisions/0010).
const CONTEXT_WEIGHT: f32 = 0.7;
/// What the title counts once more, alone (docs/decisions/0010).
const TITLE_AGAIN_WEIGHT: f32 = 0.15;

/// How well a passage fits by words.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Judgement {
    /// What passages are ranked by; 0 when no word is met.
    pub score: f32,
    /// BM25 of the passage's own words, as it was looked up by.
    pub bm25: f32,
    /// The same divided by the most that the question's terms could score in a body.
    pub ratio: f32,
}

/// Where one analysis is read.
struct Reading<'a> {
    segment: &'a SegmentReader,
    body: Lengths,
    title: Lengths,
    /// Tokens of an average context.
    context_mean: f32,
    /// Passages that the statistics count.
    passages: u64,
    /// The passages judged, and those around them, ascending.
    places: &'a [u32],
}

/// The lengths of one field.
struct Lengths {
    reader: FieldNormReader,
    mean: f32,
}

/// How often one term stands in each place.
struct Counts {
    body: Vec<u32>,
    title: Vec<u32>,
    idf: f32,
    idf_title: f32,
}

impl LexicalReader {
    /// Judges `passages`, which ascend; those of the question's language by its analysis, others by
    /// plain words.
    ///
    /// # Panics
    /// When there is no such passage.
    pub fn judge(
        &self,
        question: &str,
        language: Language,
        passages: &[(u32, Language)],
    ) -> Result<Vec<Judgement>, RetrieverError> {
        let judge = || -> tantivy::Result<Vec<Judgement>> {
            let mut judged = vec![Judgement::default(); passages.len()];
            let searcher = self.searcher();
            let open = Filter::default();
            for pass in self.passes(&searcher, language, &open)? {
                let mine = |of: Language| match pass.restriction.not_in {
                    Some(other) => of != other,
                    None => of == language || self.fields.own(language).is_empty(),
                };
                let group: Vec<usize> =
                    (0..passages.len()).filter(|at| mine(passages[*at].1)).collect();
                let numbers: Vec<u32> = group.iter().map(|at| passages[*at].0).collect();
                let population = Population { searcher: &searcher, passages: pass.passages };
                let found = self.judge_group(&population, &pass, question, language, &numbers)?;
                for (at, judgement) in group.into_iter().zip(found) {
                    judged[at] = judgement;
                }
            }
            Ok(judged)
        };
        judge().map_err(|error| failed(&self.path)(error))
    }

    fn judge_group(
        &self,
        population: &Population<'_>,
        pass: &Pass<'_>,
        question: &str,
        language: Language,
        passages: &[u32],
    ) -> tantivy::Result<Vec<Judgement>> {
        let mut judged = vec![Judgement::default(); passages.len()];
        let [segment] = population.searcher.segment_readers() else { return Ok(judged) };
        if passages.is_empty() || pass.passages == 0 {
            return Ok(judged);
        }
        let mut places: Vec<u32> =
            passages.iter().flat_map(|passage| self.contexts.around(*passage)).collect();
        places.sort_unstable();
        places.dedup();
        let mut most = 0.0;
        for (pair, weight) in &pass.judged {
            let looked_up = pass.looks_up(*pair);
            let reading = self.reading(population, segment, *pair, &places)?;
            for term in terms(population, *pair, *weight, question, language)? {
                most += if looked_up { term.most(pass.passages) } else { 0.0 };
                let Some(counts) = reading.counts(&term, population)? else { continue };
                for (passage, judgement) in passages.iter().zip(&mut judged) {
                    let around = self.contexts.around(*passage);
                    let (score, bm25) = reading.score(&counts, *passage, around);
                    judgement.score += weight * score;
                    judgement.bm25 += if looked_up { weight * bm25 } else { 0.0 };
                }
            }
        }
        for judgement in &mut judged {
            judgement.score *= pass.weight;
            judgement.bm25 *= pass.weight;
            judgement.ratio = if most > 0.0 { judgement.bm25 / most } else { 0.0 };
        }
        Ok(judged)
    }

    fn reading<'a>(
        &self,
        population: &Population<'_>,
        segment: &'a SegmentReader,
        pair: Pair,
        places: &'a [u32],
    ) -> tantivy::Result<Reading<'a>> {
        let size = self.contexts.size(pair.analysis);
        let lengths = |field: Field| -> tantivy::Result<Lengths> {
            let tokens = segment.inverted_index(field)?.total_num_tokens();
            let mean = tokens as f32 / size.passages.max(1) as f32;
            Ok(Lengths { reader: segment.get_fieldnorms_reader(field)?, mean })
        };
        Ok(Reading {
            segment,
            body: lengths(pair.body)?,
            title: lengths(pair.title)?,
            context_mean: size.context_mean,
            passages: population.passages,
            places,
        })
    }
}

impl Reading<'_> {
    /// How often a term stands where; `None` when it stands in no passage at all.
    fn counts(
        &self,
        term: &Weighted,
        population: &Population<'_>,
    ) -> tantivy::Result<Option<Counts>> {
        let in_body = Term::from_field_text(term.pair.body, &term.term);
        let in_title = Term::from_field_text(term.pair.title, &term.term);
        let titles = population.searcher.doc_freq(&in_title)?;
        if term.documents == 0 && titles == 0 {
            return Ok(None);
        }
        Ok(Some(Counts {
            body: self.frequencies(&in_body)?,
            title: self.frequencies(&in_title)?,
            idf: idf(term.documents, self.passages),
            idf_title: idf(titles, self.passages),
        }))
    }

    /// How often a term stands in its field, per place.
    fn frequencies(&self, term: &Term) -> tantivy::Result<Vec<u32>> {
        let mut found = vec![0; self.places.len()];
        let index = self.segment.inverted_index(term.field())?;
        let postings = index.read_postings(term, IndexRecordOption::WithFreqs)?;
        let Some(mut postings) = postings else { return Ok(found) };
        for (place, count) in self.places.iter().zip(&mut found) {
            if reaches(&mut postings, *place) {
                *count = postings.term_freq();
            }
        }
        Ok(found)
    }

    /// What one term adds to a passage's score, and to the BM25 of its own words.
    fn score(&self, counts: &Counts, passage: u32, around: std::ops::Range<u32>) -> (f32, f32) {
        let at = self.place(passage);
        let near = self.place(around.start)..self.place(around.end - 1) + 1;
        let (body, title) = (counts.body[at], counts.title[at]);
        let inside: u32 = near.clone().map(|at| counts.body[at]).sum::<u32>() + title;
        if inside == 0 {
            return (0.0, 0.0);
        }
        let body_length = self.body.reader.fieldnorm(passage);
        let title_length = self.title.reader.fieldnorm(passage);
        let near_length: u32 =
            near.map(|at| self.body.reader.fieldnorm(self.places[at])).sum::<u32>() + title_length;
        let mean = self.body.mean + self.title.mean;
        let own = counts.idf * saturated(body + title, body_length + title_length, mean);
        let context =
            counts.idf * saturated(inside, near_length, self.context_mean + self.title.mean);
        let headed = counts.idf_title * saturated(title, title_length, self.title.mean);
        let looked_up = counts.idf * saturated(body, body_length, self.body.mean);
        (
            (1.0 - CONTEXT_WEIGHT) * own + CONTEXT_WEIGHT * context + TITLE_AGAIN_WEIGHT * headed,
            looked_up + TITLE_WEIGHT * headed,
        )
    }

    fn place(&self, passage: u32) -> usize {
        self.places.binary_search(&passage).expect("contexts of judged passages are places")
    }
}

/// Moves on to `place`, if the term stands there.
fn reaches(postings: &mut SegmentPostings, place: u32) -> bool {
    let now = postings.doc();
    let now = if now < place { postings.seek(place) } else { now };
    now == place
}

/// BM25's share of a term's idf: `tf · (k₁ + 1) / (tf + k₁ · (1 − b + b · length / mean))`.
fn saturated(count: u32, length: u32, mean: f32) -> f32 {
    let count = count as f32;
    if count == 0.0 {
        return 0.0;
    }
    count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length as f32 / mean))
}
