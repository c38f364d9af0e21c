//! Into which base model must an adapter fit? The few numbers of a Llama-like decoder that decide it,
//! read from the model's folder.

use super::weights::Projection;
use footnote_domain::id::Digest;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tiny_keccak::{Hasher, Keccak};

/// Families whose decoders have the projections of [`Projection`].
const FAMILIES: [&str; 4] = ["llama", "mistral", "qwen2", "qwen3"];

/// Longest `config.json` that is read, in bytes.
const CONFIG_BYTES_MOST: u64 = 1 << 20;

/// The shape of a base model, and its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseShape {
    /// Decoder blocks.
    pub layers: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Width inside the feed-forward part.
    pub intermediate: usize,
    /// Query heads × their width.
    pub q_out: usize,
    /// Key heads × their width.
    pub kv_out: usize,
    /// keccak-256 over the keccak-256 of every `*.safetensors` file, in order of name.
    pub digest: Digest,
}

/// A folder that holds no base model that adapters can be checked against.
#[derive(Debug, thiserror::Error)]
pub enum BaseShapeError {
    /// The disk said no.
    #[error("cannot read {}: {source}; name the folder of the base model", path.display())]
    Disk {
        /// What was read.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The configuration is not one of a known family.
    #[error("{}: {reason}; adapters fit {} models", path.display(), FAMILIES.join(", "))]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There are no weights to identify the model by.
    #[error("{} holds no *.safetensors; adapters are checked against the model's own files", .0.display())]
    NoWeights(PathBuf),
}

/// `config.json`, as far as it decides shapes.
#[derive(Debug, Deserialize)]
struct ModelConfig {
    model_type: String,
    num_hidden_layers: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
}

impl BaseShape {
    /// Inputs and outputs of a projection: an adapter's A is `rank × inputs`, its B `outputs × rank`.
    pub fn dimensions(&self, projection: Projection) -> (usize, usize) {
        match projection {
            Projection::Q => (self.hidden, self.q_out),
            Projection::K | Projection::V => (self.hidden, self.kv_out),
            Projection::O => (self.q_out, self.hidden),
            Projection::Gate | Projection::Up => (self.hidden, self.intermediate),
            Projection::Down => (self.intermediate, self.hidden),
        }
    }

    /// Reads shape and identity of a model's folder; the weights are read once from end to end.
    ///
    /// # Errors
    /// [`BaseShapeError`], with the file at fault.
    pub fn of_model_folder(folder: &Path) -> Result<Self, BaseShapeError> {
        let path = folder.join("config.json");
        let mut text = Vec::new();
        let file = File::open(&path).map_err(disk(&path))?;
        file.take(CONFIG_BYTES_MOST).read_to_end(&mut text).map_err(disk(&path))?;
        let refuse = |reason: String| BaseShapeError::Config { path: path.clone(), reason };
        let config: ModelConfig =
            serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
        Self::of_config(&config, weights_digest(folder)?).map_err(refuse)
    }

    fn of_config(config: &ModelConfig, digest: Digest) -> Result<Self, String> {
        if !FAMILIES.contains(&config.model_type.as_str()) {
            return Err(format!("the family `{}` is not known", config.model_type));
        }
        let heads = config.num_attention_heads;
        let key_heads = config.num_key_value_heads.unwrap_or(heads);
        let width = config.head_dim.or_else(|| config.hidden_size.checked_div(heads));
        let q_out = width.and_then(|width| width.checked_mul(heads));
        let kv_out = width.and_then(|width| width.checked_mul(key_heads));
        let (Some(q_out), Some(kv_out)) = (q_out, kv_out) else {
            return Err("its heads have no width".to_owned());
        };
        let shape = Self {
            layers: config.num_hidden_layers,
            hidden: config.hidden_size,
            intermediate: config.intermediate_size,
            q_out,
            kv_out,
            digest,
        };
        let sizes = [shape.layers, shape.hidden, shape.intermediate, q_out, kv_out];
        if sizes.contains(&0) { Err("a size is 0".to_owned()) } else { Ok(shape) }
    }
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> BaseShapeError {
    let path = path.to_owned();
    move |source| BaseShapeError::Disk { path, source }
}

fn weights_digest(folder: &Path) -> Result<Digest, BaseShapeError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(disk(folder))? {
        let path = entry.map_err(disk(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(BaseShapeError::NoWeights(folder.to_owned()));
    }
    files.sort();
    let digests: Vec<[u8; 32]> =
        files.iter().map(|file| keccak_of(file).map_err(disk(file))).collect::<Result<_, _>>()?;
    Ok(Digest::of(&[&digests.concat()]))
}

fn keccak_of(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let (mut keccak, mut buffer) = (Keccak::v256(), vec![0u8; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => keccak.update(&buffer[..read]),
        }
    }
    let mut digest = [0u8; 32];
    keccak.finalize(&mut digest);
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, config: &str) {
        std::fs::write(folder.join("config.json"), config).expect("written");
    }

    #[test]
    fn a_model_folder_says_what_fits() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = r#"{"model_type":"qwen3","num_hidden_layers":2,"hidden_size":32,
            "intermediate_size":64,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,
            "vocab_size":9}"#;
        write(folder.path(), config);
        let missing = BaseShape::of_model_folder(folder.path()).expect_err("no weights yet");
        assert!(matches!(missing, BaseShapeError::NoWeights(_)), "{missing}");
        std::fs::write(folder.path().join("model.safetensors"), b"weights").expect("written");
        let shape = BaseShape::of_model_folder(folder.path()).expect("a model");
        assert_eq!(shape.dimensions(Projection::Q), (32, 64));
        assert_eq!(shape.dimensions(Projection::V), (32, 32));
        assert_eq!(shape.dimensions(Projection::O), (64, 32));
        assert_eq!(shape.dimensions(Projection::Down), (64, 32));
        let file = footnote_domain::id::keccak256(&[b"weights"]);
        assert_eq!(shape.digest, Digest::of(&[&file]));
    }

    #[test]
    fn other_families_and_sizes_of_zero_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("model.safetensors"), b"weights").expect("written");
        let config = |family: &str, heads: usize| {
            format!(
                r#"{{"model_type":"{family}","num_hidden_layers":2,"hidden_size":32,
                "intermediate_size":64,"num_attention_heads":{heads}}}"#
            )
        };
        for (family, heads) in [("gpt2", 4), ("llama", 0)] {
            write(folder.path(), &config(family, heads));
            let error = BaseShape::of_model_folder(folder.path()).expect_err(family);
            assert!(matches!(error, BaseShapeError::Config { .. }), "{error}");
        }
        write(folder.path(), &config("llama", 4));
        assert!(BaseShape::of_model_folder(folder.path()).is_ok());
    }
}
