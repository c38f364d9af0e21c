//! The slow twin of the decoder: one sequence, everything computed anew for every token, in `f64`, one
//! number after the other, nothing kept, nothing packed. Adapters are merged into its weights.

use crate::adapter::{LoraAdapter, LoraPair, Projection, Site};
use crate::engine::checkpoint::Checkpoint;
use crate::engine::kernel::Bf16;
use crate::engine::rope::frequencies;
use crate::engine::{Architecture, ModelConfig};
use std::path::Path;

type Matrix = Vec<Vec<f64>>;

pub(super) struct Twin {
    config: ModelConfig,
    checkpoint: Checkpoint,
    short: bool,
    merged: Vec<(LoraAdapter, f32)>,
}

impl Twin {
    /// `short`: matrices are rounded to bf16 first.
    pub(super) fn open(folder: &Path, short: bool) -> Self {
        let checkpoint = Checkpoint::open(folder).expect("is whole");
        let config = ModelConfig::read(folder).expect("is known");
        Self { config, checkpoint, short, merged: Vec::new() }
    }

    pub(super) fn merged(mut self, adapters: &[(&LoraAdapter, f32)]) -> Self {
        self.merged =
            adapters.iter().map(|(adapter, weight)| ((*adapter).clone(), *weight)).collect();
        self
    }

    /// The logits after every token.
    pub(super) fn logits(&self, tokens: &[u32]) -> Matrix {
        let config = &self.config;
        let embedding = self.matrix("model.embed_tokens", config.vocabulary, config.hidden);
        let mut x: Matrix = tokens.iter().map(|one| embedding[*one as usize].clone()).collect();
        for layer in 0..config.layers {
            let normed = self.normed(&x, &format!("model.layers.{layer}.input_layernorm"));
            add(&mut x, &self.attention(layer, &normed));
            let normed = self.normed(&x, &format!("model.layers.{layer}.post_attention_layernorm"));
            let gate = self.site(layer, Projection::Gate, &normed);
            let up = self.site(layer, Projection::Up, &normed);
            let inner: Matrix = gate
                .iter()
                .zip(&up)
                .map(|(gate, up)| {
                    gate.iter().zip(up).map(|(g, u)| g / (1.0 + (-g).exp()) * u).collect()
                })
                .collect();
            add(&mut x, &self.site(layer, Projection::Down, &inner));
        }
        let normed = self.normed(&x, "model.norm");
        let head = if config.tied {
            embedding
        } else {
            self.matrix("lm_head", config.vocabulary, config.hidden)
        };
        normed.iter().map(|row| product(&head, row)).collect()
    }

    fn attention(&self, layer: usize, x: &Matrix) -> Matrix {
        let config = &self.config;
        let width = config.head_width;
        let [mut q, mut k, v] =
            [Projection::Q, Projection::K, Projection::V].map(|one| self.site(layer, one, x));
        if config.architecture == Architecture::Qwen3 {
            for (rows, norm) in [(&mut q, "q_norm"), (&mut k, "k_norm")] {
                let name = format!("model.layers.{layer}.self_attn.{norm}");
                for row in rows.iter_mut() {
                    let heads: Matrix = row.chunks(width).map(<[f64]>::to_vec).collect();
                    *row = self.normed(&heads, &name).concat();
                }
            }
        }
        let frequencies = frequencies(width, config.rope_theta, config.rope_scaling);
        for rows in [&mut q, &mut k] {
            for (position, row) in rows.iter_mut().enumerate() {
                for head in row.chunks_mut(width) {
                    for pair in 0..width / 2 {
                        let angle = position as f64 * f64::from(frequencies[pair]);
                        let (a, b) = (head[pair], head[pair + width / 2]);
                        head[pair] = a * angle.cos() - b * angle.sin();
                        head[pair + width / 2] = a * angle.sin() + b * angle.cos();
                    }
                }
            }
        }
        let mut found = vec![Vec::new(); x.len()];
        for (position, found) in found.iter_mut().enumerate() {
            for head in 0..config.heads {
                let of = head * width..(head + 1) * width;
                let kv_head = head * config.kv_heads / config.heads;
                let kv = kv_head * width..(kv_head + 1) * width;
                let scores: Vec<f64> = (0..=position)
                    .map(|at| {
                        dot(&q[position][of.clone()], &k[at][kv.clone()]) / (width as f64).sqrt()
                    })
                    .collect();
                let whole: f64 = scores.iter().map(|score| score.exp()).sum();
                for component in kv {
                    let values = scores.iter().zip(&v).map(|(score, v)| score.exp() * v[component]);
                    found.push(values.sum::<f64>() / whole);
                }
            }
        }
        self.site(layer, Projection::O, &found)
    }

    /// A linear layer with the adapters merged into its weights.
    fn site(&self, layer: usize, projection: Projection, x: &Matrix) -> Matrix {
        let name = match projection {
            Projection::Q => "self_attn.q_proj",
            Projection::K => "self_attn.k_proj",
            Projection::V => "self_attn.v_proj",
            Projection::O => "self_attn.o_proj",
            Projection::Gate => "mlp.gate_proj",
            Projection::Up => "mlp.up_proj",
            Projection::Down => "mlp.down_proj",
        };
        let name = format!("model.layers.{layer}.{name}");
        let (outputs, inputs) = self.config.shape(projection);
        let mut weights = self.matrix(&name, outputs, inputs);
        for (adapter, weight) in &self.merged {
            if let Some(pair) = adapter.sites.get(&Site { layer, projection }) {
                merge(&mut weights, pair, f64::from(adapter.scale) * f64::from(*weight));
            }
        }
        let biased = matches!(projection, Projection::Q | Projection::K | Projection::V);
        let bias = if self.config.architecture == Architecture::Qwen2 && biased {
            self.checkpoint.read(&format!("{name}.bias"), &[outputs]).expect("is there")
        } else {
            vec![0.0; outputs]
        };
        let row = |x: &Vec<f64>| {
            product(&weights, x)
                .iter()
                .zip(&bias)
                .map(|(sum, bias)| sum + f64::from(*bias))
                .collect()
        };
        x.iter().map(row).collect()
    }

    fn matrix(&self, name: &str, outputs: usize, inputs: usize) -> Matrix {
        let read = self.checkpoint.read(&format!("{name}.weight"), &[outputs, inputs]);
        let rounded = |value: &f32| {
            f64::from(if self.short { Bf16::nearest(*value).widen() } else { *value })
        };
        let all = read.expect("is there");
        all.chunks(inputs).map(|row| row.iter().map(rounded).collect()).collect()
    }

    fn normed(&self, x: &Matrix, name: &str) -> Matrix {
        let width = x[0].len();
        let weight = self.checkpoint.read(&format!("{name}.weight"), &[width]).expect("is there");
        let row = |row: &Vec<f64>| {
            let mean = row.iter().map(|value| value * value).sum::<f64>() / width as f64;
            let rms = (mean + f64::from(self.config.norm_epsilon)).sqrt();
            row.iter()
                .zip(&weight)
                .map(|(value, weight)| value / rms * f64::from(*weight))
                .collect()
        };
        x.iter().map(row).collect()
    }
}

fn merge(weights: &mut Matrix, pair: &LoraPair, factor: f64) {
    for (output, row) in weights.iter_mut().enumerate() {
        for (input, weight) in row.iter_mut().enumerate() {
            for rank in 0..pair.rank {
                let b = f64::from(pair.b[output * pair.rank + rank]);
                *weight += factor * b * f64::from(pair.a[rank * pair.inputs + input]);
            }
        }
    }
}

fn add(x: &mut Matrix, y: &Matrix) {
    for (x, y) in x.iter_mut().flatten().zip(y.iter().flatten()) {
        *x += y;
    }
}

fn product(matrix: &Matrix, x: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| dot(row, x)).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
