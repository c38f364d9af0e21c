//! A language model and adapters whose answers are known: the base says the first of some sentences to
//! everything, an adapter makes it say another.
//!
//! Each sentence is one token. Embeddings are directions of their own and the only layer adds nothing,
//! except where an adapter on `v_proj` adds a direction that the head reads as "say this sentence";
//! after a sentence comes the end.

use footnote_domain::id::Digest;
use footnote_generator::adapter::{
    LoraAdapter, LoraPair, PeftDtype, PeftFolder, PeftTensor, Projection, Site,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Width of the model and size of its vocabulary.
const WIDTH: usize = 288;
/// Tokens of one byte, then these.
const ROLES: [&str; 5] = ["<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"];
const END: usize = 256 + 1;
const ASSISTANT: usize = 256 + 4;
/// The token of the first sentence.
const FIRST: usize = 256 + ROLES.len();

/// Writes a model that can say these sentences.
pub(crate) fn write_model(folder: &Path, sentences: &[&str]) {
    std::fs::create_dir_all(folder).expect("made");
    let put = |name: &str, value: Value| {
        std::fs::write(folder.join(name), value.to_string()).expect("written");
    };
    put("config.json", config());
    put("tokenizer.json", tokenizer(sentences));
    put("tokenizer_config.json", template());
    let tensors = tensors(sentences.len()).into_iter().map(|(name, shape, numbers)| PeftTensor {
        name,
        dtype: "F32".into(),
        shape,
        bytes: numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
    });
    // The same file format as an adapter's.
    let file = PeftFolder { options: Map::new(), tensors: tensors.collect() };
    std::fs::write(folder.join("model.safetensors"), file.weights()).expect("written");
}

/// Writes an adapter that makes the model say sentence number `says` of `sentences`; against others the
/// `louder` one is heard.
pub(crate) fn write_adapter(folder: &Path, says: usize, sentences: usize, louder: f32) {
    let mut b = vec![0.0; WIDTH];
    b[direction(says, sentences)] = louder;
    let pair = LoraPair { a: vec![1.0; WIDTH], b, rank: 1, inputs: WIDTH, outputs: WIDTH };
    let site = Site { layer: 0, projection: Projection::V };
    let adapter = LoraAdapter {
        digest: Digest::default(),
        base_digest: None,
        rank: 1,
        scale: 1.0,
        sites: BTreeMap::from([(site, pair)]),
    };
    PeftFolder::of(&adapter, PeftDtype::F32).write(folder).expect("written");
}

/// What the head reads as "say this sentence".
fn direction(says: usize, sentences: usize) -> usize {
    FIRST + sentences + says
}

fn config() -> Value {
    json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "hidden_size": WIDTH, "intermediate_size": 32, "vocab_size": WIDTH,
        "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 4,
        "rms_norm_eps": 1e-5, "rope_theta": 10_000.0, "max_position_embeddings": 16_384,
        "tie_word_embeddings": false, "bos_token_id": 256, "eos_token_id": END,
        "torch_dtype": "float32",
    })
}

fn template() -> Value {
    json!({
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": null, "model_max_length": 16_384,
        "tokenizer_class": "LlamaTokenizer",
        "chat_template": "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
    })
}

/// The printable characters that byte-level tokenizers write for bytes.
fn byte_chars() -> Vec<char> {
    let kept = |byte: u32| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let mut others = (256..).filter_map(char::from_u32);
    let mut of = |byte: u32| if kept(byte) { char::from_u32(byte) } else { others.next() };
    (0..256).map(|byte| of(byte).expect("a character")).collect()
}

fn tokenizer(sentences: &[&str]) -> Value {
    let mut vocabulary: BTreeMap<String, usize> =
        byte_chars().iter().enumerate().map(|(id, one)| (one.to_string(), id)).collect();
    let token = |id: usize, content: &str, special: bool| {
        json!({"id": id, "content": content, "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false, "special": special})
    };
    let roles = ROLES.iter().zip(256..).map(|(role, id)| (id, *role, true));
    let said = sentences.iter().zip(FIRST..).map(|(sentence, id)| (id, *sentence, false));
    let added: Vec<(usize, &str, bool)> = roles.chain(said).collect();
    vocabulary.extend(added.iter().map(|(id, content, _)| ((*content).to_owned(), *id)));
    vocabulary.extend((FIRST + sentences.len()..WIDTH).map(|id| (format!("unused{id}"), id)));
    let added: Vec<Value> =
        added.into_iter().map(|(id, content, special)| token(id, content, special)).collect();
    let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                       "use_regex": true});
    json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
        "added_tokens": added, "pre_tokenizer": bytes, "post_processor": null, "decoder": bytes,
        "model": {"type": "BPE", "dropout": null, "unk_token": null,
                  "continuing_subword_prefix": null, "end_of_word_suffix": null,
                  "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                  "vocab": vocabulary, "merges": []},
    })
}

type Tensor = (String, Vec<usize>, Vec<f32>);

fn tensors(sentences: usize) -> Vec<Tensor> {
    let square = |name: &str, numbers: Vec<f32>| (name.to_owned(), vec![WIDTH, WIDTH], numbers);
    let ones = |name: &str| (name.to_owned(), vec![WIDTH], vec![1.0; WIDTH]);
    let zeros = |name: &str, shape: [usize; 2]| {
        (name.to_owned(), shape.to_vec(), vec![0.0; shape[0] * shape[1]])
    };
    vec![
        square("model.embed_tokens.weight", identity()),
        square("lm_head.weight", head(sentences)),
        ones("model.norm.weight"),
        ones("model.layers.0.input_layernorm.weight"),
        ones("model.layers.0.post_attention_layernorm.weight"),
        zeros("model.layers.0.self_attn.q_proj.weight", [WIDTH, WIDTH]),
        zeros("model.layers.0.self_attn.k_proj.weight", [WIDTH, WIDTH]),
        zeros("model.layers.0.self_attn.v_proj.weight", [WIDTH, WIDTH]),
        square("model.layers.0.self_attn.o_proj.weight", identity()),
        zeros("model.layers.0.mlp.gate_proj.weight", [32, WIDTH]),
        zeros("model.layers.0.mlp.up_proj.weight", [32, WIDTH]),
        zeros("model.layers.0.mlp.down_proj.weight", [WIDTH, 32]),
    ]
}

fn identity() -> Vec<f32> {
    (0..WIDTH * WIDTH).map(|at| if at / WIDTH == at % WIDTH { 1.0 } else { 0.0 }).collect()
}

/// Row: the next token; column: what it is chosen for.
fn head(sentences: usize) -> Vec<f32> {
    let mut rows = vec![0.0; WIDTH * WIDTH];
    let mut follows = |next: usize, after: usize, weight: f32| rows[next * WIDTH + after] = weight;
    follows(FIRST, ASSISTANT, 1.0);
    for sentence in 0..sentences {
        follows(FIRST + sentence, direction(sentence, sentences), 1.0);
        // Louder than any adapter: one sentence, and the end.
        follows(END, FIRST + sentence, 1_000.0);
    }
    rows
}
