//! Which parts run, and where does their data lie? One file, every key documented in
//! [`documented`], checked as a whole before anything starts.

mod database_url;
mod documented;
mod generation;
mod limits;
mod resolve;

pub use database_url::DatabaseUrl;
pub use documented::DOCUMENTED;
pub use generation::{BackendConfig, KeyPlace, ServerConfig};
pub use resolve::{AdaptersConfig, Config, ConfigError, Overrides};

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The file as it is written; see `footnote config` for what each key means.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawConfig {
    server: RawServer,
    data: RawData,
    chain: RawChain,
    ledger: RawLedger,
    cache: RawCache,
    vectors: RawVectors,
    embedding: RawEmbedding,
    generation: RawGeneration,
    adapters: RawAdapters,
    promotion: RawPromotion,
    limits: RawLimits,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawServer {
    listen: String,
    public_url: String,
    trusted_proxies: Vec<String>,
}

impl Default for RawServer {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            public_url: String::new(),
            trusted_proxies: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawData {
    dir: PathBuf,
}

impl Default for RawData {
    fn default() -> Self {
        Self { dir: PathBuf::from("footnote-data") }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawChain {
    rpc_url: String,
    deployment: PathBuf,
    operator: String,
    dev: bool,
}

impl Default for RawChain {
    fn default() -> Self {
        Self {
            rpc_url: "http://127.0.0.1:8545".into(),
            deployment: PathBuf::from("chain/deployment.json"),
            operator: String::new(),
            dev: false,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawLedger {
    database_url: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawCache {
    redis_url: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawVectors {
    qdrant_url: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawEmbedding {
    model_dir: PathBuf,
    onnxruntime: PathBuf,
    languages: Vec<String>,
}

impl Default for RawEmbedding {
    fn default() -> Self {
        Self {
            model_dir: PathBuf::new(),
            onnxruntime: PathBuf::new(),
            languages: vec!["en".into()],
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawGeneration {
    backend: String,
    model_dir: PathBuf,
    base_url: String,
    model: String,
    api_key_env: String,
    api_key_file: PathBuf,
    connect_seconds: usize,
    first_token_seconds: usize,
    token_gap_seconds: usize,
    tries: usize,
    tokens_in: usize,
    tokens_out: usize,
    passages: usize,
    sentences_max: usize,
    necessity: bool,
}

impl Default for RawGeneration {
    fn default() -> Self {
        Self {
            backend: "extractive".into(),
            model_dir: PathBuf::new(),
            base_url: String::new(),
            model: String::new(),
            api_key_env: String::new(),
            api_key_file: PathBuf::new(),
            connect_seconds: 5,
            first_token_seconds: 30,
            token_gap_seconds: 15,
            tries: 3,
            tokens_in: 6_000,
            tokens_out: 512,
            passages: 8,
            sentences_max: 5,
            necessity: false,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawAdapters {
    dir: PathBuf,
    memory_mib: usize,
    adapter_mib_max: usize,
    of_datanets: BTreeMap<String, String>,
}

impl Default for RawAdapters {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("adapters"),
            memory_mib: 512,
            adapter_mib_max: 256,
            of_datanets: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawPromotion {
    per_day: i64,
    per_ip_per_day: i64,
    per_session_per_day: i64,
}

impl Default for RawPromotion {
    fn default() -> Self {
        Self {
            per_day: 24_000_000_000,
            per_ip_per_day: 6_000_000_000,
            per_session_per_day: 3_000_000_000,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawLimits {
    question_chars: usize,
    answers_at_once: usize,
    answers_waiting: usize,
    answers_per_payer: usize,
    queue_seconds: usize,
    answer_seconds: u64,
    requests_per_minute: usize,
}

impl Default for RawLimits {
    fn default() -> Self {
        Self {
            question_chars: 2_000,
            answers_at_once: 32,
            answers_waiting: 64,
            answers_per_payer: 16,
            queue_seconds: 10,
            answer_seconds: 60,
            requests_per_minute: 1_200,
        }
    }
}
