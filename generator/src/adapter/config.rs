//! What does `adapter_config.json` ask for? Only what this engine computes exactly is accepted; an
//! option that is not known is refused, because ignoring it could give other answers than its author
//! tested.

use super::rejected::{RejectCode, Rejected, reject, shown};
use super::weights::Projection;
use footnote_domain::id::Digest;
use serde_json::{Map, Value};

/// The largest rank admitted.
pub const RANK_MOST: usize = 128;

/// Options that do not change what a finished adapter computes.
const HARMLESS: [&str; 23] = [
    "auto_mapping",
    "base_model_name_or_path",
    "corda_config",
    "ensure_weight_tying",
    "eva_config",
    "exclude_modules",
    "inference_mode",
    "layers_pattern",
    "layers_to_transform",
    "loftq_config",
    "lora_dropout",
    "megatron_config",
    "megatron_core",
    "peft_version",
    "qalora_group_size",
    "revision",
    "runtime_config",
    "task_type",
    "unsloth_fixed",
    "use_cache",
    "lora_ga_config",
    "library_name",
    "_name_or_path",
];

/// Options that are read.
const READ: [&str; 15] = [
    "alpha_pattern",
    "bias",
    "fan_in_fan_out",
    "footnote_base_digest",
    "init_lora_weights",
    "lora_alpha",
    "lora_bias",
    "modules_to_save",
    "peft_type",
    "r",
    "rank_pattern",
    "target_modules",
    "trainable_token_indices",
    "use_dora",
    "use_rslora",
];

/// Initialisations that leave the base's weights as they are.
const PLAIN_INITS: [&str; 3] = ["gaussian", "eva", "orthogonal"];

/// A configuration that was understood whole.
#[derive(Debug, Clone, PartialEq)]
pub struct PeftConfig {
    rank: usize,
    alpha: f64,
    rank_stabilised: bool,
    /// `None` for every linear layer.
    targets: Option<Vec<String>>,
    ranks: Vec<(String, usize)>,
    alphas: Vec<(String, f64)>,
    /// The base model's name, as its author wrote it.
    pub base_name: Option<String>,
    /// The base model's digest, where the author recorded it.
    pub base_digest: Option<Digest>,
}

impl PeftConfig {
    /// Reads the bytes of `adapter_config.json`.
    ///
    /// # Errors
    /// [`Rejected`], naming the option.
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejected> {
        let value: Value = serde_json::from_slice(bytes).or_else(|error| {
            reject(RejectCode::BadConfig, format!("adapter_config.json is no JSON: {error}"))
        })?;
        let Value::Object(options) = value else {
            return reject(RejectCode::BadConfig, "adapter_config.json is no JSON object");
        };
        refuse_other_methods(&options)?;
        let targets = targets(&options)?;
        refuse_unknown(&options)?;
        let rank = rank("r", options.get("r").unwrap_or(&Value::Null))?;
        let alpha = alpha("lora_alpha", options.get("lora_alpha").unwrap_or(&Value::Null))?;
        Ok(Self {
            rank,
            alpha,
            rank_stabilised: flag(&options, "use_rslora")?,
            targets,
            ranks: pattern(&options, "rank_pattern", rank_of_pattern)?,
            alphas: pattern(&options, "alpha_pattern", alpha_of_pattern)?,
            base_name: options.get("base_model_name_or_path").and_then(Value::as_str).map(shown),
            base_digest: base_digest(&options)?,
        })
    }

    /// α/r, or α/√r for rank-stabilised adapters, of the configuration as a whole.
    pub fn scale(&self) -> f32 {
        scale(self.alpha, self.rank, self.rank_stabilised)
    }

    /// Rank and scale of one module, by the patterns where one matches.
    ///
    /// # Errors
    /// [`RejectCode::PatternUnsupported`] when two patterns that match disagree.
    pub fn of_module(&self, module: &str) -> Result<(usize, f32), Rejected> {
        let rank = matching(&self.ranks, module)?.unwrap_or(self.rank);
        let alpha = matching(&self.alphas, module)?.unwrap_or(self.alpha);
        Ok((rank, scale(alpha, rank, self.rank_stabilised)))
    }

    /// Whether the configuration targets a module, by its name inside the base model.
    pub fn targets(&self, module: &str) -> bool {
        self.targets.as_ref().is_none_or(|targets| targets.iter().any(|one| names(one, module)))
    }

    /// The targets that none of the modules is named by.
    pub fn targets_without(&self, modules: &[&str]) -> Option<&str> {
        let targets = self.targets.as_ref()?.iter();
        let mut unused = targets.filter(|one| !modules.iter().any(|module| names(one, module)));
        unused.next().map(String::as_str)
    }
}

/// PEFT's rule for plain names: the whole name, or its last components.
fn names(pattern: &str, module: &str) -> bool {
    module.strip_suffix(pattern).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn scale(alpha: f64, rank: usize, rank_stabilised: bool) -> f32 {
    let rank = rank as f64;
    (alpha / if rank_stabilised { rank.sqrt() } else { rank }) as f32
}

fn matching<T: Copy + PartialEq>(
    patterns: &[(String, T)],
    module: &str,
) -> Result<Option<T>, Rejected> {
    let mut found = patterns.iter().filter(|(pattern, _)| names(pattern, module));
    let Some((_, first)) = found.next() else { return Ok(None) };
    if found.any(|(_, other)| other != first) {
        return reject(
            RejectCode::PatternUnsupported,
            format!("two patterns give {module} different values"),
        );
    }
    Ok(Some(*first))
}

/// Everything that makes an adapter more, or other, than low-rank changes of linear layers.
fn refuse_other_methods(options: &Map<String, Value>) -> Result<(), Rejected> {
    match options.get("peft_type").and_then(Value::as_str) {
        Some("LORA") => {}
        other => {
            let found = shown(other.unwrap_or("nothing"));
            return reject(RejectCode::NotLora, format!("peft_type is {found}, not LORA"));
        }
    }
    if flag(options, "use_dora")? {
        return reject(RejectCode::Dora, "use_dora is set; train without weight decomposition");
    }
    if flag(options, "fan_in_fan_out")? {
        return reject(
            RejectCode::FanInFanOut,
            "fan_in_fan_out is set; Llama-like models need not",
        );
    }
    if flag(options, "lora_bias")? {
        return reject(RejectCode::Bias, "lora_bias is set; train without it");
    }
    if !matches!(options.get("bias").map(Value::as_str), None | Some(Some("none"))) {
        return reject(RejectCode::Bias, "bias is not \"none\"; train without biases");
    }
    if given(options, "modules_to_save") {
        return reject(
            RejectCode::ModulesToSave,
            "modules_to_save replaces whole layers of the base",
        );
    }
    if given(options, "trainable_token_indices") {
        return reject(RejectCode::EmbeddingTarget, "trainable_token_indices changes embeddings");
    }
    match options.get("init_lora_weights") {
        None | Some(Value::Null | Value::Bool(_)) => Ok(()),
        Some(Value::String(init)) if PLAIN_INITS.contains(&init.as_str()) => Ok(()),
        Some(init) => reject(
            RejectCode::BaseAlteringInit,
            format!(
                "init_lora_weights is {}: it may have changed the base's own weights; convert the adapter to a plain one",
                shown(&init.to_string())
            ),
        ),
    }
}

fn refuse_unknown(options: &Map<String, Value>) -> Result<(), Rejected> {
    let known = |name: &str| HARMLESS.contains(&name) || READ.contains(&name);
    let unknown = options.keys().find(|name| !known(name) && given(options, name));
    match unknown {
        None => Ok(()),
        Some(name) => reject(
            RejectCode::UnknownOption,
            format!("the option {} is not known here, and may change the answers", shown(name)),
        ),
    }
}

/// Whether an option holds more than nothing: null, false, "", [] and {} are nothing.
fn given(options: &Map<String, Value>, name: &str) -> bool {
    match options.get(name) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

fn flag(options: &Map<String, Value>, name: &str) -> Result<bool, Rejected> {
    match options.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => reject(RejectCode::BadConfig, format!("{name} is neither true nor false")),
    }
}

fn targets(options: &Map<String, Value>) -> Result<Option<Vec<String>>, Rejected> {
    let list = match options.get("target_modules") {
        Some(Value::String(all)) if all == "all-linear" => return Ok(None),
        Some(Value::Array(list)) if !list.is_empty() => list,
        _ => {
            let detail = "target_modules is neither a list of names nor \"all-linear\"";
            return reject(RejectCode::UnknownTarget, detail);
        }
    };
    let mut targets = Vec::with_capacity(list.len());
    for one in list {
        let Some(name) = one.as_str() else {
            return reject(RejectCode::UnknownTarget, "target_modules holds what is no name");
        };
        let last = name.rsplit('.').next().unwrap_or_default();
        if matches!(last, "embed_tokens" | "lm_head" | "wte" | "wpe" | "tok_embeddings") {
            let detail = format!("target_modules names {}, an embedding", shown(name));
            return reject(RejectCode::EmbeddingTarget, detail);
        }
        if !is_plain(name) || Projection::from_module(last).is_none() {
            let detail = format!("target_modules names {}, which is no projection", shown(name));
            return reject(RejectCode::UnknownTarget, detail);
        }
        targets.push(name.to_owned());
    }
    Ok(Some(targets))
}

/// A name without anything that a pattern language would read.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '_' | '.'))
}

fn pattern<T>(
    options: &Map<String, Value>,
    name: &str,
    read: fn(&str, &Value) -> Result<T, Rejected>,
) -> Result<Vec<(String, T)>, Rejected> {
    let map = match options.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(map)) => map,
        Some(_) => return reject(RejectCode::BadConfig, format!("{name} is no object")),
    };
    let entry = |(key, value): (&String, &Value)| {
        if !is_plain(key) {
            let detail = format!("{name} holds {}, which is no plain module name", shown(key));
            return reject(RejectCode::PatternUnsupported, detail);
        }
        Ok((key.clone(), read(name, value)?))
    };
    map.iter().map(entry).collect()
}

fn rank_of_pattern(name: &str, value: &Value) -> Result<usize, Rejected> {
    rank(name, value)
}

fn alpha_of_pattern(name: &str, value: &Value) -> Result<f64, Rejected> {
    alpha(name, value)
}

fn rank(name: &str, value: &Value) -> Result<usize, Rejected> {
    let Some(rank) = value.as_u64().filter(|rank| *rank > 0) else {
        return reject(RejectCode::BadRank, format!("{name} is no rank of 1 or more"));
    };
    match usize::try_from(rank) {
        Ok(rank) if rank <= RANK_MOST => Ok(rank),
        _ => reject(RejectCode::RankTooLarge, format!("{name} is {rank}, more than {RANK_MOST}")),
    }
}

fn alpha(name: &str, value: &Value) -> Result<f64, Rejected> {
    // Within these bounds every scale is a number that f32 holds well.
    let alpha = value.as_f64().filter(|alpha| (1e-30..1e30).contains(alpha));
    alpha.map_or_else(|| reject(RejectCode::BadAlpha, format!("{name} is no positive number")), Ok)
}

fn base_digest(options: &Map<String, Value>) -> Result<Option<Digest>, Rejected> {
    match options.get("footnote_base_digest") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_str().and_then(|text| text.parse().ok()) {
            Some(digest) => Ok(Some(digest)),
            None => reject(RejectCode::BadConfig, "footnote_base_digest is no 0x… of 32 bytes"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(more: &str) -> Result<PeftConfig, Rejected> {
        let plain = r#""peft_type":"LORA","r":16,"lora_alpha":32,"target_modules":["q_proj"]"#;
        let mut options: Map<String, Value> =
            serde_json::from_str(&format!("{{{plain}}}")).expect("plain");
        let more: Map<String, Value> = serde_json::from_str(more).expect("more");
        options.extend(more);
        PeftConfig::parse(&serde_json::to_vec(&options).expect("JSON"))
    }

    fn check(more: &str, code: RejectCode) {
        let error = parse(more).expect_err(more);
        assert_eq!(error.code, code, "{more}: {error}");
    }

    #[test]
    fn scales_are_alpha_over_r_or_over_its_root() {
        assert_eq!(parse("{}").expect("plain").scale(), 2.0);
        assert_eq!(parse(r#"{"use_rslora":true}"#).expect("stabilised").scale(), 8.0);
        let patterns = r#"{"rank_pattern":{"layers.1.self_attn.q_proj":8},
            "alpha_pattern":{"q_proj":4}}"#;
        let config = parse(patterns).expect("patterns");
        assert_eq!(config.of_module("model.layers.1.self_attn.q_proj").expect("one"), (8, 0.5));
        assert_eq!(config.of_module("model.layers.11.self_attn.q_proj").expect("one"), (16, 0.25));
        assert_eq!(config.of_module("model.layers.0.self_attn.v_proj").expect("one"), (16, 2.0));
    }

    #[test]
    fn what_peft_writes_by_default_is_accepted() {
        let defaults = r#"{"alpha_pattern":{},"auto_mapping":null,"base_model_name_or_path":"org/base",
            "bias":"none","corda_config":null,"eva_config":null,"exclude_modules":null,
            "fan_in_fan_out":false,"inference_mode":true,"init_lora_weights":true,
            "layer_replication":null,"layers_pattern":null,"layers_to_transform":null,
            "loftq_config":{},"lora_bias":false,"lora_dropout":0.05,"megatron_config":null,
            "megatron_core":"megatron.core","modules_to_save":null,"qalora_group_size":16,
            "rank_pattern":{},"revision":null,"target_parameters":null,"task_type":"CAUSAL_LM",
            "trainable_token_indices":null,"use_dora":false,"use_qalora":false,"use_rslora":false}"#;
        let config = parse(defaults).expect("PEFT's defaults");
        assert_eq!(config.base_name.as_deref(), Some("org/base"));
    }

    #[test]
    fn what_would_not_be_computed_exactly_is_refused_by_its_code() {
        check(r#"{"peft_type":"IA3"}"#, RejectCode::NotLora);
        check(r#"{"use_dora":true}"#, RejectCode::Dora);
        check(r#"{"use_dora":"yes"}"#, RejectCode::BadConfig);
        check(r#"{"modules_to_save":["lm_head"]}"#, RejectCode::ModulesToSave);
        check(r#"{"trainable_token_indices":[1]}"#, RejectCode::EmbeddingTarget);
        check(r#"{"target_modules":["q_proj","embed_tokens"]}"#, RejectCode::EmbeddingTarget);
        check(r#"{"target_modules":["model.lm_head"]}"#, RejectCode::EmbeddingTarget);
        check(r#"{"target_modules":["c_attn"]}"#, RejectCode::UnknownTarget);
        check(r#"{"target_modules":["../q_proj"]}"#, RejectCode::UnknownTarget);
        check(r#"{"target_modules":".*q_proj"}"#, RejectCode::UnknownTarget);
        check(r#"{"target_modules":[]}"#, RejectCode::UnknownTarget);
        check(r#"{"bias":"all"}"#, RejectCode::Bias);
        check(r#"{"lora_bias":true}"#, RejectCode::Bias);
        check(r#"{"fan_in_fan_out":true}"#, RejectCode::FanInFanOut);
        check(r#"{"init_lora_weights":"pissa"}"#, RejectCode::BaseAlteringInit);
        check(r#"{"layer_replication":[[0,2]]}"#, RejectCode::UnknownOption);
        check(r#"{"use_qalora":true}"#, RejectCode::UnknownOption);
        check(r#"{"alora_invocation_tokens":[5]}"#, RejectCode::UnknownOption);
        check(r#"{"rank_pattern":{"^q_proj$":4}}"#, RejectCode::PatternUnsupported);
        check(r#"{"r":0}"#, RejectCode::BadRank);
        check(r#"{"r":-1}"#, RejectCode::BadRank);
        check(r#"{"r":10000}"#, RejectCode::RankTooLarge);
        check(r#"{"rank_pattern":{"q_proj":129}}"#, RejectCode::RankTooLarge);
        check(r#"{"lora_alpha":0}"#, RejectCode::BadAlpha);
        check(r#"{"lora_alpha":"NaN"}"#, RejectCode::BadAlpha);
        check(r#"{"footnote_base_digest":"0x12"}"#, RejectCode::BadConfig);
        for broken in ["", "[]", "{\"peft_type\"", &"[".repeat(100_000)] {
            let error = PeftConfig::parse(broken.as_bytes()).expect_err("no object");
            assert_eq!(error.code, RejectCode::BadConfig);
        }
        let both = r#"{"rank_pattern":{"q_proj":4,"self_attn.q_proj":8}}"#;
        let error = parse(both).expect("plain names").of_module("x.self_attn.q_proj");
        assert_eq!(error.expect_err("two ranks").code, RejectCode::PatternUnsupported);
    }
}
