//! How is a generation written? Everything into one unfinished folder, forced to the disk, hashed,
//! and only then given its name; a crash at any point leaves nothing that could be taken for one.

use super::input::GenerationInput;
use super::manifest::{
    Counts, EmbeddingRecord, FORMAT, GenerationId, MANIFEST_FILE, Manifest, TOKENIZER,
};
use super::part::{self, Files, Part};
use super::seal;
use super::stored::{self, StoredDocument};
use crate::error::RetrieverError;
use crate::filter::Facets;
use crate::lexical::LexicalWriter;
use crate::suffix;
use crate::vector::edge::EdgeIndex;
use crate::vector::flat::FlatIndex;
use crate::vector::{Point, VectorEngine, VectorIndex};
use footnote_domain::corpus::{Passage, Sentence};
use footnote_domain::id::Digest;
use footnote_domain::text::Unigrams;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a writer is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteStage {
    /// Texts, sentences, passages and counts.
    Texts,
    /// The word index, in passages.
    Lexical,
    /// The vector index, in passages.
    Vectors,
    /// The suffix array, in bytes of text.
    Verbatim,
    /// Digests and the final rename.
    Seal,
}

/// How far a writer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// At what.
    pub stage: WriteStage,
    /// Units done.
    pub done: u64,
    /// Units in all.
    pub total: u64,
}

/// Writes a generation under `root` on the default vector engine, unpublished; blocking.
///
/// # Errors
/// When the input contradicts itself or the disk refuses; nothing is left but an unfinished folder,
/// which the next build or [`super::pointer::collect_garbage`] sweeps.
pub fn write_generation(
    root: &Path,
    input: GenerationInput,
    progress: &dyn Fn(Progress),
) -> Result<GenerationId, RetrieverError> {
    write_generation_on(root, input, VectorEngine::Edge, progress)
}

/// [`write_generation`] on a given vector engine.
pub fn write_generation_on(
    root: &Path,
    input: GenerationInput,
    engine: VectorEngine,
    progress: &dyn Fn(Progress),
) -> Result<GenerationId, RetrieverError> {
    input.check()?;
    seal::make_folder(root)?;
    let folder = part::begin(root, input.block.number)?;
    let mut writer = Writer {
        folder: &folder,
        input: &input,
        progress,
        missing: Vec::new(),
        files: Files::new(),
    };
    writer.adopt_parts(root, engine)?;
    part::sweep_others(root, &folder)?;
    let (counts, unigrams) = writer.write_content()?;
    writer.write_part(Part::Lexical, engine)?;
    writer.write_part(Part::Vectors, engine)?;
    writer.write_part(Part::Verbatim, engine)?;
    let embedding = input.embedding.as_ref().map(|model| EmbeddingRecord::new(model, engine));
    let manifest = writer.seal(counts, unigrams, embedding)?;
    settle(root, &folder, &manifest)
}

/// Gives the finished folder its name. A sound one of that name is already complete; a damaged one
/// makes place.
fn settle(root: &Path, folder: &Path, manifest: &Manifest) -> Result<GenerationId, RetrieverError> {
    let id = manifest.id();
    let place = root.join(id.as_str());
    let sound =
        || Manifest::read(&place, &id).and_then(|there| seal::verify_folder(&place, &there.files));
    if place.exists() && sound().is_ok() {
        fs::remove_dir_all(folder).map_err(RetrieverError::io("delete", folder))?;
    } else {
        if place.exists() {
            fs::remove_dir_all(&place).map_err(RetrieverError::io("delete", &place))?;
        }
        fs::rename(folder, &place).map_err(RetrieverError::io("rename", folder))?;
    }
    seal::sync_folder(root)?;
    Ok(id)
}

struct Writer<'a> {
    folder: &'a Path,
    input: &'a GenerationInput,
    progress: &'a dyn Fn(Progress),
    /// What no older folder had ready, and the digest of what it is made from.
    missing: Vec<(Part, Digest)>,
    /// The digests of all parts that are in place.
    files: Files,
}

impl Writer<'_> {
    /// Links what is already sealed somewhere below `root`.
    fn adopt_parts(&mut self, root: &Path, engine: VectorEngine) -> Result<(), RetrieverError> {
        let has_vectors = self.input.embedding.is_some();
        let wanted = [Part::Lexical, Part::Vectors, Part::Verbatim];
        for part in wanted.into_iter().filter(|part| has_vectors || *part != Part::Vectors) {
            let key = part.key(self.input, engine);
            match part.adopt(root, self.folder, key)? {
                Some(files) => self.files.extend(files),
                None => self.missing.push((part, key)),
            }
        }
        Ok(())
    }

    fn write_part(&mut self, part: Part, engine: VectorEngine) -> Result<(), RetrieverError> {
        let Some((_, key)) = self.missing.iter().find(|(missing, _)| *missing == part) else {
            return Ok(());
        };
        match part {
            Part::Lexical => self.write_lexical()?,
            Part::Vectors => self.write_vectors(engine)?,
            Part::Verbatim => self.write_verbatim()?,
        }
        let files = part.finish(self.folder, *key)?;
        self.files.extend(files);
        Ok(())
    }

    fn report(&self, stage: WriteStage, done: usize, total: usize) {
        (self.progress)(Progress { stage, done: done as u64, total: total as u64 });
    }

    /// Texts, sentences, passages, documents and token counts.
    fn write_content(&self) -> Result<(Counts, Digest), RetrieverError> {
        let total = self.input.documents.len();
        let (mut text, mut sentences, mut passages) = (Vec::new(), Vec::new(), Vec::new());
        let (mut documents, mut unigrams) = (Vec::with_capacity(total), Unigrams::default());
        let (mut vectors, mut rows) = (Vec::new(), 0u32);
        for (at, document) in self.input.documents.iter().enumerate() {
            self.report(WriteStage::Texts, at, total);
            let starts = (text.len() as u64, count(sentences.len()), count(passages.len()));
            text.extend_from_slice(document.text.as_bytes());
            sentences.extend_from_slice(&document.sentences);
            passages.extend_from_slice(&document.passages);
            unigrams.add(&document.text);
            let vectors_from = document.vectors.as_ref().map(|_| rows);
            for vector in document.vectors.iter().flat_map(|vectors| &vectors.sentences) {
                vectors.extend(vector.iter().map(|number| number.to_le_bytes()[0]));
                rows += 1;
            }
            documents.push(StoredDocument {
                contribution: document.contribution.clone(),
                text: starts.0..text.len() as u64,
                sentences: starts.1..count(sentences.len()),
                passages: starts.2..count(passages.len()),
                vectors_from,
            });
        }
        seal::write_file(&self.folder.join(stored::TEXT_FILE), &text)?;
        if self.input.embedding.is_some() {
            seal::write_file(&self.folder.join(stored::SENTENCE_VECTORS_FILE), &vectors)?;
        }
        self.write_records(&documents, &sentences, &passages)?;
        self.write_unigrams(&unigrams)?;
        self.report(WriteStage::Texts, total, total);
        Ok((self.counts(&unigrams, text.len(), sentences.len(), passages.len()), unigrams.digest()))
    }

    fn write_records(
        &self,
        documents: &[StoredDocument],
        sentences: &[Sentence],
        passages: &[Passage],
    ) -> Result<(), RetrieverError> {
        stored::write_lines(&self.folder.join(stored::DOCUMENTS_FILE), documents)?;
        stored::write_lines(&self.folder.join(stored::SENTENCES_FILE), sentences)?;
        stored::write_lines(&self.folder.join(stored::PASSAGES_FILE), passages)
    }

    fn write_unigrams(&self, unigrams: &Unigrams) -> Result<(), RetrieverError> {
        let bytes = serde_json::to_vec(unigrams.counts()).expect("a map of strings to integers");
        seal::write_file(&self.folder.join(stored::UNIGRAMS_FILE), &bytes)
    }

    fn counts(
        &self,
        unigrams: &Unigrams,
        text: usize,
        sentences: usize,
        passages: usize,
    ) -> Counts {
        let documents = &self.input.documents;
        let with_vectors = documents.iter().filter(|document| document.vectors.is_some());
        Counts {
            documents: documents.len() as u64,
            live: documents.iter().filter(|document| document.is_live()).count() as u64,
            sentences: sentences as u64,
            passages: passages as u64,
            passage_vectors: with_vectors.map(|document| document.passages.len() as u64).sum(),
            tokens: unigrams.total(),
            text_bytes: text as u64,
        }
    }

    fn write_lexical(&self) -> Result<(), RetrieverError> {
        let total = self.input.documents.iter().map(|document| document.passages.len()).sum();
        let mut writer = LexicalWriter::create(&self.folder.join(stored::LEXICAL_FOLDER))?;
        let mut number = 0;
        for document in &self.input.documents {
            for passage in &document.passages {
                let text = &document.text[passage.span.clone()];
                writer.add(number, passage, &document.contribution, text)?;
                number += 1;
            }
            self.report(WriteStage::Lexical, number as usize, total);
        }
        writer.finish()
    }

    /// The exhaustive table always, since exact cosines are read from it; the engine's index beside.
    fn write_vectors(&self, engine: VectorEngine) -> Result<(), RetrieverError> {
        let Some(model) = &self.input.embedding else { return Ok(()) };
        let flat = FlatIndex::create(&self.folder.join(stored::FLAT_FOLDER), model.dimensions)?;
        self.fill(&flat)?;
        if engine == VectorEngine::Edge {
            let edge = EdgeIndex::create(&self.folder.join(stored::EDGE_FOLDER), model.dimensions)?;
            self.fill(&edge)?;
            edge.seal()?;
        }
        Ok(())
    }

    fn fill(&self, index: &dyn VectorIndex) -> Result<(), RetrieverError> {
        let total: usize =
            self.input.documents.iter().map(|document| document.passages.len()).sum();
        let mut number = 0usize;
        for document in &self.input.documents {
            let facets = Facets::of(&document.contribution);
            let vectors = document.vectors.iter().flat_map(|vectors| &vectors.passages);
            let points: Vec<Point> = vectors
                .enumerate()
                .map(|(at, vector)| Point {
                    passage: count(number + at),
                    facets: facets.clone(),
                    vector: vector.clone(),
                })
                .collect();
            index.upsert(&points)?;
            number += document.passages.len();
            self.report(WriteStage::Vectors, number, total);
        }
        index.commit()
    }

    fn write_verbatim(&self) -> Result<(), RetrieverError> {
        let texts: Vec<&str> =
            self.input.documents.iter().map(|document| document.text.as_str()).collect();
        let total = texts.iter().map(|text| text.len()).sum();
        self.report(WriteStage::Verbatim, 0, total);
        suffix::write(&self.folder.join(stored::VERBATIM_FOLDER), &texts)?;
        self.report(WriteStage::Verbatim, total, total);
        Ok(())
    }

    fn seal(
        &self,
        counts: Counts,
        unigrams: Digest,
        embedding: Option<EmbeddingRecord>,
    ) -> Result<Manifest, RetrieverError> {
        self.report(WriteStage::Seal, 0, 1);
        let single: Vec<_> =
            seal::entries(self.folder)?.into_iter().filter(|path| path.is_file()).collect();
        let mut files = seal::seal_files(self.folder, &single)?;
        files.extend(self.files.clone());
        let mut manifest = Manifest {
            format: FORMAT,
            datanets: self.input.datanets.clone(),
            block: self.input.block,
            recent_blocks: self.input.recent_blocks.clone(),
            tokenizer: TOKENIZER.to_owned(),
            embedding,
            chunking: self.input.chunking,
            counts,
            unigrams,
            content: content_digest(&files),
            files,
            root: Digest::default(),
        };
        manifest.root = manifest.computed_root();
        let bytes = serde_json::to_vec_pretty(&manifest).expect("a manifest is plain data");
        seal::write_file(&self.folder.join(MANIFEST_FILE), &bytes)?;
        seal::sync_folder(self.folder)?;
        self.report(WriteStage::Seal, 1, 1);
        Ok(manifest)
    }
}

fn content_digest(files: &BTreeMap<String, Digest>) -> Digest {
    let mut bytes = Vec::new();
    for (name, digest) in files.iter().filter(|(name, _)| stored::is_content(name)) {
        bytes.extend_from_slice(&(name.len() as u64).to_be_bytes());
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&digest.0);
    }
    Digest::of(&[&bytes])
}

fn count(length: usize) -> u32 {
    u32::try_from(length).expect("texts are below 2 GiB, so their sentences are below 2³²")
}
