//! A small base, small PEFT folders for it, and a slow reader that shares no code with ours.

use footnote_domain::id::Digest;
use footnote_generator::adapter::{BaseShape, PeftDtype, PeftFolder, Projection, RandomAdapter};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Two layers, all widths different.
pub(crate) fn base() -> BaseShape {
    BaseShape {
        layers: 2,
        hidden: 12,
        intermediate: 20,
        q_out: 16,
        kv_out: 8,
        digest: Digest::of(&[b"a small base"]),
    }
}

/// An adapter of q, v and down.
pub(crate) fn peft(dtype: PeftDtype, seed: u64) -> PeftFolder {
    let projections = [Projection::Q, Projection::V, Projection::Down];
    let base = base();
    PeftFolder::random(&RandomAdapter {
        base: &base,
        rank: 4,
        projections: &projections,
        dtype,
        seed,
    })
}

/// All tensors of a folder by name, read the slow and obvious way.
pub(crate) fn read_slowly(folder: &Path) -> BTreeMap<String, Vec<f32>> {
    let bytes = std::fs::read(folder.join("adapter_model.safetensors")).expect("readable");
    let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).expect("JSON");
    let data = &bytes[8 + length..];
    let tensors = header.as_object().expect("an object").iter();
    let tensors = tensors.filter(|(name, _)| *name != "__metadata__");
    let numbers = |tensor: &Value| {
        let at = |end: usize| tensor["data_offsets"][end].as_u64().expect("a number") as usize;
        let data = &data[at(0)..at(1)];
        match tensor["dtype"].as_str().expect("a name") {
            "F32" => data.chunks(4).map(|b| f32::from_le_bytes(b.try_into().expect("4"))).collect(),
            "BF16" => data.chunks(2).map(|b| f32::from_le_bytes([0, 0, b[0], b[1]])).collect(),
            "F16" => {
                data.chunks(2).map(|b| half_slowly(u16::from_le_bytes([b[0], b[1]]))).collect()
            }
            other => panic!("{other} was admitted"),
        }
    };
    tensors.map(|(name, tensor)| (name.clone(), numbers(tensor))).collect()
}

/// IEEE 754 binary16 by its definition.
fn half_slowly(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    match exponent {
        0 => sign * fraction * 2f32.powi(-14),
        31 => panic!("not finite"),
        _ => sign * (1.0 + fraction) * 2f32.powi(exponent - 15),
    }
}
