//! Writes a model that says one thing: each token's embedding is a direction of its own, the layers
//! add nothing, and the head maps every token of the script to the next one. And the question that it
//! is asked.

use crate::{Request, Source, SourceSentence};
use footnote_domain::corpus::SentenceRef;
use footnote_domain::id::ContentHash;
use footnote_domain::text::{Language, SentenceKind, Unigrams};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Width of the model and size of its vocabulary: one direction per token. A multiple of the heads.
pub(crate) const WIDTH: usize = 320;
const HEADS: usize = 4;
/// Width between gate and down.
pub(crate) const INNER: usize = 32;
const LAYERS: usize = 2;
/// Tokens before the script: 256 bytes and the roles.
const ROLES: [&str; 5] = ["<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"];
const END: usize = 256 + 1;
/// The token after which the model speaks.
pub(crate) const ASSISTANT: usize = 256 + 4;
/// The first token of the script.
pub(crate) const FIRST: usize = 256 + ROLES.len();

/// Which family's names and shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Llama,
    Qwen2,
}

/// Writes config, weights, tokenizer and template of a model that answers `script` to everything.
pub(crate) fn write_model(folder: &Path, shape: Shape, script: &[&str]) {
    let put = |name: &str, value: Value| {
        fs::write(folder.join(name), value.to_string()).expect("the folder can be written");
    };
    put("config.json", config(shape));
    put("tokenizer.json", tokenizer(script));
    put("tokenizer_config.json", template());
    fs::write(folder.join("model.safetensors"), weights(shape, script.len())).expect("written");
}

fn config(shape: Shape) -> Value {
    let (architecture, kind) = match shape {
        Shape::Llama => ("LlamaForCausalLM", "llama"),
        Shape::Qwen2 => ("Qwen2ForCausalLM", "qwen2"),
    };
    json!({
        "architectures": [architecture], "model_type": kind, "hidden_act": "silu",
        "hidden_size": WIDTH, "intermediate_size": INNER, "vocab_size": WIDTH,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": HEADS,
        "rms_norm_eps": 1e-5, "rope_theta": 10_000.0, "max_position_embeddings": 4_096,
        "tie_word_embeddings": false, "bos_token_id": 256, "eos_token_id": END,
        "sliding_window": 4_096, "use_sliding_window": false, "max_window_layers": LAYERS,
        "torch_dtype": "float32",
    })
}

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
    let mut next = 256;
    let of = |byte: u32| {
        if kept(byte) {
            return char::from_u32(byte).expect("a character");
        }
        next += 1;
        char::from_u32(next - 1).expect("a character")
    };
    (0..256).map(of).collect()
}

fn tokenizer(script: &[&str]) -> Value {
    let bytes = byte_chars();
    let mut vocabulary: BTreeMap<String, usize> =
        bytes.iter().enumerate().map(|(id, one)| (one.to_string(), id)).collect();
    vocabulary.extend(ROLES.iter().zip(256..).map(|(role, id)| ((*role).to_owned(), id)));
    for (at, word) in script.iter().enumerate() {
        let written: String = word.bytes().map(|byte| bytes[byte as usize]).collect();
        vocabulary.insert(written, FIRST + at);
    }
    for unused in FIRST + script.len()..WIDTH {
        vocabulary.insert(format!("unused{unused}"), unused);
    }
    let roles = ROLES.iter().enumerate().map(|(at, role)| {
        json!({"id": 256 + at, "content": role, "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false, "special": true})
    });
    json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
        "added_tokens": roles.collect::<Vec<_>>(),
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                  "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
                  "ignore_merges": false, "vocab": vocabulary, "merges": []},
    })
}

/// Tensors in the layout of safetensors: length, header, data.
fn weights(shape: Shape, script: usize) -> Vec<u8> {
    let mut header = BTreeMap::new();
    let mut data: Vec<u8> = Vec::new();
    for (name, dimensions, values) in tensors(shape, script) {
        let from = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        let offsets = [from, data.len()];
        header.insert(name, json!({"dtype": "F32", "shape": dimensions, "data_offsets": offsets}));
    }
    let header = serde_json::to_vec(&header).expect("is JSON");
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

type Tensor = (String, Vec<usize>, Vec<f32>);

fn tensors(shape: Shape, script: usize) -> Vec<Tensor> {
    let mut all = vec![
        square("model.embed_tokens.weight", identity()),
        square("lm_head.weight", head(script)),
        ones("model.norm.weight"),
    ];
    for layer in 0..LAYERS {
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        all.push(ones(&name("input_layernorm.weight")));
        all.push(ones(&name("post_attention_layernorm.weight")));
        for part in ["q", "k", "v", "o"] {
            let zeros = vec![0.0; WIDTH * WIDTH];
            all.push(square(&name(&format!("self_attn.{part}_proj.weight")), zeros));
            if shape == Shape::Qwen2 && part != "o" {
                let bias = name(&format!("self_attn.{part}_proj.bias"));
                all.push((bias, vec![WIDTH], vec![0.0; WIDTH]));
            }
        }
        let flat = |rows: usize, columns: usize| (vec![rows, columns], vec![0.0; rows * columns]);
        for (part, (dimensions, zeros)) in
            [("gate", flat(INNER, WIDTH)), ("up", flat(INNER, WIDTH)), ("down", flat(WIDTH, INNER))]
        {
            all.push((name(&format!("mlp.{part}_proj.weight")), dimensions, zeros));
        }
    }
    all
}

fn square(name: &str, values: Vec<f32>) -> Tensor {
    (name.to_owned(), vec![WIDTH, WIDTH], values)
}

fn ones(name: &str) -> Tensor {
    (name.to_owned(), vec![WIDTH], vec![1.0; WIDTH])
}

fn identity() -> Vec<f32> {
    (0..WIDTH * WIDTH).map(|at| if at / WIDTH == at % WIDTH { 1.0 } else { 0.0 }).collect()
}

/// Row `next`, column `token`: after `token` comes `next`. Everything outside the script ends.
fn head(script: usize) -> Vec<f32> {
    let mut rows = vec![0.0; WIDTH * WIDTH];
    for token in 0..WIDTH {
        let next = match token {
            ASSISTANT => FIRST,
            token if token >= FIRST && token + 1 < FIRST + script => token + 1,
            _ => END,
        };
        rows[next * WIDTH + token] = 1.0;
    }
    rows
}

/// A question about tea, and `passages` times the passage that answers it.
pub(crate) fn tea_request(passages: usize) -> Request {
    let source = Source {
        passage: 0,
        document: 0,
        content_hash: ContentHash::default(),
        title: "Tea".into(),
        section: String::new(),
        rank: 0,
        score: 1.0,
        relevance_ppm: 900_000,
        sentences: vec![SourceSentence {
            reference: SentenceRef { document: 0, sentence: 0 },
            text: "Green tea is steeped at 80 °C.".into(),
            kind: SentenceKind::Prose,
            owned: true,
            vector: None,
        }],
    };
    Request {
        question: "How hot is the water for green tea?".into(),
        language: Language::English,
        question_vector: None,
        sources: vec![source; passages],
        max_sentences: 3,
        idf: Arc::new(Unigrams::default()),
        adapters: Vec::new(),
    }
}
