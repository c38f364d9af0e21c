//! Vectors of sentences and questions by a local sentence-transformers model.

use anyhow::{Context, Result};
use fastembed::{
    InitOptionsUserDefined, Pooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use std::path::Path;

pub(crate) struct Vectors(TextEmbedding);

impl Vectors {
    pub(crate) fn open(folder: &Path, onnxruntime: &Path) -> Result<Self> {
        let environment = ort::init_from(onnxruntime)?.build()?;
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).with_context(|| format!("read {}", path.display()))
        };
        let files = TokenizerFiles {
            tokenizer_file: read("tokenizer.json")?,
            config_file: read("config.json")?,
            special_tokens_map_file: read("special_tokens_map.json")?,
            tokenizer_config_file: read("tokenizer_config.json")?,
        };
        let model =
            UserDefinedEmbeddingModel::new(read("model.onnx")?, files).with_pooling(Pooling::Mean);
        let options = InitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(256)
            .with_intra_threads(1);
        Ok(Self(TextEmbedding::try_new_from_user_defined(model, options)?))
    }

    /// One text at a time: the int8 model's bits depend on its batch.
    pub(crate) fn embed(&mut self, text: &str) -> Result<Vec<f32>> {
        self.0.embed([text], None)?.pop().context("no vector for a text")
    }
}
