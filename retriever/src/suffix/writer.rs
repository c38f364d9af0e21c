//! How does the suffix array come to disk? Folded, sorted by libsais, thinned to word starts.

use super::fold::{Folded, offset};
use super::word::word_starts;
use super::{ARRAY_FILE, BY_DOCUMENT_FILE, DOCUMENTS_FILE, RUNS_FILE, SEPARATOR, TEXT_FILE};
use crate::error::RetrieverError;
use crate::generation::seal;
use crate::mapped::word_bytes;
use libsais::SuffixArrayConstruction;
use std::path::Path;

/// Places are 31 bits.
const BYTES_MOST: usize = i32::MAX as usize;

/// Writes the suffix array of `texts`, one per document (empty for those without), to `folder`.
///
/// # Errors
/// [`RetrieverError::TooLarge`] above 2 GiB of text.
pub fn write(folder: &Path, texts: &[&str]) -> Result<(), RetrieverError> {
    let bytes: usize = texts.iter().map(|text| text.len() + 1).sum();
    // Lower-casing lengthens a text by half at the very most (İ).
    if bytes > BYTES_MOST / 3 * 2 {
        return Err(RetrieverError::TooLarge { bytes, most: BYTES_MOST / 3 * 2 });
    }
    seal::make_folder(folder)?;
    let corpus = Corpus::of(texts);
    let array = corpus.sorted_starts()?;
    let by_document = corpus.grouped(&array);
    let write = |name, bytes: &[u8]| seal::write_file(&folder.join(name), bytes);
    write(TEXT_FILE, &corpus.text)?;
    write(ARRAY_FILE, &word_bytes(&array))?;
    write(BY_DOCUMENT_FILE, &word_bytes(&by_document))?;
    write(DOCUMENTS_FILE, &word_bytes(corpus.documents.as_flattened()))?;
    write(RUNS_FILE, &word_bytes(&corpus.runs))
}

/// All texts, folded and concatenated.
struct Corpus {
    text: Vec<u8>,
    /// Per text, and once more at the end: where its bytes, its word starts and its runs begin.
    documents: Vec<[u32; 3]>,
    /// Pairs of folded and original offset, within each text.
    runs: Vec<u32>,
    is_start: Vec<bool>,
}

impl Corpus {
    fn of(texts: &[&str]) -> Self {
        let mut corpus = Self {
            text: Vec::new(),
            documents: Vec::new(),
            runs: Vec::new(),
            is_start: Vec::new(),
        };
        let mut starts = 0;
        for text in texts {
            corpus.mark(starts);
            let folded = Folded::of(text);
            let base = corpus.text.len();
            corpus.text.extend_from_slice(folded.text.as_bytes());
            corpus.text.push(SEPARATOR);
            corpus.is_start.resize(corpus.text.len(), false);
            for start in word_starts(&folded.text) {
                corpus.is_start[base + start] = true;
                starts += 1;
            }
            corpus.runs.extend(folded.runs.iter().flat_map(|run| [run.0, run.1]));
        }
        corpus.mark(starts);
        corpus
    }

    fn mark(&mut self, starts: usize) {
        self.documents.push([offset(self.text.len()), offset(starts), offset(self.runs.len() / 2)]);
    }

    /// The word starts of all texts in the order of what follows them.
    fn sorted_starts(&self) -> Result<Vec<u32>, RetrieverError> {
        if self.text.is_empty() {
            return Ok(Vec::new());
        }
        let sorted = SuffixArrayConstruction::for_text(self.text.as_slice())
            .in_owned_buffer32()
            .single_threaded()
            .run()
            .map_err(|error| RetrieverError::Suffix(format!("{error:?}")))?
            .into_vec();
        let places = sorted
            .into_iter()
            .map(|place| usize::try_from(place).expect("a place in a text is not negative"));
        Ok(places.filter(|place| self.is_start[*place]).map(offset).collect())
    }

    /// The same order within each text, as offsets in it, text after text.
    fn grouped(&self, array: &[u32]) -> Vec<u32> {
        let mut next: Vec<usize> = self.documents.iter().map(|mark| mark[1] as usize).collect();
        let mut grouped = vec![0; array.len()];
        for place in array {
            let document = self.documents.partition_point(|mark| mark[0] <= *place) - 1;
            grouped[next[document]] = place - self.documents[document][0];
            next[document] += 1;
        }
        grouped
    }
}
