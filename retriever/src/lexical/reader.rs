//! How is the word index searched? Passages of the question's language by its own analysis; those
//! of other languages by plain words (names, numbers and codes are the same everywhere), for less.

use super::analysis::Analysis;
use super::failed;
use super::query::{Population, Restriction, prepare};
use super::schema::{Fields, Pair, analyzers};
use crate::error::RetrieverError;
use footnote_domain::id::DatanetId;
use footnote_domain::text::Language;
use std::path::{Path, PathBuf};
use tantivy::collector::TopDocs;
use tantivy::schema::Field;
use tantivy::{DocAddress, Index, IndexReader, ReloadPolicy, Searcher, Term};

/// What BM25 in a passage of another language than the question's counts.
const FOREIGN_WEIGHT: f32 = 0.3;

/// A passage that shares words with the question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LexicalHit {
    /// Number of the passage.
    pub passage: u32,
    /// Its BM25, titles and headings included.
    pub bm25: f32,
    /// The same divided by the most that the question's terms could score in a body.
    pub ratio: f32,
}

/// An open, sealed word index.
pub struct LexicalReader {
    path: PathBuf,
    fields: Fields,
    reader: IndexReader,
}

/// Passages to search, and how.
struct Pass<'a> {
    pairs: Vec<(Pair, f32)>,
    passages: u64,
    restriction: Restriction<'a>,
    weight: f32,
}

impl LexicalReader {
    /// Opens the index in `path`.
    pub fn open(path: &Path) -> Result<Self, RetrieverError> {
        let mut index = Index::open_in_dir(path).map_err(|error| failed(path)(error))?;
        index.set_tokenizers(analyzers());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|error| failed(path)(error))?;
        let opened = Self { path: path.to_owned(), fields: Fields::new(), reader };
        opened.warm().map_err(|error| failed(path)(error))?;
        Ok(opened)
    }

    /// Loads the Chinese dictionary now where there is Chinese, not within the first question.
    fn warm(&self) -> tantivy::Result<()> {
        let chinese = Term::from_field_text(self.fields.language, Language::Chinese.code());
        if self.reader.searcher().doc_freq(&chinese)? > 0 {
            Analysis::ChineseWords.question_terms("茶", Language::Chinese);
        }
        Ok(())
    }

    /// The `limit` best passages, best first, ties by number; none for a question without a word.
    pub fn search(
        &self,
        question: &str,
        language: Language,
        datanets: &[DatanetId],
        limit: usize,
    ) -> Result<Vec<LexicalHit>, RetrieverError> {
        let searcher = self.reader.searcher();
        let search = || -> tantivy::Result<Vec<LexicalHit>> {
            let mut hits = Vec::new();
            for pass in self.passes(&searcher, language, datanets)? {
                hits.extend(self.run(&searcher, &pass, question, language, limit)?);
            }
            hits.sort_by(|a, b| b.bm25.total_cmp(&a.bm25).then(a.passage.cmp(&b.passage)));
            hits.truncate(limit);
            Ok(hits)
        };
        search().map_err(|error| failed(&self.path)(error))
    }

    fn passes<'a>(
        &self,
        searcher: &Searcher,
        language: Language,
        datanets: &'a [DatanetId],
    ) -> tantivy::Result<Vec<Pass<'a>>> {
        let own = self.fields.own(language);
        let all = searcher.num_docs();
        let plain = vec![(self.fields.pair(Analysis::Plain), 1.0)];
        if own.is_empty() {
            let restriction = Restriction { datanets, not_in: None };
            return Ok(vec![Pass { pairs: plain, passages: all, restriction, weight: 1.0 }]);
        }
        let of_language = Term::from_field_text(self.fields.language, language.code());
        let mine = searcher.doc_freq(&of_language)?;
        // The fields of a language are filled by its passages only.
        let home = Restriction { datanets, not_in: None };
        let abroad = Restriction { datanets, not_in: Some(language) };
        Ok(vec![
            Pass { pairs: own, passages: mine, restriction: home, weight: 1.0 },
            Pass { pairs: plain, passages: all, restriction: abroad, weight: FOREIGN_WEIGHT },
        ])
    }

    fn run(
        &self,
        searcher: &Searcher,
        pass: &Pass<'_>,
        question: &str,
        language: Language,
        limit: usize,
    ) -> tantivy::Result<Vec<LexicalHit>> {
        let population = Population { searcher, passages: pass.passages };
        if pass.passages == 0 || limit == 0 {
            return Ok(Vec::new());
        }
        let Some(prepared) = prepare(&population, &pass.pairs, question, language)? else {
            return Ok(Vec::new());
        };
        let query = pass.restriction.apply(&self.fields, prepared.query);
        let collector = TopDocs::with_limit(limit).order_by_score();
        let found = searcher.search_with_statistics_provider(&*query, &collector, &population)?;
        found
            .into_iter()
            .map(|(score, place)| {
                let bm25 = score * pass.weight;
                let ratio = bm25 / prepared.most;
                Ok(LexicalHit {
                    passage: number(searcher, self.fields.passage, place)?,
                    bm25,
                    ratio,
                })
            })
            .collect()
    }
}

fn number(searcher: &Searcher, field: Field, place: DocAddress) -> tantivy::Result<u32> {
    let name = searcher.schema().get_field_name(field);
    let column = searcher.segment_reader(place.segment_ord).fast_fields().u64(name)?;
    let value = column.first(place.doc_id).and_then(|value| u32::try_from(value).ok());
    value.ok_or_else(|| tantivy::TantivyError::InternalError("a passage has no number".to_owned()))
}
