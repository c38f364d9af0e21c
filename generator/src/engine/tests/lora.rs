//! Adapters beside the base are the same as adapters merged into it.

use super::*;
use crate::adapter::{LoraAdapter, Projection};
use std::sync::Arc;

fn mix(decoder: &Decoder, adapters: &[(&LoraAdapter, f32)]) -> Mix {
    let packed = |adapter: &LoraAdapter| {
        Arc::new(PackedAdapter::pack(adapter, decoder.config()).expect("fits"))
    };
    Mix::new(adapters.iter().map(|(adapter, weight)| (packed(adapter), *weight)))
}

#[test]
fn an_adapter_beside_the_base_is_the_adapter_merged_into_it() {
    for architecture in FAMILIES {
        let model = InventedModel::tiny(architecture);
        let (folder, mut decoder) = opened(&model, WeightPrecision::F32);
        for (rank, projections) in [
            (16, &[Projection::Q, Projection::V][..]),
            (5, &Projection::ALL),
            (33, &Projection::ALL),
        ] {
            let adapter = model.adapter(rank, projections, 11);
            let tokens = text(2, 30);
            let merged = Twin::open(folder.path(), false).merged(&[(&adapter, 1.0)]);
            let wanted = merged.logits(&tokens);
            let mix = mix(&decoder, &[(&adapter, 1.0)]);
            let found = decoder.step(&[row(0, &tokens, 0, &mix)]);
            let off = apart(logits(&found[0]), &wanted[29]);
            assert!(off < 1e-4, "{architecture:?}, rank {rank}: {off}");
            let base = decoder.step(&[row(0, &tokens, 0, &Mix::default())]);
            assert!(apart(logits(&base[0]), &wanted[29]) > 0.1, "the adapter changes something");
        }
    }
}

/// Rows with no adapter, one, several with weights, of mixed ranks and sites, and the same one twice.
#[test]
fn a_batch_of_many_adapters_is_each_row_alone_to_the_last_bit() {
    let model = InventedModel::tiny(Architecture::Qwen2);
    let (folder, mut decoder) = opened(&model, WeightPrecision::F32);
    let qv = [Projection::Q, Projection::V];
    let a = model.adapter(16, &qv, 1);
    let b = model.adapter(4, &Projection::ALL, 2);
    let c = model.adapter(24, &[Projection::Down, Projection::K], 3);
    let mixes: [&[(&LoraAdapter, f32)]; 7] = [
        &[],
        &[(&a, 1.0)],
        &[(&b, 1.0)],
        &[(&c, 0.5), (&a, 0.25)],
        &[(&a, 1.0)],
        &[(&c, -1.0), (&b, 0.3), (&a, 2.0)],
        &[(&b, 0.5), (&b, 0.5)],
    ];
    let rows: Vec<Row> = mixes
        .iter()
        .enumerate()
        .map(|(at, adapters)| {
            let tokens = text(at as u32, if at % 2 == 0 { 13 } else { 40 });
            row(at, &tokens, 0, &mix(&decoder, adapters))
        })
        .collect();
    let together = decoder.step(&rows);
    for (at, (adapters, found)) in mixes.iter().zip(&together).enumerate() {
        assert_eq!(&decoder.step(&rows[at..=at])[0], found, "row {at} alone");
        let merged = Twin::open(folder.path(), false).merged(adapters);
        let wanted = merged.logits(&rows[at].tokens).pop().expect("a last token");
        let off = apart(logits(found), &wanted);
        assert!(off < 1e-4, "row {at}: {off}");
    }
}

#[test]
fn an_adapter_of_another_base_is_refused_by_name() {
    let model = InventedModel::tiny(Architecture::Llama);
    let (_folder, decoder) = opened(&model, WeightPrecision::F32);
    let refused = |model: InventedModel| {
        let adapter = model.adapter(8, &[Projection::Q], 1);
        PackedAdapter::pack(&adapter, decoder.config()).expect_err("misfits").to_string()
    };
    let wide = refused(InventedModel { hidden: 64, ..model.clone() });
    assert_eq!(wide, "the adapter's Q in layer 0 is 48 × 64, the base model's is 48 × 48");
    let deep = refused(InventedModel { layers: 3, ..model.clone() });
    assert_eq!(deep, "the adapter changes layer 2, the base model has 2");
}
