//! How is the word index searched? Passages of the question's language by its own analysis; those
//! of other languages by plain words (names, numbers and codes are the same everywhere), for less.

use super::analysis::Analysis;
use super::contexts::Contexts;
use super::failed;
use super::query::{Population, Restriction, prepare};
use super::schema::{Fields, Pair, analyzers};
use crate::error::RetrieverError;
use crate::filter::Filter;
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
}

/// An open, sealed word index.
pub struct LexicalReader {
    pub(super) path: PathBuf,
    pub(super) fields: Fields,
    reader: IndexReader,
    pub(super) contexts: Contexts,
}

/// Passages to search, and how.
pub(super) struct Pass<'a> {
    /// The fields that they are looked up by.
    pairs: Vec<(Pair, f32)>,
    /// The fields that they are judged by.
    pub(super) judged: Vec<(Pair, f32)>,
    pub(super) passages: u64,
    pub(super) restriction: Restriction<'a>,
    pub(super) weight: f32,
}

impl Pass<'_> {
    /// Whether passages are looked up by this analysis, not only judged.
    pub(super) fn looks_up(&self, pair: Pair) -> bool {
        self.pairs.iter().any(|(own, _)| own.analysis == pair.analysis)
    }
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
        let fields = Fields::new();
        let contexts =
            Contexts::read(&reader.searcher(), &fields).map_err(|error| failed(path)(error))?;
        let opened = Self { path: path.to_owned(), fields, reader, contexts };
        opened.warm().map_err(|error| failed(path)(error))?;
        Ok(opened)
    }

    /// Loads the Chinese dictionary now where there is Chinese, not within the first question.
    fn warm(&self) -> tantivy::Result<()> {
        let chinese = Term::from_field_text(self.fields.language, Language::Chinese.code());
        if self.searcher().doc_freq(&chinese)? > 0 {
            Analysis::ChineseWords.question_terms("茶", Language::Chinese);
        }
        Ok(())
    }

    pub(super) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// The `limit` best passages that the filter admits, best first, ties by number; none for a question without a word.
    pub fn search(
        &self,
        question: &str,
        language: Language,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<LexicalHit>, RetrieverError> {
        let searcher = self.searcher();
        let search = || -> tantivy::Result<Vec<LexicalHit>> {
            let mut hits = Vec::new();
            for pass in self.passes(&searcher, language, filter)? {
                hits.extend(self.run(&searcher, &pass, question, language, limit)?);
            }
            hits.sort_by(|a, b| b.bm25.total_cmp(&a.bm25).then(a.passage.cmp(&b.passage)));
            hits.truncate(limit);
            Ok(hits)
        };
        search().map_err(|error| failed(&self.path)(error))
    }

    /// How passages of the question's language are found and judged, then how all others are.
    pub(super) fn passes<'a>(
        &self,
        searcher: &Searcher,
        language: Language,
        filter: &'a Filter,
    ) -> tantivy::Result<Vec<Pass<'a>>> {
        let own = self.fields.own(language);
        let all = searcher.num_docs();
        let plain = vec![(self.fields.pair(Analysis::Plain), 1.0)];
        let by_plain_words = |not_in, weight| Pass {
            pairs: plain.clone(),
            judged: plain.clone(),
            passages: all,
            restriction: Restriction { filter, not_in },
            weight,
        };
        if own.is_empty() {
            return Ok(vec![by_plain_words(None, 1.0)]);
        }
        let of_language = Term::from_field_text(self.fields.language, language.code());
        let home = Pass {
            pairs: own,
            judged: self.fields.judged(language),
            passages: searcher.doc_freq(&of_language)?,
            // The fields of a language are filled by its passages only.
            restriction: Restriction { filter, not_in: None },
            weight: 1.0,
        };
        Ok(vec![home, by_plain_words(Some(language), FOREIGN_WEIGHT)])
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
        let Some(query) = prepare(&population, &pass.pairs, question, language)? else {
            return Ok(Vec::new());
        };
        let query = pass.restriction.apply(&self.fields, query);
        let collector = TopDocs::with_limit(limit).order_by_score();
        let found = searcher.search_with_statistics_provider(&*query, &collector, &population)?;
        found
            .into_iter()
            .map(|(score, place)| {
                let passage = number(searcher, self.fields.passage, place)?;
                Ok(LexicalHit { passage, bm25: score * pass.weight })
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
