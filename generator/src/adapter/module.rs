//! Which layer does a tensor of PEFT belong to? Names there, sites here.

use super::rejected::{RejectCode, Rejected, reject, shown};
use super::weights::{Projection, Site};

/// What PEFT puts before the names of a causal language model's layers.
const PREFIX: &str = "base_model.model.model.layers.";

/// Which factor of a pair a tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Factor {
    /// `rank × inputs`.
    A,
    /// `outputs × rank`.
    B,
}

impl Projection {
    /// The projection of a module's last name, such as `q_proj`.
    pub fn from_module(name: &str) -> Option<Self> {
        let last = |one: &Self| one.module_path().split('.').next_back();
        Self::ALL.into_iter().find(|one| last(one) == Some(name))
    }

    /// Where it stands inside a decoder block, such as `self_attn.q_proj`.
    pub fn module_path(self) -> &'static str {
        match self {
            Self::Q => "self_attn.q_proj",
            Self::K => "self_attn.k_proj",
            Self::V => "self_attn.v_proj",
            Self::O => "self_attn.o_proj",
            Self::Gate => "mlp.gate_proj",
            Self::Up => "mlp.up_proj",
            Self::Down => "mlp.down_proj",
        }
    }
}

impl Site {
    /// The module's name inside the base model, as patterns and targets refer to it.
    pub fn module_name(self) -> String {
        format!("model.layers.{}.{}", self.layer, self.projection.module_path())
    }
}

/// Site and factor of a tensor's name.
pub(super) fn parse(name: &str, layers: usize) -> Result<(Site, Factor), Rejected> {
    match split(name) {
        Some((site, factor)) if site.layer < layers => Ok((site, factor)),
        Some((site, _)) => reject(
            RejectCode::UnknownTensor,
            format!("{} is of layer {}; the base has {layers}", shown(name), site.layer),
        ),
        None => Err(stranger(name)),
    }
}

fn split(name: &str) -> Option<(Site, Factor)> {
    let (layer, rest) = name.strip_prefix(PREFIX)?.split_once('.')?;
    let canonical = layer == "0" || !layer.starts_with('0');
    if !canonical || layer.len() > 4 || !layer.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (path, factor) = if let Some(path) = rest.strip_suffix(".lora_A.weight") {
        (path, Factor::A)
    } else {
        (rest.strip_suffix(".lora_B.weight")?, Factor::B)
    };
    let projection = Projection::ALL.into_iter().find(|one| one.module_path() == path)?;
    Some((Site { layer: layer.parse().ok()?, projection }, factor))
}

/// The reason for a tensor that is not part of any pair.
fn stranger(name: &str) -> Rejected {
    let has = |part: &str| name.contains(part);
    let (code, what) = if has("lora_magnitude_vector") {
        (RejectCode::Dora, "belongs to a weight-decomposed adapter")
    } else if has("modules_to_save") {
        (RejectCode::ModulesToSave, "replaces a layer of the base")
    } else if has("lora_embedding_") || has("embed_tokens") || has("lm_head") {
        (RejectCode::EmbeddingTarget, "changes an embedding")
    } else if name.ends_with(".bias") {
        (RejectCode::Bias, "changes a bias")
    } else {
        (RejectCode::UnknownTensor, "is no tensor of a LoRA adapter for a Llama-like model")
    };
    Rejected { code, detail: format!("{} {what}", shown(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_exactly() {
        let good = "base_model.model.model.layers.11.mlp.down_proj.lora_B.weight";
        let site = Site { layer: 11, projection: Projection::Down };
        assert_eq!(parse(good, 12), Ok((site, Factor::B)));
        assert_eq!(site.module_name(), "model.layers.11.mlp.down_proj");
        for projection in Projection::ALL {
            let last = projection.module_path().split('.').next_back().expect("a name");
            assert_eq!(Projection::from_module(last), Some(projection));
        }
        assert_eq!(Projection::from_module("proj"), None);
    }

    #[test]
    fn every_stranger_has_its_code() {
        let layer = |rest: &str| format!("base_model.model.model.layers.{rest}");
        for (name, code) in [
            (layer("12.mlp.up_proj.lora_A.weight"), RejectCode::UnknownTensor),
            (layer("01.mlp.up_proj.lora_A.weight"), RejectCode::UnknownTensor),
            (layer("+1.mlp.up_proj.lora_A.weight"), RejectCode::UnknownTensor),
            (layer("1.mlp.q_proj.lora_A.weight"), RejectCode::UnknownTensor),
            (layer("1.mlp.up_proj.lora_A.default.weight"), RejectCode::UnknownTensor),
            (layer("1.mlp.up_proj.lora_magnitude_vector"), RejectCode::Dora),
            (layer("1.mlp.up_proj.lora_B.bias"), RejectCode::Bias),
            ("base_model.model.lm_head.lora_A.weight".into(), RejectCode::EmbeddingTarget),
            ("base_model.model.score.modules_to_save.weight".into(), RejectCode::ModulesToSave),
            ("../../etc/passwd".into(), RejectCode::UnknownTensor),
            (String::new(), RejectCode::UnknownTensor),
        ] {
            assert_eq!(parse(&name, 12).expect_err(&name).code, code, "{name}");
        }
    }
}
