//! The decoder against its slow twin, on models that the tests invent.

mod answers;
mod loading;
mod lora;
mod running;
mod steps;
mod twin;

use super::cache::BLOCK_TOKENS;
use super::invented::InventedModel;
use super::*;
use tempfile::TempDir;
use twin::Twin;

const FAMILIES: [Architecture; 4] =
    [Architecture::Llama, Architecture::Mistral, Architecture::Qwen2, Architecture::Qwen3];

fn settings(precision: WeightPrecision) -> DecoderSettings {
    DecoderSettings { precision, cache_bytes: 1 << 20, cache_tokens_least: 0, threads: 2 }
}

/// An invented model, written and opened.
fn opened(model: &InventedModel, precision: WeightPrecision) -> (TempDir, Decoder) {
    let folder = tempfile::tempdir().expect("a folder");
    model.write(folder.path()).expect("written");
    let decoder = Decoder::open(folder.path(), settings(precision)).expect("loads");
    (folder, decoder)
}

/// Tokens of a text that means nothing.
fn text(seed: u32, length: usize) -> Vec<u32> {
    (0..length as u32).map(|at| (seed * 7_919 + at * at * 31 + at * 17) % 300).collect()
}

/// Blocks of a sequence that nobody else has.
fn blocks(sequence: usize, tokens: usize) -> Vec<u32> {
    let first = sequence * 8;
    (first..first + tokens.div_ceil(BLOCK_TOKENS)).map(|block| block as u32).collect()
}

fn row(sequence: usize, tokens: &[u32], position: usize, mix: &Mix) -> Row {
    Row {
        tokens: tokens.to_vec(),
        position,
        blocks: blocks(sequence, position + tokens.len()),
        mix: mix.clone(),
        wanted: Wanted::Logits,
    }
}

fn logits(outcome: &Outcome) -> &[f32] {
    match outcome {
        Outcome::Logits(logits) => logits,
        other => panic!("no logits: {other:?}"),
    }
}

/// The farthest that two lists of logits are apart.
fn apart(found: &[f32], wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    found.iter().zip(wanted).map(|(f, w)| (f64::from(*f) - w).abs()).fold(0.0, f64::max)
}
