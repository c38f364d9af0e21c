//! How is a published generation read? Verified file by file, mapped, and from then on immutable:
//! every number in it means the same until the last reader lets go.

use super::manifest::{GenerationId, Manifest};
use super::seal;
use super::stored::{self, StoredDocument};
use crate::error::RetrieverError;
use crate::generation::input::DocumentVectors;
use crate::lexical::LexicalReader;
use crate::mapped::Mapped;
use crate::suffix::SuffixReader;
use crate::vector::edge::EdgeIndex;
use crate::vector::flat::FlatIndex;
use crate::vector::{VectorEngine, VectorIndex};
use footnote_domain::corpus::{
    Contribution, Datanet, Ownership, Passage, Sentence, SentenceRef, Standing,
};
use footnote_domain::id::{ContentHash, Digest};
use footnote_domain::text::Unigrams;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// An open generation. Cheap to share; searched from blocking threads.
pub struct Generation {
    id: GenerationId,
    manifest: Manifest,
    documents: Vec<Contribution>,
    places: Vec<Place>,
    text: Mapped,
    sentences: Vec<Sentence>,
    passages: Vec<Passage>,
    unigrams: Arc<Unigrams>,
    holders: HashMap<ContentHash, u32>,
    pub(crate) lexical: LexicalReader,
    pub(crate) vectors: Option<Vectors>,
    pub(crate) verbatim: SuffixReader,
}

/// Where the parts of one contribution lie.
#[derive(Debug)]
struct Place {
    text: Range<usize>,
    sentences: Range<usize>,
    passages: Range<usize>,
    vectors_from: Option<usize>,
}

/// Everything that needs an embedding model.
pub(crate) struct Vectors {
    /// Proposes the nearest passages.
    pub(crate) index: Option<EdgeIndex>,
    /// Knows every passage's exact cosine, and is the index where none stands beside it.
    pub(crate) table: FlatIndex,
    sentences: Mapped,
    pub(crate) dimensions: usize,
}

impl Vectors {
    /// The index to search.
    pub(crate) fn engine(&self) -> &dyn VectorIndex {
        match &self.index {
            Some(edge) => edge,
            None => &self.table,
        }
    }
}

impl Generation {
    /// Opens the generation `id` under `root`, after checking every file against its digest.
    ///
    /// # Errors
    /// [`RetrieverError::Corrupt`] naming the file that is not what was sealed.
    pub fn open(root: &Path, id: &GenerationId) -> Result<Arc<Self>, RetrieverError> {
        let folder = root.join(id.as_str());
        let manifest = Manifest::read(&folder, id)?;
        seal::verify_folder(&folder, &manifest.files)?;
        let stored: Vec<StoredDocument> = stored::read_lines(&folder.join(stored::DOCUMENTS_FILE))?;
        let (documents, places): (Vec<Contribution>, Vec<Place>) =
            stored.into_iter().map(split).unzip();
        Ok(Arc::new(Self {
            id: id.clone(),
            holders: holders(&documents),
            documents,
            places,
            text: Mapped::open(&folder.join(stored::TEXT_FILE))?,
            sentences: stored::read_lines(&folder.join(stored::SENTENCES_FILE))?,
            passages: stored::read_lines(&folder.join(stored::PASSAGES_FILE))?,
            unigrams: Arc::new(read_unigrams(&folder)?),
            lexical: LexicalReader::open(&folder.join(stored::LEXICAL_FOLDER))?,
            vectors: open_vectors(root, &folder, &manifest)?,
            verbatim: SuffixReader::open(&folder.join(stored::VERBATIM_FOLDER))?,
            manifest,
        }))
    }

    /// Its name.
    pub fn id(&self) -> &GenerationId {
        &self.id
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The root over everything in it, which receipts name.
    pub fn root_digest(&self) -> Digest {
        self.manifest.root
    }

    /// The Datanets as they stood at its block.
    pub fn datanets(&self) -> &[Datanet] {
        &self.manifest.datanets
    }

    /// All contributions in ascending order of age, live or not; the position is the number.
    pub fn documents(&self) -> &[Contribution] {
        &self.documents
    }

    /// The number of the oldest live contribution with these bytes.
    pub fn document_number(&self, content_hash: ContentHash) -> Option<u32> {
        self.holders.get(&content_hash).copied()
    }

    /// A contribution's text; empty unless it is live.
    ///
    /// # Panics
    /// When there is no such document, as everywhere below.
    pub fn text(&self, document: u32) -> &str {
        let bytes = &self.text.bytes()[self.place(document).text.clone()];
        std::str::from_utf8(bytes).expect("a str was sealed, and its digest was verified")
    }

    /// A contribution's sentences.
    pub fn sentences(&self, document: u32) -> &[Sentence] {
        &self.sentences[self.place(document).sentences.clone()]
    }

    /// A sentence's text.
    pub fn sentence_text(&self, reference: SentenceRef) -> &str {
        let span = self.sentences(reference.document)[reference.sentence as usize].span.clone();
        self.slice(reference.document, &span)
    }

    /// A sentence's quantised vector, when its contribution was embedded.
    pub fn sentence_vector(&self, reference: SentenceRef) -> Option<&[i8]> {
        let vectors = self.vectors.as_ref()?;
        let row = self.place(reference.document).vectors_from? + reference.sentence as usize;
        vectors.sentences.signed().get(row * vectors.dimensions..(row + 1) * vectors.dimensions)
    }

    /// All passages; the position is the number that hits carry.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The numbers of a contribution's passages.
    pub fn passages_of(&self, document: u32) -> Range<u32> {
        let place = &self.place(document).passages;
        place.start as u32..place.end as u32
    }

    /// The number of the contribution that owns most of a passage, by the bytes of its sentences; the
    /// passage's own where nobody owns any. Ties go to the older.
    pub fn passage_owner(&self, passage: u32) -> u32 {
        let passage = &self.passages[passage as usize];
        let all = self.sentences(passage.document);
        let mut owned: BTreeMap<u32, usize> = BTreeMap::new();
        for sentence in &all[passage.sentences.start as usize..passage.sentences.end as usize] {
            let owner = match sentence.ownership {
                Ownership::Own => passage.document,
                Ownership::CopyOf(original) => original.document,
                Ownership::Boilerplate | Ownership::Tombstone => continue,
            };
            *owned.entry(owner).or_default() += sentence.span.len();
        }
        let most =
            owned.into_iter().max_by_key(|(owner, bytes)| (*bytes, std::cmp::Reverse(*owner)));
        most.map_or(passage.document, |(owner, _)| owner)
    }

    /// A passage's text.
    pub fn passage_text(&self, passage: u32) -> &str {
        let passage = &self.passages[passage as usize];
        self.slice(passage.document, &passage.span)
    }

    /// The token table, by which information is weighed.
    pub fn unigrams(&self) -> &Unigrams {
        &self.unigrams
    }

    /// The token table, to be kept beyond this generation.
    pub fn shared_unigrams(&self) -> Arc<Unigrams> {
        Arc::clone(&self.unigrams)
    }

    /// Whether search knows meaning, or words only.
    pub fn has_vectors(&self) -> bool {
        self.vectors.is_some()
    }

    /// The vectors of one contribution, for the next generation to take over unchanged.
    pub fn document_vectors(&self, document: u32) -> Option<DocumentVectors> {
        let vectors = self.vectors.as_ref()?;
        self.place(document).vectors_from?;
        let passages = self.passages_of(document).map(|passage| vectors.table.vector(passage));
        let sentences = (0..self.sentences(document).len() as u32)
            .map(|sentence| self.sentence_vector(SentenceRef { document, sentence }));
        Some(DocumentVectors {
            passages: passages.collect::<Option<_>>()?,
            sentences: sentences.map(|vector| Some(vector?.to_vec())).collect::<Option<_>>()?,
        })
    }

    fn place(&self, document: u32) -> &Place {
        &self.places[document as usize]
    }

    /// Part of a text, checked no further than the part itself.
    fn slice(&self, document: u32, span: &Range<usize>) -> &str {
        let start = self.place(document).text.start;
        let bytes = &self.text.bytes()[start + span.start..start + span.end];
        std::str::from_utf8(bytes).expect("spans were checked to be whole characters when written")
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation").field("id", &self.id).finish_non_exhaustive()
    }
}

fn split(stored: StoredDocument) -> (Contribution, Place) {
    let place = Place {
        text: stored.text.start as usize..stored.text.end as usize,
        sentences: stored.sentences.start as usize..stored.sentences.end as usize,
        passages: stored.passages.start as usize..stored.passages.end as usize,
        vectors_from: stored.vectors_from.map(|row| row as usize),
    };
    (stored.contribution, place)
}

/// The oldest live holder of each text.
fn holders(documents: &[Contribution]) -> HashMap<ContentHash, u32> {
    let mut holders = HashMap::new();
    for (number, document) in (0u32..).zip(documents) {
        if document.standing == Standing::Live {
            holders.entry(document.content_hash).or_insert(number);
        }
    }
    holders
}

fn read_unigrams(folder: &Path) -> Result<Unigrams, RetrieverError> {
    let path = folder.join(stored::UNIGRAMS_FILE);
    let bytes = std::fs::read(&path).map_err(RetrieverError::io("read", &path))?;
    let counts: BTreeMap<String, u64> =
        serde_json::from_slice(&bytes).map_err(|error| RetrieverError::corrupt(&path, error))?;
    Ok(Unigrams::from_counts(counts))
}

fn open_vectors(
    root: &Path,
    folder: &Path,
    manifest: &Manifest,
) -> Result<Option<Vectors>, RetrieverError> {
    let Some(record) = &manifest.embedding else { return Ok(None) };
    let index = match record.engine {
        VectorEngine::Edge => {
            Some(EdgeIndex::open_sealed(&folder.join(stored::EDGE_FOLDER), root)?)
        }
        VectorEngine::Flat => None,
    };
    Ok(Some(Vectors {
        index,
        table: FlatIndex::open(&folder.join(stored::FLAT_FOLDER))?,
        sentences: Mapped::open(&folder.join(stored::SENTENCE_VECTORS_FILE))?,
        dimensions: record.dimensions,
    }))
}
