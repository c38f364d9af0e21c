//! Many sequences in one step, of different lengths, in any cut.

use super::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

#[test]
fn every_family_agrees_with_its_slow_twin() {
    for architecture in FAMILIES {
        for short in [false, true] {
            let model = InventedModel { short, ..InventedModel::tiny(architecture) };
            let (folder, mut decoder) = opened(&model, WeightPrecision::AsStored);
            let tokens = text(3, 37);
            let wanted = Twin::open(folder.path(), short).logits(&tokens);
            let found = decoder.step(&[row(0, &tokens, 0, &Mix::default())]);
            let off = apart(logits(&found[0]), &wanted[36]);
            assert!(off < 1e-4, "{architecture:?}, short {short}: {off}");
        }
    }
}

#[test]
fn shapes_and_settings_of_all_kinds_agree_too() {
    let llama3 = serde_json::json!({"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 16});
    let tiny = InventedModel::tiny(Architecture::Llama);
    for model in [
        InventedModel { tied: true, ..tiny.clone() },
        InventedModel { rope_scaling: llama3, ..tiny.clone() },
        InventedModel { heads: 3, kv_heads: 3, head_width: 32, hidden: 40, ..tiny.clone() },
        InventedModel { heads: 16, kv_heads: 1, head_width: 6, ..tiny.clone() },
        InventedModel { head_width: 64, heads: 2, kv_heads: 1, layers: 3, ..tiny.clone() },
    ] {
        let (folder, mut decoder) = opened(&model, WeightPrecision::F32);
        let tokens = text(4, 50);
        let wanted = Twin::open(folder.path(), false).logits(&tokens);
        let found = decoder.step(&[row(0, &tokens, 0, &Mix::default())]);
        let off = apart(logits(&found[0]), &wanted[49]);
        assert!(off < 1e-4, "{model:?}: {off}");
    }
}

/// A sequence is cut into pieces, which are read among the pieces of others.
#[test]
fn a_batch_of_prompts_and_single_tokens_is_each_sequence_alone_to_the_last_bit() {
    for architecture in FAMILIES {
        let (folder, mut decoder) =
            opened(&InventedModel::tiny(architecture), WeightPrecision::F32);
        let twin = Twin::open(folder.path(), false);
        let texts: Vec<Vec<u32>> = (0..7).map(|one| text(one, 20 + 9 * one as usize)).collect();
        let alone: Vec<Outcome> = texts
            .iter()
            .map(|tokens| decoder.step(&[row(0, tokens, 0, &Mix::default())]).remove(0))
            .collect();
        let mut random = StdRng::seed_from_u64(5);
        let mut read = vec![0; texts.len()];
        let mut last: Vec<Option<Outcome>> = vec![None; texts.len()];
        while texts.iter().zip(&read).any(|(tokens, read)| *read < tokens.len()) {
            let mut batch = Vec::new();
            for (at, tokens) in texts.iter().enumerate() {
                let most = tokens.len() - read[at];
                let count = [0, 1, 1, 5, 19][random.random_range(0..5)].min(most);
                if count > 0 {
                    let new = &tokens[read[at]..read[at] + count];
                    batch.push((at, row(at, new, read[at], &Mix::default())));
                    read[at] += count;
                }
            }
            let rows: Vec<Row> = batch.iter().map(|(_, row)| row.clone()).collect();
            for ((at, _), outcome) in batch.iter().zip(decoder.step(&rows)) {
                last[*at] = Some(outcome);
            }
        }
        for (at, tokens) in texts.iter().enumerate() {
            let found = last[at].take().expect("was read");
            assert_eq!(found, alone[at], "{architecture:?}, sequence {at}");
            let wanted = twin.logits(tokens).pop().expect("a last token");
            assert!(apart(logits(&found), &wanted) < 1e-4);
        }
    }
}

#[test]
fn log_probabilities_are_those_of_the_whole_logits() {
    let (folder, mut decoder) =
        opened(&InventedModel::tiny(Architecture::Llama), WeightPrecision::F32);
    let tokens = text(9, 101);
    let wanted = Twin::open(folder.path(), false).logits(&tokens);
    let next: Vec<u32> = tokens[21..].to_vec();
    let mut asked = row(0, &tokens[..100], 0, &Mix::default());
    asked.wanted = Wanted::LogProbabilities(next.clone());
    let Outcome::LogProbabilities(found) = decoder.step(&[asked]).remove(0) else {
        panic!("no log-probabilities")
    };
    assert_eq!(found.len(), 80);
    for (at, (found, next)) in found.iter().zip(next).enumerate() {
        let logits = &wanted[20 + at];
        let whole: f64 = logits.iter().map(|one| one.exp()).sum();
        let wanted = logits[next as usize] - whole.ln();
        assert!((f64::from(*found) - wanted).abs() < 1e-4, "{at}: {found} {wanted}");
    }
}
