//! Who writes the answers? The section `[generation]`, checked.

use super::resolve::{ConfigError, refuse, within};
use super::{RawConfig, RawGeneration};
use std::path::PathBuf;

/// Who writes answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackendConfig {
    /// The best sentences, word for word.
    Extractive,
    /// A language model in this process.
    Mistral {
        /// Its folder, or its `.gguf` file.
        model_dir: PathBuf,
        /// Most tokens of a prompt.
        tokens_in: u64,
        /// Most tokens of an answer.
        tokens_out: u64,
    },
    /// A language model of the Llama family in this process, with adapters per request.
    Engine {
        /// Its folder.
        model_dir: PathBuf,
        /// Most tokens of a prompt.
        tokens_in: u64,
        /// Most tokens of an answer.
        tokens_out: u64,
    },
    /// A language model behind an OpenAI-compatible server.
    OpenAi(ServerConfig),
}

/// A model's server, and how long to wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Address of its API.
    pub base_url: String,
    /// The model's, or an adapter's, name there.
    pub model: String,
    /// Where the key is; the configuration itself never holds it.
    pub key: Option<KeyPlace>,
    /// Most tokens of a prompt.
    pub tokens_in: u64,
    /// Most tokens of an answer.
    pub tokens_out: u64,
    /// Seconds for the connection.
    pub connect_seconds: u64,
    /// Seconds for the first token.
    pub first_token_seconds: u64,
    /// Seconds from one token to the next.
    pub token_gap_seconds: u64,
    /// Seconds for the whole answer.
    pub total_seconds: u64,
    /// Tries before the first token.
    pub tries: u32,
}

/// Where a key is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// In this environment variable.
    Variable(String),
    /// In this file.
    File(PathBuf),
}

pub(super) fn backend(raw: &RawConfig) -> Result<BackendConfig, ConfigError> {
    const KEY: &str = "generation.backend";
    const KNOWN: &str = "use \"extractive\", \"engine\", \"mistralrs\" or \"openai\"";
    match raw.generation.backend.as_str() {
        "extractive" => Ok(BackendConfig::Extractive),
        "mistralrs" if !cfg!(feature = "mistralrs") => refuse(
            KEY,
            "`mistralrs` is not in this program; build it with `cargo build -p footnote-web --features mistralrs`",
        ),
        "mistralrs" => mistral(&raw.generation),
        "engine" => engine(&raw.generation),
        "openai" => Ok(BackendConfig::OpenAi(server(raw)?)),
        other => refuse(KEY, format!("`{other}` is unknown; {KNOWN}")),
    }
}

/// Whether what a sentence needed is judged: only a model can.
pub(super) fn necessity(raw: &RawConfig) -> Result<bool, ConfigError> {
    if raw.generation.necessity && raw.generation.backend == "extractive" {
        return refuse(
            "generation.necessity",
            "takes a model that scores; answers that quote word for word have none. Set it to false, or choose another backend",
        );
    }
    Ok(raw.generation.necessity)
}

fn engine(raw: &RawGeneration) -> Result<BackendConfig, ConfigError> {
    if !raw.model_dir.is_dir() {
        return refuse(
            "generation.model_dir",
            format!("`{}` is no folder of a model", raw.model_dir.display()),
        );
    }
    let (tokens_in, tokens_out) = tokens(raw)?;
    Ok(BackendConfig::Engine { model_dir: raw.model_dir.clone(), tokens_in, tokens_out })
}

fn mistral(raw: &RawGeneration) -> Result<BackendConfig, ConfigError> {
    if !raw.model_dir.exists() {
        return refuse(
            "generation.model_dir",
            format!("`{}` is neither a model's folder nor a .gguf file", raw.model_dir.display()),
        );
    }
    let (tokens_in, tokens_out) = tokens(raw)?;
    Ok(BackendConfig::Mistral { model_dir: raw.model_dir.clone(), tokens_in, tokens_out })
}

fn server(config: &RawConfig) -> Result<ServerConfig, ConfigError> {
    let raw = &config.generation;
    let (tokens_in, tokens_out) = tokens(raw)?;
    if raw.model.trim().is_empty() {
        return refuse("generation.model", "is empty; name the model as the server calls it");
    }
    let seconds = |key, value| within(key, value, 1, 600).map(|seconds| seconds as u64);
    Ok(ServerConfig {
        base_url: base_url(&raw.base_url)?,
        model: raw.model.trim().to_owned(),
        key: key(raw)?,
        tokens_in,
        tokens_out,
        connect_seconds: seconds("generation.connect_seconds", raw.connect_seconds)?,
        first_token_seconds: seconds("generation.first_token_seconds", raw.first_token_seconds)?,
        token_gap_seconds: seconds("generation.token_gap_seconds", raw.token_gap_seconds)?,
        total_seconds: config.limits.answer_seconds,
        tries: within("generation.tries", raw.tries, 1, 10)? as u32,
    })
}

fn tokens(raw: &RawGeneration) -> Result<(u64, u64), ConfigError> {
    Ok((
        within("generation.tokens_in", raw.tokens_in, 500, 1_000_000)? as u64,
        within("generation.tokens_out", raw.tokens_out, 16, 32_000)? as u64,
    ))
}

fn base_url(given: &str) -> Result<String, ConfigError> {
    const KEY: &str = "generation.base_url";
    let url = match reqwest::Url::parse(given) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        _ => return refuse(KEY, "must be the address of a server, as http://127.0.0.1:8000/v1"),
    };
    // Said without repeating the address: it holds a secret.
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return refuse(
            KEY,
            "holds a name, a password or a query; use generation.api_key_env or api_key_file",
        );
    }
    Ok(given.trim_end_matches('/').to_owned())
}

fn key(raw: &RawGeneration) -> Result<Option<KeyPlace>, ConfigError> {
    match (raw.api_key_env.as_str(), raw.api_key_file.as_os_str().is_empty()) {
        ("", true) => Ok(None),
        ("", false) => Ok(Some(KeyPlace::File(raw.api_key_file.clone()))),
        (name, true) => {
            let usual = |ch: char| ch.is_ascii_uppercase() || ch.is_ascii_digit() || ch == '_';
            if !name.chars().all(usual) {
                return refuse(
                    "generation.api_key_env",
                    "names an environment variable (capital letters, digits, _), and never holds the key itself",
                );
            }
            Ok(Some(KeyPlace::Variable(name.to_owned())))
        }
        _ => refuse("generation.api_key_file", "is set, and api_key_env is too; choose one"),
    }
}
