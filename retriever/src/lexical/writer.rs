//! How does the word index come to disk? As one sealed segment, its documents in passage order.

use super::failed;
use super::schema::{Fields, analyzers};
use crate::error::RetrieverError;
use crate::filter::Facets;
use crate::generation::seal;
use crate::lexical::analysis::Analysis;
use footnote_domain::corpus::{Contribution, Passage};
use std::path::{Path, PathBuf};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, SingleSegmentIndexWriter, TantivyDocument};

/// Sizes the writer's first tables; the segment is built in memory and grows as it must.
const MEMORY_BYTES: usize = 64 << 20;

/// Writes one sealed index.
pub struct LexicalWriter {
    path: PathBuf,
    fields: Fields,
    writer: SingleSegmentIndexWriter,
}

impl LexicalWriter {
    /// Begins an index in a folder that does not exist yet.
    pub fn create(path: &Path) -> Result<Self, RetrieverError> {
        seal::make_folder(path)?;
        let fields = Fields::new();
        let begin = || -> tantivy::Result<SingleSegmentIndexWriter> {
            let builder = Index::builder().schema(fields.schema.clone()).tokenizers(analyzers());
            builder.single_segment_index_writer(MmapDirectory::open(path)?, MEMORY_BYTES)
        };
        let writer = begin().map_err(|error| failed(path)(error))?;
        Ok(Self { path: path.to_owned(), fields, writer })
    }

    /// Adds the next passage; `text` is what it covers of its contribution.
    pub fn add(
        &mut self,
        number: u32,
        passage: &Passage,
        contribution: &Contribution,
        text: &str,
    ) -> Result<(), RetrieverError> {
        let fields = &self.fields;
        let mut document = TantivyDocument::default();
        document.add_u64(fields.passage, u64::from(number));
        document.add_u64(fields.document, u64::from(passage.document));
        document.add_text(fields.datanet, contribution.datanet.to_string());
        document.add_text(fields.language, contribution.language.code());
        for share in contribution.payees.shares() {
            document.add_text(fields.contributor, share.payee.to_string());
        }
        if let Some(day) = Facets::of(contribution).written {
            document.add_u64(fields.written, u64::from(day.number()));
        }
        let title = format!("{}\n{}", contribution.description.title, passage.section);
        let own = fields.own(contribution.language).into_iter().map(|(pair, _)| pair);
        for pair in own.chain([fields.pair(Analysis::Plain)]) {
            document.add_text(pair.title, &title);
            document.add_text(pair.body, text);
        }
        self.writer.add_document(document).map_err(failed(&self.path))
    }

    /// Writes the segment.
    pub fn finish(self) -> Result<(), RetrieverError> {
        self.writer.finalize().map(drop).map_err(|error| failed(&self.path)(error))
    }
}
