//! Where in a generation does a phrase stand, and which spans of a text were read there?

use crate::generation::reader::Generation;
use crate::suffix::PhraseHit;
use footnote_domain::id::{ContentHash, DatanetId};
use footnote_domain::trace::{Trace, TraceError, VerbatimSpan};

impl Generation {
    /// Up to `k` places where `phrase` stands word for word, letter case and white space apart, in
    /// order of contribution and place.
    pub fn find_phrase(&self, phrase: &str, k: usize) -> Vec<PhraseHit> {
        self.find_phrase_in(phrase, &[], k)
    }

    /// [`Self::find_phrase`] in the given Datanets; in all when none is given.
    pub fn find_phrase_in(&self, phrase: &str, datanets: &[DatanetId], k: usize) -> Vec<PhraseHit> {
        let inside = |document: u32| {
            datanets.is_empty() || datanets.contains(&self.documents()[document as usize].datanet)
        };
        self.verbatim.find(phrase, k, inside, |document| self.text(document))
    }

    /// How often `phrase` stands in the generation.
    pub fn count_phrase(&self, phrase: &str) -> usize {
        self.verbatim.count(phrase)
    }
}

impl Trace for Generation {
    fn trace(&self, text: &str, sources: &[ContentHash]) -> Result<Vec<VerbatimSpan>, TraceError> {
        let mut documents = Vec::with_capacity(sources.len());
        for source in sources {
            let number = self.document_number(*source);
            documents.push(number.ok_or_else(|| TraceError(format!("no live text is {source}")))?);
        }
        documents.sort_unstable();
        documents.dedup();
        let found = self.verbatim.trace(text, &documents, |document| self.text(document));
        let mut spans: Vec<VerbatimSpan> = found
            .into_iter()
            .map(|span| VerbatimSpan {
                traced: span.traced,
                content_hash: self.documents()[span.document as usize].content_hash,
                source: span.source,
            })
            .collect();
        spans.sort_by_key(|span| (span.traced.start, span.traced.end, span.content_hash));
        Ok(spans)
    }
}
