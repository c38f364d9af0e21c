//! How is a PEFT folder written? The neighbour of [`admit`](super::admit()): exports an adapter, and
//! makes the small random ones that tests and measurements need.

use super::base_shape::BaseShape;
use super::folder::{CONFIG_FILE, WEIGHTS_FILE};
use super::weights::{LoraAdapter, LoraPair, Projection, Site};
use half::{bf16, f16};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// The contents of a PEFT folder, to be written as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct PeftFolder {
    /// `adapter_config.json`.
    pub options: Map<String, Value>,
    /// The tensors of `adapter_model.safetensors`, in the order of their bytes.
    pub tensors: Vec<PeftTensor>,
}

/// A tensor to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeftTensor {
    /// Its name.
    pub name: String,
    /// As safetensors names it: `F32`, `F16`, `BF16`, …
    pub dtype: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its numbers, little endian.
    pub bytes: Vec<u8>,
}

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeftDtype {
    /// 4 bytes.
    F32,
    /// 2 bytes, 10 bits of mantissa.
    F16,
    /// 2 bytes, 7 bits of mantissa.
    Bf16,
}

/// The adapter to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomAdapter<'a> {
    /// Into which base it fits.
    pub base: &'a BaseShape,
    /// Rank of every site; α is twice that.
    pub rank: usize,
    /// What it changes, in every layer.
    pub projections: &'a [Projection],
    /// How it is stored.
    pub dtype: PeftDtype,
    /// Another seed is another adapter.
    pub seed: u64,
}

impl PeftFolder {
    /// An adapter as PEFT would save it. Every site gets the adapter's own rank and scale.
    pub fn of(adapter: &LoraAdapter, dtype: PeftDtype) -> Self {
        let projections: BTreeSet<Projection> =
            adapter.sites.keys().map(|site| site.projection).collect();
        let names: Vec<&str> = projections.iter().map(|one| last_name(*one)).collect();
        let ranks = adapter.sites.iter().filter(|(_, pair)| pair.rank != adapter.rank);
        let ranks: Map<String, Value> =
            ranks.map(|(site, pair)| (site.module_name(), json!(pair.rank))).collect();
        let alpha = |rank: usize| f64::from(adapter.scale) * rank as f64;
        let alphas: Map<String, Value> = ranks
            .iter()
            .map(|(name, rank)| (name.clone(), json!(alpha(rank.as_u64().unwrap_or(1) as usize))))
            .collect();
        let options = json!({
            "peft_type": "LORA", "task_type": "CAUSAL_LM", "bias": "none", "inference_mode": true,
            "r": adapter.rank, "lora_alpha": alpha(adapter.rank), "lora_dropout": 0.0,
            "target_modules": names, "rank_pattern": ranks, "alpha_pattern": alphas,
            "use_rslora": false, "use_dora": false, "modules_to_save": null,
        });
        let Value::Object(options) = options else { unreachable!("an object was written") };
        let tensors = adapter.sites.iter().flat_map(|(site, pair)| tensors(*site, pair, dtype));
        Self { options, tensors: tensors.collect() }
    }

    /// A random adapter whose changes are about as large as trained ones.
    pub fn random(wanted: &RandomAdapter<'_>) -> Self {
        let mut random = StdRng::seed_from_u64(wanted.seed);
        let mut numbers = |count: usize| -> Vec<f32> {
            (0..count).map(|_| random.random_range(-0.05..0.05f32)).collect()
        };
        let mut sites = std::collections::BTreeMap::new();
        for layer in 0..wanted.base.layers {
            for projection in wanted.projections {
                let (inputs, outputs) = wanted.base.dimensions(*projection);
                let (a, b) = (numbers(wanted.rank * inputs), numbers(outputs * wanted.rank));
                let pair = LoraPair { a, b, rank: wanted.rank, inputs, outputs };
                sites.insert(Site { layer, projection: *projection }, pair);
            }
        }
        let adapter = LoraAdapter {
            digest: footnote_domain::id::Digest::default(),
            base_digest: None,
            rank: wanted.rank,
            scale: 2.0,
            sites,
        };
        Self::of(&adapter, wanted.dtype)
    }

    /// Writes both files into `folder`, made if missing.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(CONFIG_FILE), serde_json::to_vec_pretty(&self.options)?)?;
        std::fs::write(folder.join(WEIGHTS_FILE), self.weights())
    }

    /// The bytes of `adapter_model.safetensors`.
    pub fn weights(&self) -> Vec<u8> {
        let (mut header, mut at) = (Map::new(), 0);
        for tensor in &self.tensors {
            let end = at + tensor.bytes.len();
            let entry =
                json!({"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": [at, end]});
            header.insert(tensor.name.clone(), entry);
            at = end;
        }
        let mut header = Value::Object(header).to_string().into_bytes();
        // As the format's own writer does: tensors begin at a multiple of eight.
        header.resize(header.len().next_multiple_of(8), b' ');
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        self.tensors.iter().for_each(|tensor| bytes.extend_from_slice(&tensor.bytes));
        bytes
    }
}

fn last_name(projection: Projection) -> &'static str {
    projection.module_path().split('.').next_back().unwrap_or_default()
}

fn tensors(site: Site, pair: &LoraPair, dtype: PeftDtype) -> [PeftTensor; 2] {
    let tensor = |factor: &str, shape: [usize; 2], numbers: &[f32]| PeftTensor {
        name: format!("base_model.model.{}.lora_{factor}.weight", site.module_name()),
        dtype: dtype.name().to_owned(),
        shape: shape.to_vec(),
        bytes: numbers.iter().flat_map(|number| dtype.encode(*number)).collect(),
    };
    [
        tensor("A", [pair.rank, pair.inputs], &pair.a),
        tensor("B", [pair.outputs, pair.rank], &pair.b),
    ]
}

impl PeftDtype {
    fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
        }
    }

    fn encode(self, number: f32) -> Vec<u8> {
        match self {
            Self::F32 => number.to_le_bytes().to_vec(),
            Self::F16 => f16::from_f32(number).to_le_bytes().to_vec(),
            Self::Bf16 => bf16::from_f32(number).to_le_bytes().to_vec(),
        }
    }
}
