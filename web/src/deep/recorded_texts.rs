//! Where do the sentences lie that a receipt's evidence speaks of? The texts of an evidence file, cut
//! and traced by the same rules as when they were indexed, without a generation.

use super::evidence_file::EvidenceFile;
use crate::ask::evidence::{Owners, Texts};
use footnote_domain::corpus::{Age, SentenceRef};
use footnote_domain::embed::{Embed, EmbedError, quantise};
use footnote_domain::id::ContentHash;
use footnote_domain::ownership::Fingerprint;
use footnote_domain::receipt::{Fault, PassageRecord, Receipt, UnownedReason};
use footnote_domain::text::{CodePoints, Language, SentenceSpan, Unigrams, sentences};
use footnote_domain::trace::{Trace, TraceError, VerbatimSpan};
use footnote_retriever::suffix::{self, SuffixReader};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use tempfile::TempDir;

/// One contribution, cut into sentences.
struct RecordedText {
    hash: ContentHash,
    age: Age,
    text: String,
    language: Language,
    sentences: Vec<SentenceSpan>,
}

/// The texts behind a receipt.
pub(super) struct RecordedTexts {
    documents: Vec<RecordedText>,
    unigrams: Unigrams,
    vectors: HashMap<SentenceRef, Vec<i8>>,
    verbatim: SuffixReader,
    _folder: TempDir,
}

impl RecordedTexts {
    /// Cuts and indexes the texts.
    pub(super) fn new(receipt: &Receipt, file: &EvidenceFile) -> Result<Self, Fault> {
        let ages = ages(receipt);
        let document = |(hash, text): (&ContentHash, &String)| RecordedText {
            hash: *hash,
            age: ages.get(hash).copied().unwrap_or(Age { block: u64::MAX, log_index: u64::MAX }),
            text: text.clone(),
            language: Language::detect(text),
            sentences: sentences(text),
        };
        let documents: Vec<RecordedText> = file.texts.iter().map(document).collect();
        let failed = |error: &dyn std::fmt::Display| fault("texts", format!("index: {error}"));
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
        suffix::write(folder.path(), &texts).map_err(|error| failed(&error))?;
        Ok(Self {
            documents,
            unigrams: file.unigrams(),
            vectors: HashMap::new(),
            verbatim: SuffixReader::open(folder.path()).map_err(|error| failed(&error))?,
            _folder: folder,
        })
    }

    /// Embeds the sentences that `model` has a language for, one at a time, as the indexer does.
    pub(super) fn embed(&mut self, owners: &Owners, model: &dyn Embed) -> Result<(), EmbedError> {
        for sentence in owners.values().flatten() {
            if model.model().knows(self.documents[sentence.document as usize].language) {
                let vector = model.embed(&[self.sentence(*sentence)])?.remove(0);
                self.vectors.insert(*sentence, quantise(&vector));
            }
        }
        Ok(())
    }

    /// The text of a contribution, where the file has it.
    pub(super) fn text(&self, hash: ContentHash) -> Option<&str> {
        self.number(hash).map(|number| self.documents[number as usize].text.as_str())
    }

    /// The language by which the quote of a sentence was judged: that of a text among the owners'
    /// that holds it.
    pub(super) fn language_of_quote(&self, owners: &Owners, quote: &str) -> Option<Language> {
        let holder = owners.values().flatten().find(|sentence| self.sentence(**sentence) == quote);
        holder.map(|sentence| self.documents[sentence.document as usize].language)
    }

    /// Per owner the sentences that an answer from these passages may rest on; each sentence that is
    /// recorded as a copy is looked for in the text whose copy it is said to be.
    pub(super) fn owners(&self, passages: &[PassageRecord]) -> Result<Owners, Fault> {
        let mut owners: BTreeMap<ContentHash, BTreeSet<SentenceRef>> = BTreeMap::new();
        for (at, passage) in passages.iter().enumerate().filter(|(_, passage)| passage.read) {
            let field = format!("receipt.retrieval.passages[{at}]");
            for sentence in self.owned(passage).map_err(|reason| fault(&field, reason))? {
                let (owner, _) = self.contribution(sentence.document);
                owners.entry(owner).or_default().insert(sentence);
            }
        }
        Ok(owners.into_iter().map(|(owner, list)| (owner, list.into_iter().collect())).collect())
    }

    fn owned(&self, passage: &PassageRecord) -> Result<Vec<SentenceRef>, String> {
        let number = self.number(passage.content_hash).ok_or("its text is not in the file")?;
        let document = &self.documents[number as usize];
        let points = CodePoints { start: passage.start, end: passage.end };
        let span = points.to_bytes(&document.text).ok_or("it reaches past the end of its text")?;
        let inside = |it: &SentenceSpan| span.start <= it.span.start && it.span.end <= span.end;
        let all = (0u32..).zip(&document.sentences).filter(|(_, sentence)| inside(sentence));
        let all: Vec<(u32, &SentenceSpan)> = all.collect();
        if all.len() != passage.sentences as usize {
            return Err(format!("it has {} sentences by its text", all.len()));
        }
        let mut found = Vec::new();
        let mut unowned = passage.unowned.iter().peekable();
        for (sentence, place) in all {
            let points = CodePoints::from_bytes(&document.text, &place.span);
            let here = (points.start, points.end);
            let Some(record) = unowned.next_if(|record| (record.start, record.end) == here) else {
                found.push(SentenceRef { document: number, sentence });
                continue;
            };
            if let (UnownedReason::Copy, Some(owner)) = (record.reason, record.owner) {
                found.push(self.original(&document.text[place.span.clone()], owner)?);
            }
        }
        match unowned.next() {
            Some(left) => Err(format!("no sentence of its text is {}..{}", left.start, left.end)),
            None => Ok(found),
        }
    }

    /// The owner's sentence that a copy belongs to: the first that it matches, or, through a chain of
    /// copies, the one that it is closest to.
    fn original(&self, copy: &str, owner: ContentHash) -> Result<SentenceRef, String> {
        let document = self.number(owner).ok_or_else(|| format!("{owner} is not in the file"))?;
        let copy = Fingerprint::of(copy);
        let text = &self.documents[document as usize];
        let prints = text.sentences.iter().map(|it| Fingerprint::of(&text.text[it.span.clone()]));
        let prints: Vec<Fingerprint> = prints.collect();
        let matching = prints.iter().position(|print| copy.matches(print));
        let closest = || {
            let close = |at: &usize| (copy.closeness_ppm(&prints[*at]), std::cmp::Reverse(*at));
            (0..prints.len()).max_by_key(close).filter(|at| close(at).0 > 0)
        };
        let sentence = matching.or_else(closest);
        let sentence = sentence.ok_or_else(|| format!("{owner} holds nothing like the copy"))?;
        let sentence = u32::try_from(sentence).expect("fewer than 2³² sentences");
        Ok(SentenceRef { document, sentence })
    }

    fn number(&self, hash: ContentHash) -> Option<u32> {
        let found = self.documents.binary_search_by_key(&hash, |document| document.hash).ok()?;
        u32::try_from(found).ok()
    }
}

/// Ages as the receipt has them; a contribution that neither was found with a sentence of its own
/// nor is an owner needs none.
fn ages(receipt: &Receipt) -> HashMap<ContentHash, Age> {
    let passages = receipt.retrieval.passages.iter().map(|it| (it.content_hash, it.age));
    passages.chain(receipt.attribution.owners.iter().map(|it| (it.content_hash, it.age))).collect()
}

fn fault(field: &str, reason: impl Into<String>) -> Fault {
    Fault { field: field.to_owned(), reason: reason.into() }
}

impl Trace for RecordedTexts {
    fn trace(&self, text: &str, sources: &[ContentHash]) -> Result<Vec<VerbatimSpan>, TraceError> {
        let missing = |source: &ContentHash| TraceError(format!("no text is {source}"));
        let numbers = sources.iter().map(|it| self.number(*it).ok_or_else(|| missing(it)));
        let numbers: Vec<u32> = numbers.collect::<Result<_, _>>()?;
        let original = |document: u32| self.documents[document as usize].text.as_str();
        let found = self.verbatim.trace(text, &numbers, original);
        let spans = found.into_iter().map(|span| VerbatimSpan {
            traced: span.traced,
            content_hash: self.documents[span.document as usize].hash,
            source: span.source,
        });
        Ok(spans.collect())
    }
}

impl Texts for RecordedTexts {
    fn contribution(&self, document: u32) -> (ContentHash, Age) {
        let document = &self.documents[document as usize];
        (document.hash, document.age)
    }

    fn span(&self, sentence: SentenceRef) -> Range<usize> {
        let document = &self.documents[sentence.document as usize];
        document.sentences[sentence.sentence as usize].span.clone()
    }

    fn sentence(&self, sentence: SentenceRef) -> &str {
        &self.documents[sentence.document as usize].text[self.span(sentence)]
    }

    fn vector(&self, sentence: SentenceRef) -> Option<&[i8]> {
        self.vectors.get(&sentence).map(Vec::as_slice)
    }

    fn unigrams(&self) -> &Unigrams {
        &self.unigrams
    }
}
