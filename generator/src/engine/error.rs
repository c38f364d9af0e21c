//! Why could a model not be loaded, or not take a step?

use crate::ModelFolderError;
use crate::adapter::Site;
use std::path::PathBuf;

/// A model that the engine cannot run. Every message names the file, the setting or the tensor.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The folder does not hold a whole model.
    #[error(transparent)]
    Folder(#[from] ModelFolderError),
    /// One file, not a folder.
    #[error(
        "{0} is one file; the engine reads folders of *.safetensors (use `mistralrs` for GGUF)"
    )]
    Gguf(PathBuf),
    /// The index names a file of weights that is not there.
    #[error("{folder} lacks {shard}, which model.safetensors.index.json names")]
    Shard {
        /// The folder.
        folder: PathBuf,
        /// The missing file.
        shard: String,
    },
    /// A file of settings that cannot be understood.
    #[error("{file} cannot be used: {reason}")]
    Settings {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another kind of model.
    #[error(
        "{given} is no architecture of the engine; it runs LlamaForCausalLM, MistralForCausalLM, \
         Qwen2ForCausalLM and Qwen3ForCausalLM"
    )]
    Architecture {
        /// What the model says that it is.
        given: String,
    },
    /// A tensor that the architecture needs.
    #[error("the weights lack the tensor {0}")]
    TensorMissing(String),
    /// A tensor of another shape than the settings say.
    #[error("the tensor {name} is {found:?}, the model's config.json says {expected:?}")]
    TensorShape {
        /// Its name.
        name: String,
        /// As it is.
        found: Vec<usize>,
        /// As it should be.
        expected: Vec<usize>,
    },
    /// A tensor of numbers that the engine does not read.
    #[error("the tensor {name} is stored as {dtype}; the engine reads F32, F16 and BF16")]
    TensorKind {
        /// Its name.
        name: String,
        /// Its kind of number.
        dtype: String,
    },
    /// The threads for computing could not be started.
    #[error("the engine's threads cannot be started: {0}")]
    Threads(String),
}

/// An adapter that does not fit the base model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdapterMisfit {
    /// It changes a layer that the base does not have.
    #[error("the adapter changes layer {layer}, the base model has {layers}")]
    Layer {
        /// The adapter's.
        layer: usize,
        /// How many the base has.
        layers: usize,
    },
    /// Its factors have other measures than the base's layer.
    #[error(
        "the adapter's {:?} in layer {} is {} × {}, the base model's is {} × {}",
        site.projection, site.layer, found.0, found.1, expected.0, expected.1
    )]
    Shape {
        /// Where.
        site: Site,
        /// Outputs and inputs of the adapter.
        found: (usize, usize),
        /// Outputs and inputs of the base.
        expected: (usize, usize),
    },
}

/// A request that the running engine cannot serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Nothing to read, or nothing to write.
    #[error("a text without a token cannot be continued, and an answer has at least one token")]
    Empty,
    /// Longer than the model, or the memory for its keys and values, can hold.
    #[error("{length} tokens of prompt and answer are more than {most}")]
    TooLong {
        /// Tokens asked for.
        length: usize,
        /// Tokens possible.
        most: usize,
    },
    /// A token that is not in the vocabulary.
    #[error("the model has no token {0}; its tokenizer belongs to another model")]
    Token(u32),
    /// The thread of the device could not be started.
    #[error("the engine's thread cannot be started: {0}")]
    Thread(String),
    /// A step failed, or the thread of the device is gone: a defect to report.
    #[error("the engine gave up in the middle; its log says why")]
    Stopped,
}
