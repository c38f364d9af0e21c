//! An embedding model that computes each text once: many indexes of nearly the same texts are built
//! one after the other, and, with a folder, from one run to the next.

use anyhow::Context;
use footnote_domain::embed::{Embed, EmbedError, EmbeddingModel};
use footnote_domain::id::keccak256;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The key of a text: its hash.
type Key = [u8; 32];

/// Remembers every vector; the bits are those of the model.
pub struct CachedEmbed {
    model: Arc<dyn Embed>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    vectors: HashMap<Key, Vec<f32>>,
    /// Where new vectors are written to: the key, then the numbers.
    file: Option<File>,
}

impl CachedEmbed {
    /// Puts a memory before `model`.
    pub fn new(model: Arc<dyn Embed>) -> Self {
        Self { model, known: Mutex::default() }
    }

    /// [`Self::new`], remembering what earlier runs on the same model wrote to `folder`, if one is
    /// given.
    pub fn open(model: Arc<dyn Embed>, folder: Option<&Path>) -> anyhow::Result<Self> {
        let known = match folder {
            Some(folder) => Known::read(folder, model.model())?,
            None => Known::default(),
        };
        Ok(Self { model, known: Mutex::new(known) })
    }

    fn one(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let key = keccak256(&[text.as_bytes()]);
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vector) = known().vectors.get(&key) {
            return Ok(vector.clone());
        }
        let vector = self.model.embed(&[text])?.remove(0);
        known().remember(key, vector.clone())?;
        Ok(vector)
    }
}

impl Known {
    fn read(folder: &Path, model: &EmbeddingModel) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let path = folder.join(format!("{}.vectors", model.digest));
        let bytes = if path.exists() {
            fs::read(&path).with_context(|| format!("reading {}", path.display()))?
        } else {
            Vec::new()
        };
        let size = 32 + 4 * model.dimensions;
        let whole = bytes.len() / size * size;
        let number = |four: &[u8]| f32::from_le_bytes(four.try_into().expect("four bytes"));
        let vectors = bytes[..whole].chunks_exact(size).map(|record| {
            let key: Key = record[..32].try_into().expect("32 bytes");
            (key, record[32..].chunks_exact(4).map(number).collect())
        });
        let vectors = vectors.collect();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.with_context(|| format!("opening {}", path.display()))?;
        // What a run that was stopped left half written is written over.
        file.set_len(whole as u64).with_context(|| format!("cutting {}", path.display()))?;
        drop(file);
        let file = OpenOptions::new().append(true).open(&path);
        let file = file.with_context(|| format!("opening {}", path.display()))?;
        Ok(Self { vectors, file: Some(file) })
    }

    fn remember(&mut self, key: Key, vector: Vec<f32>) -> Result<(), EmbedError> {
        if let Some(file) = &mut self.file {
            let mut record = key.to_vec();
            record.extend(vector.iter().flat_map(|number| number.to_le_bytes()));
            file.write_all(&record)
                .map_err(|error| EmbedError(format!("its vectors cannot be kept: {error}")))?;
        }
        self.vectors.insert(key, vector);
        Ok(())
    }
}

impl Embed for CachedEmbed {
    fn model(&self) -> &EmbeddingModel {
        self.model.model()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        texts.iter().map(|text| self.one(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footnote_domain::id::Digest;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts how often it is asked.
    struct Counting(EmbeddingModel, AtomicUsize);

    impl Embed for Counting {
        fn model(&self) -> &EmbeddingModel {
            &self.0
        }

        fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
            self.1.fetch_add(texts.len(), Ordering::Relaxed);
            Ok(texts.iter().map(|text| vec![text.len() as f32, 0.5]).collect())
        }
    }

    #[test]
    fn a_text_is_embedded_once_over_all_runs_and_a_torn_end_is_mended() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = EmbeddingModel {
            id: "counting".into(),
            digest: Digest([7; 32]),
            dimensions: 2,
            languages: Vec::new(),
        };
        let counting = Arc::new(Counting(model, AtomicUsize::new(0)));
        let open = || {
            CachedEmbed::open(Arc::clone(&counting) as Arc<dyn Embed>, Some(folder.path()))
                .expect("a folder")
        };
        let first = open().embed(&["one", "three", "one"]).expect("embedded");
        assert_eq!(first, [[3.0, 0.5], [5.0, 0.5], [3.0, 0.5]]);
        let file = fs::read_dir(folder.path()).expect("a folder").next().expect("a file");
        let path = file.expect("a file").path();
        let whole = fs::read(&path).expect("a file");
        fs::write(&path, &whole[..whole.len() - 3]).expect("torn");
        assert_eq!(open().embed(&["one", "three"]).expect("embedded"), first[..2]);
        assert_eq!(open().embed(&["three"]).expect("embedded"), first[1..2]);
        assert_eq!(counting.1.load(Ordering::Relaxed), 3, "one, three, and three again when torn");
    }
}
