//! Norms and the gate between layers: what is computed number by number.

use super::kernel::exp;

/// Partial sums that are computed side by side.
const SIDE_BY_SIDE: usize = 16;

/// `x / rms(x) · weight`, row by row.
pub(super) fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let width = weight.len();
    for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let scale = (squares(row) / width as f32 + epsilon).sqrt().recip();
        for ((out, value), weight) in out.iter_mut().zip(row).zip(weight) {
            *out = value * scale * weight;
        }
    }
}

/// The same in place, over each head of a row.
pub(super) fn rms_norm_heads(row: &mut [f32], weight: &[f32], epsilon: f32) {
    let width = weight.len();
    for head in row.chunks_exact_mut(width) {
        let scale = (squares(head) / width as f32 + epsilon).sqrt().recip();
        head.iter_mut().zip(weight).for_each(|(value, weight)| *value *= scale * weight);
    }
}

fn squares(row: &[f32]) -> f32 {
    let mut sums = [0.0f32; SIDE_BY_SIDE];
    let (whole, rest) = row.as_chunks::<SIDE_BY_SIDE>();
    for values in whole {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value * value;
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|value| value * value).sum::<f32>()
}

/// `silu(gate) · up` of one row, whose first half is the gate.
pub(super) fn gated(gate_up: &[f32], out: &mut [f32]) {
    let (gate, up) = gate_up.split_at(out.len());
    for ((out, gate), up) in out.iter_mut().zip(gate).zip(up) {
        *out = gate / (1.0 + exp(-gate)) * up;
    }
}

/// The natural logarithm of the chance of `token` among `logits`.
pub(super) fn log_probability(logits: &[f32], token: u32) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let whole: f64 = logits.iter().map(|logit| f64::from(exp(logit - most))).sum();
    (f64::from(logits[token as usize] - most) - whole.ln()) as f32
}
