//! What goes into the next generation? A pure function of the events and the texts at hand, so that
//! two indexes that saw the same chain hold the same, whatever happened to them on the way.

use crate::corpus::{Corpus, RegisteredDatanet, RegisteredText};
use crate::cut::{self, Cut};
use crate::fetch::Blob;
use crate::stage::Work;
use footnote_domain::chain::BlockRef;
use footnote_domain::corpus::{Contribution, Datanet, Ownership, Passage, Sentence, Standing};
use footnote_domain::embed::EmbeddingModel;
use footnote_domain::id::{ContentHash, DatanetId, Digest};
use footnote_domain::ownership::{self, Holder};
use footnote_domain::text::Language;
use footnote_retriever::{ChunkingParameters, DocumentInput, DocumentVectors, GenerationInput};
use std::collections::HashSet;
use std::sync::Arc;

/// Blocks with events that a manifest lists.
const RECENT_BLOCKS: usize = 128;

/// May the text at a position of the corpus be found, and why not?
pub fn standing(work: &Work, position: usize) -> Standing {
    let text = &work.corpus.texts()[position];
    if work.corpus.is_withdrawn(text) {
        return Standing::Removed;
    }
    if let Some(by) = served_revision(work, text) {
        return Standing::Superseded { by: by.content_hash };
    }
    match work.texts.get(&text.content_hash) {
        Some(Blob::Text(_)) => Standing::Live,
        Some(Blob::Refused { reason, .. }) => Standing::Quarantined { reason: reason.clone() },
        Some(Blob::Missing) | None => {
            Standing::Quarantined { reason: "the text has not arrived yet".to_owned() }
        }
    }
}

/// The next revision whose text is there, or was taken down: a promise of a text that nobody has
/// seen does not displace one that serves.
fn served_revision<'a>(work: &'a Work, text: &RegisteredText) -> Option<&'a RegisteredText> {
    let corpus: &Corpus = &work.corpus;
    let mut next = text.revised_by;
    while let Some(position) = next {
        let revision = &corpus.texts()[position];
        let is_there = matches!(work.texts.get(&revision.content_hash), Some(Blob::Text(_)));
        if is_there || corpus.is_withdrawn(revision) {
            return Some(revision);
        }
        next = revision.revised_by;
    }
    None
}

/// Everything that a generation is made of, taken at one moment; cheap, since texts are shared.
#[derive(Debug)]
pub struct Snapshot {
    block: BlockRef,
    recent_blocks: Vec<BlockRef>,
    datanets: Vec<Datanet>,
    documents: Vec<Document>,
    embedding: Option<EmbeddingModel>,
}

#[derive(Debug)]
struct Document {
    contribution: Contribution,
    cut: Option<Arc<Cut>>,
    vectors: Option<Arc<DocumentVectors>>,
}

/// What a generation says, in two digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Contents {
    /// All but the vectors.
    pub texts: Digest,
    /// Everything.
    pub all: Digest,
}

impl Snapshot {
    /// Takes one; `None` before the first block was read.
    pub fn of(work: &Work, model: Option<&EmbeddingModel>) -> Option<Self> {
        let documents: Vec<Document> =
            (0..work.corpus.texts().len()).map(|at| document(work, at)).collect();
        let embedded = documents.iter().any(|document| document.vectors.is_some());
        let mut blocks = event_blocks(work);
        let block = blocks.next().or_else(|| work.log.blocks().next().copied())?;
        Some(Self {
            block,
            recent_blocks: blocks.take(RECENT_BLOCKS).collect(),
            datanets: work.corpus.datanets().map(|it| datanet(work, it)).collect(),
            embedding: model.filter(|_| embedded).cloned(),
            documents,
        })
    }

    /// Live texts and their passages.
    pub fn counts(&self) -> (usize, usize) {
        let live = || self.documents.iter().filter(|document| document.is_live());
        let passages =
            |document: &Document| document.cut.as_ref().map_or(0, |cut| cut.passages.len());
        (live().count(), live().map(passages).sum())
    }

    /// The texts that can be found.
    pub fn live(&self) -> HashSet<(DatanetId, ContentHash)> {
        let live = self.documents.iter().filter(|document| document.is_live());
        live.map(|it| (it.contribution.datanet, it.contribution.content_hash)).collect()
    }

    /// Digests of what the generation will say, much cheaper than writing it.
    pub fn contents(&self) -> Contents {
        let contributions: Vec<&Contribution> =
            self.documents.iter().map(|document| &document.contribution).collect();
        let plain = serde_json::to_vec(&(&self.block, &self.datanets, contributions))
            .expect("plain data becomes JSON");
        let texts = Digest::of(&[&plain, &cut::digest().0]);
        let model = self.embedding.as_ref().map(|model| model.digest.0).unwrap_or_default();
        let embedded: Vec<u8> =
            self.documents.iter().map(|document| u8::from(document.vectors.is_some())).collect();
        Contents { texts, all: Digest::of(&[&texts.0, &model, &embedded]) }
    }

    /// Finds the owners and puts the generation together; computes, so keep it off the async threads.
    pub fn into_input(self) -> GenerationInput {
        let owners = self.owners();
        let documents = self.documents.into_iter().zip(owners).enumerate();
        GenerationInput {
            datanets: self.datanets,
            block: self.block,
            recent_blocks: self.recent_blocks,
            documents: documents
                .map(|(at, (document, owners))| document.input(at, owners))
                .collect(),
            chunking: ChunkingParameters {
                tokens_most: cut::PASSAGE_PIECES_MODEL,
                overlap_percent: cut::OVERLAP_PERCENT as u32,
            },
            embedding: self.embedding,
        }
    }

    fn owners(&self) -> Vec<Vec<Ownership>> {
        let holders: Vec<Holder<'_>> = self.documents.iter().map(Document::holder).collect();
        ownership::assign(&holders)
    }
}

impl Document {
    fn is_live(&self) -> bool {
        self.contribution.standing == Standing::Live
    }

    /// Withdrawn and replaced texts take part too: their sentences become tombstones.
    fn holder(&self) -> Holder<'_> {
        Holder {
            effective_age: self.contribution.effective_age,
            age: self.contribution.age,
            payees: &self.contribution.payees,
            live: self.is_live(),
            sentences: self.cut.as_ref().map(|cut| cut.prints.clone()).unwrap_or_default(),
        }
    }

    fn input(self, number: usize, owners: Vec<Ownership>) -> DocumentInput {
        let number = u32::try_from(number).expect("fewer than 2³² contributions");
        let cut = self.cut.filter(|_| self.contribution.standing == Standing::Live);
        let (text, sentences, passages) = match &cut {
            Some(cut) => (cut.text.to_string(), sentences(cut, owners), passages(cut, number)),
            None => Default::default(),
        };
        let vectors = self.vectors.map(|vectors| DocumentVectors::clone(&vectors));
        DocumentInput { contribution: self.contribution, text, sentences, passages, vectors }
    }
}

fn sentences(cut: &Cut, owners: Vec<Ownership>) -> Vec<Sentence> {
    let sentence = |(sentence, ownership): (&footnote_domain::text::SentenceSpan, Ownership)| {
        Sentence { span: sentence.span.clone(), kind: sentence.kind, ownership }
    };
    cut.sentences.iter().zip(owners).map(sentence).collect()
}

fn passages(cut: &Cut, document: u32) -> Vec<Passage> {
    let passage = |passage: &cut::CutPassage| Passage {
        document,
        sentences: passage.sentences.clone(),
        span: passage.span.clone(),
        section: passage.section.clone(),
    };
    cut.passages.iter().map(passage).collect()
}

fn document(work: &Work, position: usize) -> Document {
    let text = &work.corpus.texts()[position];
    let standing = standing(work, position);
    let cut = work.cut(position).cloned();
    let key = (text.content_hash, text.description.title.clone());
    let vectors = work.vectors.get(&key).filter(|_| standing == Standing::Live).cloned();
    let language = cut.as_ref().map_or(Language::Other, |cut| cut.language);
    let size = cut.as_ref().map_or(text.size, |cut| cut.text.len() as u64);
    let contribution = Contribution {
        datanet: text.datanet,
        content_hash: text.content_hash,
        age: text.age,
        effective_age: text.effective_age,
        payees: text.payees.clone(),
        supersedes: text.supersedes,
        description: text.description.clone(),
        language,
        size,
        standing,
    };
    Document { contribution, cut, vectors }
}

fn datanet(work: &Work, registered: &RegisteredDatanet) -> Datanet {
    let profile = registered.manifest().and_then(|hash| work.profiles.get(&hash));
    Datanet {
        id: registered.id,
        slug: registered.slug.clone(),
        owner: registered.owner,
        version: registered.version,
        status: registered.status,
        profile: profile.cloned().unwrap_or_default(),
    }
}

/// The blocks that hold events, newest first.
fn event_blocks(work: &Work) -> impl Iterator<Item = BlockRef> {
    let mut last = None;
    work.log.events().iter().rev().filter_map(move |event| {
        let is_new = last.replace(event.block_number) != Some(event.block_number);
        is_new.then(|| work.log.block(event.block_number)).flatten()
    })
}
