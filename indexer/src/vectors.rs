//! Which vectors were computed before? A file per text, title, way of cutting and model, so that
//! nothing is embedded twice, not even after a reorganisation or a lost index.
//!
//! Layout, little endian: `FNV1`, dimensions, passages and sentences as u32, passage vectors as f32,
//! sentence vectors as i8, keccak-256 of all before. A file that does not check counts as missing.

use crate::atomic_file;
use crate::cut;
use crate::error::IndexerError;
use crate::stage::CutKey;
use footnote_domain::embed::EmbeddingModel;
use footnote_domain::id::Digest;
use footnote_retriever::DocumentVectors;
use std::io::ErrorKind;
use std::path::PathBuf;

const MAGIC: [u8; 4] = *b"FNV1";
const HEADER_BYTES: usize = 16;

/// A folder of vectors of one model.
#[derive(Debug, Clone)]
pub struct VectorCache {
    folder: PathBuf,
    model: Digest,
    dimensions: usize,
}

impl VectorCache {
    /// The cache of `model` under `folder`.
    pub fn new(folder: PathBuf, model: &EmbeddingModel) -> Self {
        Self { folder, model: model.digest, dimensions: model.dimensions }
    }

    fn path(&self, key: &CutKey) -> PathBuf {
        let (content_hash, title) = key;
        let rules = cut::digest();
        let name = Digest::of(&[&self.model.0, &rules.0, &content_hash.0, title.as_bytes()]);
        let name = hex::encode(name.0);
        self.folder.join(&name[..2]).join(name).with_extension("vectors")
    }

    /// The vectors of a text, when they are stored and whole.
    pub fn load(&self, key: &CutKey) -> Option<DocumentVectors> {
        let bytes = std::fs::read(self.path(key)).ok()?;
        decode(&bytes, self.dimensions)
    }

    /// Stores the vectors of a text.
    ///
    /// # Errors
    /// [`IndexerError::Disk`].
    pub fn store(&self, key: &CutKey, vectors: &DocumentVectors) -> Result<(), IndexerError> {
        atomic_file::write(&self.path(key), &encode(vectors, self.dimensions))
    }

    /// Deletes what is stored of a text; a takedown reaches its vectors too.
    ///
    /// # Errors
    /// [`IndexerError::Disk`].
    pub fn forget(&self, key: &CutKey) -> Result<(), IndexerError> {
        let path = self.path(key);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(IndexerError::disk("delete", &path)(error))
            }
            _ => Ok(()),
        }
    }
}

fn encode(vectors: &DocumentVectors, dimensions: usize) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for count in [dimensions, vectors.passages.len(), vectors.sentences.len()] {
        let count = u32::try_from(count).expect("a text has fewer than 2³² vectors");
        bytes.extend_from_slice(&count.to_le_bytes());
    }
    for number in vectors.passages.iter().flatten() {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend(vectors.sentences.iter().flatten().map(|number| number.to_le_bytes()[0]));
    let digest = Digest::of(&[&bytes]);
    bytes.extend_from_slice(&digest.0);
    bytes
}

fn decode(bytes: &[u8], dimensions: usize) -> Option<DocumentVectors> {
    let (body, digest) = bytes.split_last_chunk::<32>()?;
    if Digest::of(&[body]).0 != *digest || body.get(..4)? != MAGIC {
        return None;
    }
    let count =
        |at: usize| Some(u32::from_le_bytes(body.get(at..at + 4)?.try_into().ok()?) as usize);
    let (stored, passages, sentences) = (count(4)?, count(8)?, count(12)?);
    let floats = passages.checked_mul(dimensions)?.checked_mul(4)?;
    if stored != dimensions || body.len() != HEADER_BYTES + floats + sentences * dimensions {
        return None;
    }
    let (floats, bytes) = body[HEADER_BYTES..].split_at(floats);
    let number = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
    let passage = |row: &[u8]| row.chunks_exact(4).map(number).collect();
    let sentence = |row: &[u8]| row.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
    Some(DocumentVectors {
        passages: floats.chunks_exact(dimensions * 4).map(passage).collect(),
        sentences: bytes.chunks_exact(dimensions).map(sentence).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::id::ContentHash;

    #[test]
    fn stored_vectors_come_back_and_damaged_ones_do_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = EmbeddingModel {
            id: "test".into(),
            digest: Digest::of(&[b"model"]),
            dimensions: 3,
            languages: vec![],
        };
        let cache = VectorCache::new(folder.path().to_owned(), &model);
        let key = (ContentHash::of(b"x"), "Title".to_owned());
        let vectors = DocumentVectors {
            passages: vec![vec![0.5, -1.0, 0.25]],
            sentences: vec![vec![127, -128, 0], vec![1, 2, 3]],
        };
        assert_eq!(cache.load(&key), None);
        cache.store(&key, &vectors).expect("store");
        assert_eq!(cache.load(&key), Some(vectors));
        assert_eq!(cache.load(&(key.0, "Other".to_owned())), None);
        let path = cache.path(&key);
        let mut bytes = std::fs::read(&path).expect("read");
        bytes[20] ^= 1;
        std::fs::write(&path, bytes).expect("damage");
        assert_eq!(cache.load(&key), None);
        cache.forget(&key).expect("forget");
        cache.forget(&key).expect("forget twice");
        assert!(!path.exists());
    }
}
