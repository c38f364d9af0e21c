//! What is missing, damaged or of another shape is named.

use super::*;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn refused(folder: &Path) -> String {
    match Decoder::open(folder, settings(WeightPrecision::AsStored)) {
        Ok(_) => panic!("a damaged model was loaded"),
        Err(error) => error.to_string(),
    }
}

fn change(folder: &Path, key: &str, value: Value) {
    let file = folder.join("config.json");
    let mut config: Value =
        serde_json::from_slice(&fs::read(&file).expect("is there")).expect("is JSON");
    config[key] = value;
    fs::write(file, config.to_string()).expect("written");
}

#[test]
fn one_file_or_many_are_the_same_model() {
    let tiny = InventedModel::tiny(Architecture::Qwen3);
    let (_one, mut one) = opened(&tiny, WeightPrecision::F32);
    let (folder, mut many) = opened(&InventedModel { shards: 3, ..tiny }, WeightPrecision::F32);
    let asked = [row(0, &text(1, 20), 0, &Mix::default())];
    assert_eq!(one.step(&asked), many.step(&asked));
    assert_ne!(one.digest(), many.digest(), "the identity is that of the files");
    // What the index does not name is not read.
    fs::write(folder.path().join("notes.safetensors"), [0; 8]).expect("written");
    assert!(refused(folder.path()).contains("notes.safetensors is damaged"));
    fs::remove_file(folder.path().join("notes.safetensors")).expect("removed");
    fs::remove_file(folder.path().join("model-00002-of-00003.safetensors")).expect("removed");
    assert!(refused(folder.path()).contains("lacks model-00002-of-00003.safetensors"));
}

#[test]
fn bf16_takes_half_the_memory() {
    let tiny = InventedModel::tiny(Architecture::Llama);
    let (_folder, long) = opened(&tiny, WeightPrecision::F32);
    let (_folder, short) = opened(&tiny, WeightPrecision::Bf16);
    assert_eq!(long.weight_bytes(), 2 * short.weight_bytes());
}

#[test]
fn what_is_missing_or_damaged_is_named() {
    let (folder, _) = opened(&InventedModel::tiny(Architecture::Llama), WeightPrecision::F32);
    let folder = folder.path();
    assert!(refused(&folder.join("nowhere")).contains("nowhere"));
    change(folder, "architectures", json!(["GemmaForCausalLM"]));
    assert!(refused(folder).contains("GemmaForCausalLM is no architecture"));
    change(folder, "architectures", json!(["LlamaForCausalLM"]));
    change(folder, "intermediate_size", json!(81));
    let shape = refused(folder);
    assert!(
        shape.contains("mlp.gate_proj.weight is [80, 48]") && shape.contains("[81, 48]"),
        "{shape}"
    );
    change(folder, "intermediate_size", json!(80));
    change(folder, "num_hidden_layers", json!(3));
    assert!(refused(folder).contains("lack the tensor model.layers.2"));
    change(folder, "num_hidden_layers", json!(2));
    let weights = folder.join("model.safetensors");
    let bytes = fs::read(&weights).expect("is there");
    fs::write(&weights, &bytes[..bytes.len() - 9]).expect("written");
    assert!(refused(folder).contains("model.safetensors is damaged"));
    let header = u64::from_le_bytes(bytes[..8].try_into().expect("eight")) as usize;
    let text = String::from_utf8(bytes[8..8 + header].to_vec()).expect("is text");
    let text = text.replace("F32", "I32");
    let integers = [&bytes[..8], text.as_bytes(), &bytes[8 + header..]];
    fs::write(&weights, integers.concat()).expect("written");
    assert!(refused(folder).contains("stored as I32"));
    fs::write(&weights, &bytes).expect("written");
    fs::remove_file(folder.join("config.json")).expect("removed");
    assert!(refused(folder).contains("lacks config.json"));
}
