//! Models and adapters of random numbers, for tests and for measuring: they say nothing, at the speed
//! of one that does.

use super::Architecture;
use super::kernel::Bf16;
use crate::adapter::{LoraAdapter, LoraPair, Projection, Site};
use footnote_domain::id::Digest;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Tokens of the tokenizer that stand for a byte each.
const BYTES: usize = 256;
/// Tokens after them.
const ROLES: [&str; 5] = ["<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"];

/// The measures of an invented model.
#[derive(Debug, Clone, PartialEq)]
pub struct InventedModel {
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
    /// Heads of keys and values.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_width: usize,
    /// Tokens; at least 261.
    pub vocabulary: usize,
    /// Whether the embedding is the output's matrix too.
    pub tied: bool,
    /// Whether the numbers are written as bf16.
    pub short: bool,
    /// Files over which the tensors are spread; with more than one there is an index.
    pub shards: usize,
    /// `rope_scaling` of its settings.
    pub rope_scaling: Value,
    /// Where the random numbers begin.
    pub seed: u64,
}

type Tensor = (String, Vec<usize>, Vec<f32>);

impl InventedModel {
    /// A model of two small layers.
    pub fn tiny(architecture: Architecture) -> Self {
        Self {
            architecture,
            hidden: 48,
            inner: 80,
            layers: 2,
            heads: 4,
            kv_heads: 2,
            head_width: 12,
            vocabulary: 300,
            tied: false,
            short: false,
            shards: 1,
            rope_scaling: Value::Null,
            seed: 1,
        }
    }

    /// Writes config, weights and tokenizer, as Hugging Face lays them out.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let put = |name: &str, value: Value| std::fs::write(folder.join(name), value.to_string());
        put("config.json", self.config())?;
        put("tokenizer.json", self.tokenizer())?;
        put("tokenizer_config.json", template())?;
        let mut shards: Vec<Vec<Tensor>> = (0..self.shards).map(|_| Vec::new()).collect();
        for (at, tensor) in self.tensors().into_iter().enumerate() {
            shards[at % self.shards].push(tensor);
        }
        if let [all] = &shards[..] {
            return std::fs::write(folder.join("model.safetensors"), self.file(all));
        }
        let mut map = BTreeMap::new();
        for (at, tensors) in shards.iter().enumerate() {
            let name = format!("model-{:05}-of-{:05}.safetensors", at + 1, self.shards);
            map.extend(tensors.iter().map(|(tensor, ..)| (tensor.clone(), name.clone())));
            std::fs::write(folder.join(name), self.file(tensors))?;
        }
        put("model.safetensors.index.json", json!({"metadata": {}, "weight_map": map}))
    }

    /// An adapter of random numbers for this model, on these projections of every layer.
    pub fn adapter(&self, rank: usize, projections: &[Projection], seed: u64) -> LoraAdapter {
        let mut random = StdRng::seed_from_u64(seed);
        let mut numbers = |count: usize, inputs: usize| {
            let most = (3.0 / inputs as f32).sqrt();
            // Adapters are trained and kept in bf16 as a rule.
            let one = |_| Bf16::nearest(random.random_range(-most..most)).widen();
            (0..count).map(one).collect::<Vec<f32>>()
        };
        let mut sites = BTreeMap::new();
        for layer in 0..self.layers {
            for projection in projections {
                let (outputs, inputs) = self.shape(*projection);
                let (a, b) = (numbers(rank * inputs, inputs), numbers(outputs * rank, rank));
                let site = Site { layer, projection: *projection };
                sites.insert(site, LoraPair { a, b, rank, inputs, outputs });
            }
        }
        let digest = Digest::of(&[b"invented adapter", &seed.to_be_bytes(), &rank.to_be_bytes()]);
        LoraAdapter { digest, base_digest: None, rank, scale: 0.5, sites }
    }

    fn shape(&self, projection: Projection) -> (usize, usize) {
        let (queries, keys) = (self.heads * self.head_width, self.kv_heads * self.head_width);
        match projection {
            Projection::Q => (queries, self.hidden),
            Projection::K | Projection::V => (keys, self.hidden),
            Projection::O => (self.hidden, queries),
            Projection::Gate | Projection::Up => (self.inner, self.hidden),
            Projection::Down => (self.hidden, self.inner),
        }
    }

    fn config(&self) -> Value {
        let (architecture, kind) = match self.architecture {
            Architecture::Llama => ("LlamaForCausalLM", "llama"),
            Architecture::Mistral => ("MistralForCausalLM", "mistral"),
            Architecture::Qwen2 => ("Qwen2ForCausalLM", "qwen2"),
            Architecture::Qwen3 => ("Qwen3ForCausalLM", "qwen3"),
        };
        json!({
            "architectures": [architecture], "model_type": kind, "hidden_act": "silu",
            "hidden_size": self.hidden, "intermediate_size": self.inner,
            "vocab_size": self.vocabulary, "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads, "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_width, "rms_norm_eps": 1e-5, "rope_theta": 10_000.0,
            "rope_scaling": self.rope_scaling, "max_position_embeddings": 4_096,
            "tie_word_embeddings": self.tied, "bos_token_id": BYTES, "eos_token_id": BYTES + 1,
            "sliding_window": null, "use_sliding_window": false, "max_window_layers": self.layers,
            "torch_dtype": if self.short { "bfloat16" } else { "float32" },
        })
    }

    fn tokenizer(&self) -> Value {
        let mut vocabulary: BTreeMap<String, usize> =
            byte_chars().iter().enumerate().map(|(id, one)| (one.to_string(), id)).collect();
        vocabulary.extend(ROLES.iter().zip(BYTES..).map(|(role, id)| ((*role).to_owned(), id)));
        let unused = BYTES + ROLES.len()..self.vocabulary;
        vocabulary.extend(unused.map(|id| (format!("unused{id}"), id)));
        let roles = ROLES.iter().enumerate().map(|(at, role)| {
            json!({"id": BYTES + at, "content": role, "single_word": false, "lstrip": false,
                   "rstrip": false, "normalized": false, "special": true})
        });
        let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                           "use_regex": true});
        json!({
            "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
            "added_tokens": roles.collect::<Vec<_>>(), "pre_tokenizer": bytes,
            "post_processor": null, "decoder": bytes,
            "model": {"type": "BPE", "dropout": null, "unk_token": null,
                      "continuing_subword_prefix": null, "end_of_word_suffix": null,
                      "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                      "vocab": vocabulary, "merges": []},
        })
    }

    fn tensors(&self) -> Vec<Tensor> {
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut around = |name: String, shape: Vec<usize>, middle: f32, most: f32| {
            let count = shape.iter().product();
            let numbers = (0..count).map(|_| middle + random.random_range(-most..most)).collect();
            (name, shape, numbers)
        };
        let of_inputs = |inputs: usize| (3.0 / inputs as f32).sqrt();
        let (table, hidden) = (vec![self.vocabulary, self.hidden], self.hidden);
        let mut all = vec![around("model.embed_tokens.weight".into(), table.clone(), 0.0, 1.0)];
        if !self.tied {
            all.push(around("lm_head.weight".into(), table, 0.0, of_inputs(hidden)));
        }
        all.push(around("model.norm.weight".into(), vec![hidden], 1.0, 0.1));
        for layer in 0..self.layers {
            let name = |part: &str| format!("model.layers.{layer}.{part}");
            for norm in ["input_layernorm", "post_attention_layernorm"] {
                all.push(around(name(&format!("{norm}.weight")), vec![hidden], 1.0, 0.1));
            }
            for (projection, part) in NAMES {
                let (outputs, inputs) = self.shape(projection);
                let weight = name(&format!("{part}.weight"));
                all.push(around(weight, vec![outputs, inputs], 0.0, of_inputs(inputs)));
                let biased = matches!(projection, Projection::Q | Projection::K | Projection::V);
                if biased && self.architecture == Architecture::Qwen2 {
                    all.push(around(name(&format!("{part}.bias")), vec![outputs], 0.0, 0.5));
                }
            }
            if self.architecture == Architecture::Qwen3 {
                for norm in ["q_norm", "k_norm"] {
                    let norm = name(&format!("self_attn.{norm}.weight"));
                    all.push(around(norm, vec![self.head_width], 1.0, 0.2));
                }
            }
        }
        all
    }

    /// Tensors in the layout of safetensors: length, header, data.
    fn file(&self, tensors: &[Tensor]) -> Vec<u8> {
        let (mut header, mut data) = (BTreeMap::new(), Vec::new());
        for (name, shape, numbers) in tensors {
            let from = data.len();
            for number in numbers {
                if self.short {
                    data.extend(Bf16::nearest(*number).0.to_le_bytes());
                } else {
                    data.extend(number.to_le_bytes());
                }
            }
            let dtype = if self.short { "BF16" } else { "F32" };
            let offsets = [from, data.len()];
            header.insert(name, json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}));
        }
        let header = json!(header).to_string().into_bytes();
        [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
    }
}

const NAMES: [(Projection, &str); 7] = [
    (Projection::Q, "self_attn.q_proj"),
    (Projection::K, "self_attn.k_proj"),
    (Projection::V, "self_attn.v_proj"),
    (Projection::O, "self_attn.o_proj"),
    (Projection::Gate, "mlp.gate_proj"),
    (Projection::Up, "mlp.up_proj"),
    (Projection::Down, "mlp.down_proj"),
];

fn template() -> Value {
    json!({
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": null, "model_max_length": 4_096,
        "tokenizer_class": "LlamaTokenizer",
        "chat_template": "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
    })
}

/// The printable characters that byte-level tokenizers write for bytes.
fn byte_chars() -> Vec<char> {
    let kept = |byte: u32| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let mut others = (256..).filter_map(char::from_u32);
    (0..256)
        .map(|byte| if kept(byte) { char::from_u32(byte) } else { others.next() })
        .map(Option::unwrap_or_default)
        .collect()
}
