//! A model's weights in memory, packed for computing, by layer.

use super::checkpoint::Checkpoint;
use super::kernel::{LANES, Matrix, Precision};
use super::linear::{Linear, Part};
use super::{ModelConfig, ModelError, WeightPrecision};
use crate::adapter::Projection;

/// One decoder block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) attention_norm: Vec<f32>,
    /// q, k and v.
    pub(super) qkv: Linear,
    /// Norms over each head of q and of k, where the architecture has them.
    pub(super) head_norms: Option<(Vec<f32>, Vec<f32>)>,
    pub(super) o: Linear,
    pub(super) mlp_norm: Vec<f32>,
    /// gate and up.
    pub(super) gate_up: Linear,
    pub(super) down: Linear,
}

/// All of a model.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) config: ModelConfig,
    pub(super) embedding: Linear,
    pub(super) blocks: Vec<Block>,
    pub(super) norm: Vec<f32>,
    /// `None` where the embedding is the output's matrix too.
    head: Option<Linear>,
}

impl Weights {
    /// Reads and packs all of them.
    pub(super) fn load(
        config: ModelConfig,
        checkpoint: &Checkpoint,
        precision: WeightPrecision,
    ) -> Result<Self, ModelError> {
        let reader = Reader { config: &config, checkpoint, precision };
        let embedding = reader
            .linear(&[(None, "model.embed_tokens", config.vocabulary, false)], config.hidden)?;
        // Some files of tied models hold the matrix twice; the settings decide.
        let head = if config.tied {
            None
        } else {
            Some(reader.linear(&[(None, "lm_head", config.vocabulary, false)], config.hidden)?)
        };
        let blocks =
            (0..config.layers).map(|layer| reader.block(layer)).collect::<Result<_, _>>()?;
        let norm = checkpoint.read("model.norm.weight", &[config.hidden])?;
        Ok(Self { embedding, blocks, norm, head, config })
    }

    /// The matrix from the last norm to the vocabulary.
    pub(super) fn head(&self) -> &Linear {
        self.head.as_ref().unwrap_or(&self.embedding)
    }

    /// Bytes of its matrices.
    pub(super) fn bytes(&self) -> usize {
        let of = |block: &Block| {
            [&block.qkv, &block.o, &block.gate_up, &block.down]
                .map(Linear::bytes)
                .iter()
                .sum::<usize>()
        };
        self.embedding.bytes()
            + self.head.as_ref().map_or(0, Linear::bytes)
            + self.blocks.iter().map(of).sum::<usize>()
    }
}

struct Reader<'a> {
    config: &'a ModelConfig,
    checkpoint: &'a Checkpoint,
    precision: WeightPrecision,
}

/// A projection, its tensors' name, its outputs, and whether it has a bias.
type Named<'a> = (Option<Projection>, &'a str, usize, bool);

impl Reader<'_> {
    fn block(&self, layer: usize) -> Result<Block, ModelError> {
        use Projection::{Down, Gate, K, O, Q, Up, V};
        let config = self.config;
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        let vector = |part: &str, width| self.checkpoint.read(&name(part), &[width]);
        let (queries, keys) = (config.query_width(), config.kv_width());
        let [q, k, v, o] = ["q", "k", "v", "o"].map(|one| name(&format!("self_attn.{one}_proj")));
        let [gate, up, down] = ["gate", "up", "down"].map(|one| name(&format!("mlp.{one}_proj")));
        let bias = config.bias_qkv;
        let qkv =
            [(Some(Q), &*q, queries, bias), (Some(K), &*k, keys, bias), (Some(V), &*v, keys, bias)];
        let gate_up =
            [(Some(Gate), &*gate, config.inner, false), (Some(Up), &*up, config.inner, false)];
        let head_norms = match config.architecture {
            super::Architecture::Qwen3 => Some((
                vector("self_attn.q_norm.weight", config.head_width)?,
                vector("self_attn.k_norm.weight", config.head_width)?,
            )),
            _ => None,
        };
        Ok(Block {
            attention_norm: vector("input_layernorm.weight", config.hidden)?,
            qkv: self.linear(&qkv, config.hidden)?,
            head_norms,
            o: self.linear(&[(Some(O), &*o, config.hidden, config.bias_o)], queries)?,
            mlp_norm: vector("post_attention_layernorm.weight", config.hidden)?,
            gate_up: self.linear(&gate_up, config.hidden)?,
            down: self.linear(&[(Some(Down), &*down, config.hidden, false)], config.inner)?,
        })
    }

    fn linear(&self, parts: &[Named<'_>], inputs: usize) -> Result<Linear, ModelError> {
        let part = |(projection, name, outputs, biased): &Named<'_>| {
            let weight = format!("{name}.weight");
            let given = self.checkpoint.read(&weight, &[*outputs, inputs])?;
            let row = |output: usize| &given[output * inputs..(output + 1) * inputs];
            let matrix = Matrix::pack((*outputs, inputs), LANES, self.precision(&weight), row);
            let bias = if *biased {
                Some(self.checkpoint.read(&format!("{name}.bias"), &[*outputs])?)
            } else {
                None
            };
            Ok(Part { projection: *projection, matrix, bias })
        };
        Ok(Linear::new(parts.iter().map(part).collect::<Result<_, ModelError>>()?))
    }

    fn precision(&self, tensor: &str) -> Precision {
        match self.precision {
            WeightPrecision::F32 => Precision::F32,
            WeightPrecision::Bf16 => Precision::Bf16,
            WeightPrecision::AsStored if self.checkpoint.dtype(tensor) == Some("BF16") => {
                Precision::Bf16
            }
            WeightPrecision::AsStored => Precision::F32,
        }
    }
}
