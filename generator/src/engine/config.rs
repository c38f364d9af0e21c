//! What kind of model is it? The part of `config.json` that decides how the Llama family is computed.

use super::ModelError;
use super::rope::RopeScaling;
use crate::adapter::Projection;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// The families that share one decoder: they differ in biases and norms only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Llama 2 and 3.
    Llama,
    /// Mistral 7B and its kin.
    Mistral,
    /// Qwen2 and Qwen2.5: biases on q, k and v.
    Qwen2,
    /// Qwen3: a norm over each head of q and k.
    Qwen3,
}

/// A decoder's measures, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// The family.
    pub architecture: Architecture,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Width between gate and down.
    pub inner: usize,
    /// Decoder blocks.
    pub layers: usize,
    /// Heads of queries.
    pub heads: usize,
    /// Heads of keys and values; divides `heads`.
    pub kv_heads: usize,
    /// Width of a head; even.
    pub head_width: usize,
    /// Tokens that have a number.
    pub vocabulary: usize,
    /// Most tokens of prompt and answer together: positions the model knows, and its sliding window
    /// where it has one, since the engine always attends to everything.
    pub context: usize,
    /// ε of the norms.
    pub norm_epsilon: f32,
    /// Base of the rotary angles.
    pub rope_theta: f32,
    /// How the angles are stretched.
    pub rope_scaling: RopeScaling,
    /// Whether the embedding is the output's matrix too.
    pub tied: bool,
    /// Biases on q, k and v.
    pub bias_qkv: bool,
    /// Bias on o.
    pub bias_o: bool,
    /// Tokens that end an answer.
    pub ends: Vec<u32>,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    architectures: Vec<String>,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    vocab_size: usize,
    #[serde(default = "context_of_llama")]
    max_position_embeddings: usize,
    sliding_window: Option<usize>,
    use_sliding_window: Option<bool>,
    #[serde(default = "epsilon_of_llama")]
    rms_norm_eps: f32,
    rope_theta: Option<f32>,
    rope_scaling: Option<Value>,
    rope_parameters: Option<Value>,
    #[serde(default)]
    tie_word_embeddings: bool,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    hidden_act: Option<String>,
    eos_token_id: Option<Value>,
    quantization_config: Option<Value>,
}

fn context_of_llama() -> usize {
    2_048
}

fn epsilon_of_llama() -> f32 {
    1e-6
}

impl ModelConfig {
    /// Reads `config.json` of a model's folder, and the end tokens of `generation_config.json` where
    /// there is one.
    ///
    /// # Errors
    /// When the file cannot be read, the architecture is another one, or a measure makes no sense.
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        let file = folder.join("config.json");
        let refused = |reason: String| ModelError::Settings { file: file.clone(), reason };
        let text = std::fs::read(&file).map_err(|error| refused(error.to_string()))?;
        let value: Value = serde_json::from_slice(&text).map_err(|e| refused(e.to_string()))?;
        let raw: Raw = serde_json::from_value(value).map_err(|e| refused(e.to_string()))?;
        let architecture = architecture(&raw.architectures)?;
        let mut config = raw.checked(architecture).map_err(&refused)?;
        config.ends.extend(more_ends(folder)?);
        config.ends.sort_unstable();
        config.ends.dedup();
        Ok(config)
    }

    /// Outputs and inputs of a linear layer of every block.
    pub fn shape(&self, projection: Projection) -> (usize, usize) {
        match projection {
            Projection::Q => (self.query_width(), self.hidden),
            Projection::K | Projection::V => (self.kv_width(), self.hidden),
            Projection::O => (self.hidden, self.query_width()),
            Projection::Gate | Projection::Up => (self.inner, self.hidden),
            Projection::Down => (self.hidden, self.inner),
        }
    }

    /// Width of all queries together.
    pub fn query_width(&self) -> usize {
        self.heads * self.head_width
    }

    /// Width of all keys, or all values, together.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_width
    }
}

fn architecture(given: &[String]) -> Result<Architecture, ModelError> {
    match given.first().map(String::as_str) {
        Some("LlamaForCausalLM") => Ok(Architecture::Llama),
        Some("MistralForCausalLM") => Ok(Architecture::Mistral),
        Some("Qwen2ForCausalLM") => Ok(Architecture::Qwen2),
        Some("Qwen3ForCausalLM") => Ok(Architecture::Qwen3),
        Some(other) => Err(ModelError::Architecture { given: other.to_owned() }),
        None => Err(ModelError::Architecture { given: "a model without `architectures`".into() }),
    }
}

impl Raw {
    fn checked(self, architecture: Architecture) -> Result<ModelConfig, String> {
        let heads = self.num_attention_heads;
        let kv_heads = self.num_key_value_heads.unwrap_or(heads);
        for (name, value) in [
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", heads),
            ("num_key_value_heads", kv_heads),
            ("vocab_size", self.vocab_size),
            ("max_position_embeddings", self.max_position_embeddings),
        ] {
            if value == 0 || value > 1 << 24 {
                return Err(format!("{name} is {value}"));
            }
        }
        if !heads.is_multiple_of(kv_heads) {
            return Err(format!("{heads} heads do not share {kv_heads} key-value heads evenly"));
        }
        if self.head_dim.is_none() && !self.hidden_size.is_multiple_of(heads) {
            return Err(format!("{heads} heads do not divide hidden_size {}", self.hidden_size));
        }
        let head_width = self.head_dim.unwrap_or(self.hidden_size / heads);
        if head_width == 0 || !head_width.is_multiple_of(2) || head_width > 1 << 12 {
            return Err(format!("head_dim is {head_width}; rotary positions need an even one"));
        }
        if self.hidden_act.as_deref().is_some_and(|act| act != "silu") {
            return Err(format!("hidden_act is {:?}; the engine knows silu", self.hidden_act));
        }
        if self.mlp_bias {
            return Err("mlp_bias is true; the engine has no bias on gate, up and down".into());
        }
        if self.quantization_config.is_some() {
            return Err("the weights are quantised; use the model in f32, f16 or bf16".into());
        }
        let scaling = self.rope_scaling.as_ref().or(self.rope_parameters.as_ref());
        let theta = self.rope_parameters.as_ref().and_then(|one| one["rope_theta"].as_f64());
        let qwen2 = architecture == Architecture::Qwen2;
        Ok(ModelConfig {
            architecture,
            hidden: self.hidden_size,
            inner: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads,
            kv_heads,
            head_width,
            vocabulary: self.vocab_size,
            context: self.context(architecture),
            norm_epsilon: self.rms_norm_eps,
            rope_theta: self.rope_theta.or(theta.map(|theta| theta as f32)).unwrap_or(10_000.0),
            rope_scaling: RopeScaling::parse(scaling)?,
            tied: self.tie_word_embeddings,
            bias_qkv: qwen2 || self.attention_bias,
            bias_o: !qwen2 && self.attention_bias,
            ends: ends(self.eos_token_id.as_ref()),
        })
    }

    fn context(&self, architecture: Architecture) -> usize {
        let slides = match architecture {
            Architecture::Mistral => true,
            Architecture::Qwen2 | Architecture::Qwen3 => self.use_sliding_window == Some(true),
            Architecture::Llama => false,
        };
        let window = self.sliding_window.filter(|_| slides).unwrap_or(usize::MAX);
        self.max_position_embeddings.min(window)
    }
}

fn ends(given: Option<&Value>) -> Vec<u32> {
    let number = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
    match given {
        Some(Value::Array(all)) => all.iter().filter_map(number).collect(),
        Some(one) => number(one).into_iter().collect(),
        None => Vec::new(),
    }
}

fn more_ends(folder: &Path) -> Result<Vec<u32>, ModelError> {
    let file = folder.join("generation_config.json");
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let refused = |reason: String| ModelError::Settings { file: file.clone(), reason };
    let text = std::fs::read(&file).map_err(|error| refused(error.to_string()))?;
    let value: Value = serde_json::from_slice(&text).map_err(|e| refused(e.to_string()))?;
    Ok(ends(value.get("eos_token_id")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(change: Value) -> Result<ModelConfig, String> {
        let mut config = json!({
            "architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 96,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "vocab_size": 100, "max_position_embeddings": 4_096, "rms_norm_eps": 1e-5,
            "eos_token_id": 2, "hidden_act": "silu", "sliding_window": 512,
        });
        for (key, value) in change.as_object().expect("an object") {
            config[key] = value.clone();
        }
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("config.json"), config.to_string()).expect("written");
        let ends = json!({"eos_token_id": [2, 7]}).to_string();
        std::fs::write(folder.path().join("generation_config.json"), ends).expect("written");
        ModelConfig::read(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_the_families_differ_in() {
        let llama = read(json!({})).expect("is one");
        assert_eq!((llama.head_width, llama.context, llama.ends), (16, 4_096, vec![2, 7]));
        assert!(!llama.bias_qkv && !llama.tied);
        let mistral = read(json!({"architectures": ["MistralForCausalLM"]})).expect("is one");
        assert_eq!(mistral.context, 512, "its window slides");
        let qwen2 = read(json!({"architectures": ["Qwen2ForCausalLM"]})).expect("is one");
        assert!(qwen2.bias_qkv && !qwen2.bias_o && qwen2.context == 4_096);
        let qwen3 =
            json!({"architectures": ["Qwen3ForCausalLM"], "head_dim": 32, "rope_theta": 1e6});
        let qwen3 = read(qwen3).expect("is one");
        assert_eq!((qwen3.query_width(), qwen3.kv_width(), qwen3.rope_theta), (128, 64, 1e6));
        let newer = json!({"rope_parameters": {"rope_theta": 5e5, "rope_type": "default"}});
        assert_eq!(read(newer).expect("is one").rope_theta, 5e5);
    }

    #[test]
    fn what_cannot_be_run_is_refused_by_name() {
        for (change, named) in [
            (json!({"architectures": ["GemmaForCausalLM"]}), "GemmaForCausalLM"),
            (json!({"architectures": []}), "without `architectures`"),
            (json!({"num_key_value_heads": 3}), "3 key-value heads"),
            (json!({"num_attention_heads": 0}), "num_attention_heads is 0"),
            (json!({"hidden_size": "wide"}), "config.json"),
            (json!({"head_dim": 15}), "head_dim is 15"),
            (json!({"hidden_act": "gelu"}), "gelu"),
            (json!({"mlp_bias": true}), "mlp_bias"),
            (json!({"quantization_config": {}}), "quantised"),
            (json!({"rope_scaling": {"rope_type": "yarn"}}), "yarn"),
        ] {
            let error = read(change).expect_err(named);
            assert!(error.contains(named), "{error}");
        }
    }
}
