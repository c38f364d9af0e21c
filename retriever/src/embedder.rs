//! How does a text become a vector on this machine? fastembed over onnxruntime, a library that is
//! opened when the service starts: without it, search knows words only, and says so.
//!
//! int8 models scale their activations by what else is in a batch, so texts are embedded one at a
//! time: the same text gives the same bits, alone or among others. Speed comes from several
//! sessions side by side.

use crate::error::RetrieverError;
use fastembed::{
    InitOptionsUserDefined, Pooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use footnote_domain::embed::{Embed, EmbedError, EmbeddingModel};
use footnote_domain::id::Digest;
use footnote_domain::text::Language;
use ort::environment::Environment;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;

/// Tokens of a text that the model reads; what follows is not seen.
const TOKENS_MOST: usize = 256;
/// Sessions, at most: each holds the weights (23 MB) once.
const SESSIONS_MOST: usize = 4;

/// A local embedding model. Open one for indexing and another for questions, so that a question
/// never waits behind an import.
pub struct FastEmbedder {
    model: EmbeddingModel,
    sessions: Vec<Mutex<TextEmbedding>>,
    next: AtomicUsize,
}

/// The one library and environment of this process; sessions live in it to the end.
static RUNTIME: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);

impl FastEmbedder {
    /// Opens the model in `model_dir` (`model.onnx`, `tokenizer.json`, `config.json`,
    /// `special_tokens_map.json`, `tokenizer_config.json`) on the library `onnxruntime`.
    /// `languages` are those in which its cosines mean something. A process uses one library: another
    /// is refused.
    ///
    /// # Errors
    /// [`RetrieverError::Runtime`] for a library that is missing or older than 1.24 (refused before
    /// it is called, since an old one can hang), [`RetrieverError::Model`] for the folder.
    pub fn open(
        model_dir: &Path,
        onnxruntime: &Path,
        languages: Vec<Language>,
    ) -> Result<Self, RetrieverError> {
        let environment = open_runtime(onnxruntime)?;
        let weights = read(model_dir, "model.onnx")?;
        let digest = Digest::of(&[&weights]);
        let mut sessions = Vec::new();
        for _ in 0..session_count() {
            sessions.push(open_session(model_dir, weights.clone(), &environment)?);
        }
        let dimensions = embed_one(&mut sessions[0], "dimensions")
            .map_err(|error| model_error(model_dir, error))?
            .len();
        let name = model_dir.file_name().map_or_else(String::new, |it| it.to_string_lossy().into());
        let model = EmbeddingModel { id: name, digest, dimensions, languages };
        let sessions = sessions.into_iter().map(Mutex::new).collect();
        Ok(Self { model, sessions, next: AtomicUsize::new(0) })
    }

    /// A session that is free, or the next in turn when none is.
    fn session(&self) -> MutexGuard<'_, TextEmbedding> {
        for session in &self.sessions {
            match session.try_lock() {
                Ok(free) => return free,
                // A session keeps no state between texts, so one whose user panicked is as good.
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.sessions.len();
        self.sessions[turn].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Embed for FastEmbedder {
    fn model(&self) -> &EmbeddingModel {
        &self.model
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let each = texts.len().div_ceil(self.sessions.len()).max(1);
        let embed_all = |part: &[&str]| -> Result<Vec<Vec<f32>>, EmbedError> {
            part.iter().map(|text| embed_one(&mut self.session(), text)).collect()
        };
        if texts.len() <= 1 {
            return embed_all(texts);
        }
        thread::scope(|scope| {
            let parts: Vec<_> =
                texts.chunks(each).map(|part| scope.spawn(move || embed_all(part))).collect();
            let mut vectors = Vec::with_capacity(texts.len());
            for part in parts {
                let part = part.join().map_err(|_| EmbedError("a session panicked".to_owned()))?;
                vectors.extend(part?);
            }
            Ok(vectors)
        })
    }
}

fn session_count() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(SESSIONS_MOST)
}

/// Opens the library once; asked for again, it is the same or refused.
fn open_runtime(library: &Path) -> Result<Environment, RetrieverError> {
    let failed = |reason: String| RetrieverError::Runtime { path: library.to_owned(), reason };
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((open, environment)) = &*runtime {
        if open != library {
            return Err(failed(format!("this process already uses {}", open.display())));
        }
        return Ok(environment.clone());
    }
    // Checks the version, which must be at least the one of fastembed's feature `api-24`.
    let builder = ort::init_from(library).map_err(|error| failed(error.to_string()))?;
    let environment =
        builder.with_name("footnote").build().map_err(|error| failed(error.to_string()))?;
    *runtime = Some((library.to_owned(), environment.clone()));
    Ok(environment)
}

fn open_session(
    folder: &Path,
    weights: Vec<u8>,
    environment: &Environment,
) -> Result<TextEmbedding, RetrieverError> {
    let files = TokenizerFiles {
        tokenizer_file: read(folder, "tokenizer.json")?,
        config_file: read(folder, "config.json")?,
        special_tokens_map_file: read(folder, "special_tokens_map.json")?,
        tokenizer_config_file: read(folder, "tokenizer_config.json")?,
    };
    // Left unset, the pooling would silently be that of the first token.
    let model = UserDefinedEmbeddingModel::new(weights, files).with_pooling(Pooling::Mean);
    let options = InitOptionsUserDefined::new()
        .with_environment(environment.clone())
        .with_max_length(TOKENS_MOST)
        .with_intra_threads(1);
    TextEmbedding::try_new_from_user_defined(model, options)
        .map_err(|error| model_error(folder, error))
}

/// One unit vector.
fn embed_one(session: &mut TextEmbedding, text: &str) -> Result<Vec<f32>, EmbedError> {
    let vectors = session.embed([text], None).map_err(|error| EmbedError(error.to_string()))?;
    let vector = vectors.into_iter().next();
    vector.ok_or_else(|| EmbedError("it returned no vector for a text".to_owned()))
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, RetrieverError> {
    let path = folder.join(name);
    std::fs::read(&path).map_err(RetrieverError::io("read", &path))
}

fn model_error(folder: &Path, error: impl std::fmt::Display) -> RetrieverError {
    RetrieverError::Model { path: folder.to_owned(), reason: error.to_string() }
}
