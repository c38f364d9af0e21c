//! From a file to a configuration that cannot be half built: every fault names its key and the fix.

use super::generation::{BackendConfig, backend, necessity};
use super::limits::{queue, requests_per_minute};
use super::{DatabaseUrl, RawConfig};
use crate::ask::queue::QueueLimits;
use figment::Figment;
use figment::providers::{Format, Toml};
use footnote_domain::id::{Address, DatanetId};
use footnote_domain::money::Nano;
use footnote_domain::text::Language;
use footnote_generator::adapter::alias::AliasName;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// A configuration that was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error("the configuration file {0} does not exist; write one with `footnote config > {0}`")]
    Missing(PathBuf),
    /// The file cannot be read as TOML with the known keys.
    #[error("{file}: {reason}; `footnote config` lists every key")]
    Unreadable {
        /// The file.
        file: String,
        /// What is wrong, naming the key.
        reason: String,
    },
    /// A key holds what it cannot hold.
    #[error("configuration key `{key}`: {reason}")]
    Key {
        /// The key.
        key: &'static str,
        /// What is wrong and how to mend it.
        reason: String,
    },
}

pub(super) fn refuse<T>(key: &'static str, reason: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError::Key { key, reason: reason.into() })
}

/// What the command line may set for one run.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--listen`.
    pub listen: Option<String>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--rpc-url`.
    pub rpc_url: Option<String>,
    /// `--backend`.
    pub backend: Option<String>,
}

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address to serve on.
    pub listen: SocketAddr,
    /// Scheme and host by which browsers know the service, `https://footnote.example`.
    pub public_url: Option<String>,
    /// Proxies whose word on whom they call for is taken.
    pub trusted_proxies: Vec<IpAddr>,
    /// Folder of all data.
    pub data_dir: PathBuf,
    /// JSON-RPC address of the chain.
    pub rpc_url: String,
    /// File that names the contracts.
    pub deployment: PathBuf,
    /// Who takes the platform's part; on a development chain its first key by default.
    pub operator: Option<Address>,
    /// Whether this is a development chain.
    pub dev: bool,
    /// The books' server; none for SQLite in the data folder.
    pub database_url: Option<DatabaseUrl>,
    /// The embedding model, when there is one.
    pub embedding: Option<EmbeddingConfig>,
    /// Who writes answers.
    pub backend: BackendConfig,
    /// LoRA adapters.
    pub adapters: AdaptersConfig,
    /// Passages read for one answer.
    pub passages: usize,
    /// Most sentences of one answer.
    pub sentences_max: usize,
    /// Whether a model judges what each sentence needed.
    pub necessity: bool,
    /// Guests, all together, a day.
    pub promotion_per_day: Nano,
    /// One IP address, a day.
    pub promotion_per_ip: Nano,
    /// One session, a day.
    pub promotion_per_session: Nano,
    /// Longest question, in characters.
    pub question_chars: usize,
    /// Answers made at once, and questions that wait.
    pub queue: QueueLimits,
    /// Requests of one caller in a minute; 0 for no limit.
    pub requests_per_minute: u32,
    /// Seconds until an answer is given up.
    pub answer_seconds: u64,
}

/// Where adapters lie, and what they may take.
#[derive(Debug, Clone)]
pub struct AdaptersConfig {
    /// Their folder.
    pub dir: PathBuf,
    /// Bytes of memory for all of them.
    pub memory_bytes: u64,
    /// Bytes of memory for one.
    pub adapter_bytes_max: u64,
    /// A Datanet's own adapter: it writes where most of what is read is that Datanet's.
    pub of_datanets: BTreeMap<DatanetId, AliasName>,
    /// Folder of the base model, when one is configured.
    pub base_dir: Option<PathBuf>,
}

/// Where the embedding model lies.
#[derive(Debug, Clone)]
pub struct EmbeddingConfig {
    /// Folder of the model.
    pub model_dir: PathBuf,
    /// The onnxruntime library.
    pub onnxruntime: PathBuf,
    /// Languages that the model knows.
    pub languages: Vec<Language>,
}

impl Config {
    /// Reads `file` (or the defaults, when none is named) and applies the command line.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let raw = match file {
            None => RawConfig::default(),
            Some(file) if !file.exists() => return Err(ConfigError::Missing(file.to_owned())),
            Some(file) => read(Toml::file_exact(file), &file.display().to_string())?,
        };
        Self::resolve(raw, overrides)
    }

    fn resolve(mut raw: RawConfig, overrides: &Overrides) -> Result<Self, ConfigError> {
        if let Some(backend) = &overrides.backend {
            raw.generation.backend.clone_from(backend);
        }
        refuse_unbuilt(&raw)?;
        let listen = overrides.listen.as_ref().unwrap_or(&raw.server.listen);
        let Ok(listen) = listen.parse::<SocketAddr>() else {
            return refuse(
                "server.listen",
                format!("`{listen}` is no address and port such as 127.0.0.1:8080"),
            );
        };
        if raw.chain.dev && !listen.ip().is_loopback() {
            return refuse(
                "server.listen",
                "must be a loopback address while chain.dev is set: everybody knows the keys of a development chain",
            );
        }
        let data_dir = overrides.data_dir.clone().unwrap_or_else(|| raw.data.dir.clone());
        if data_dir.as_os_str().is_empty() {
            return refuse("data.dir", "is empty; name a folder");
        }
        let rpc_url = overrides.rpc_url.clone().unwrap_or_else(|| raw.chain.rpc_url.clone());
        if !(rpc_url.starts_with("http://") || rpc_url.starts_with("https://")) {
            return refuse(
                "chain.rpc_url",
                format!("`{rpc_url}` must begin with http:// or https://"),
            );
        }
        Ok(Self {
            listen,
            public_url: public_url(&raw)?,
            trusted_proxies: trusted_proxies(&raw)?,
            deployment: data_dir.join(&raw.chain.deployment),
            adapters: adapters(&raw, &data_dir)?,
            data_dir,
            rpc_url,
            operator: operator(&raw)?,
            dev: raw.chain.dev,
            database_url: DatabaseUrl::parse(&raw.ledger.database_url)?,
            embedding: embedding(&raw)?,
            backend: backend(&raw)?,
            passages: within("generation.passages", raw.generation.passages, 1, 40)?,
            sentences_max: within("generation.sentences_max", raw.generation.sentences_max, 1, 12)?,
            necessity: necessity(&raw)?,
            promotion_per_day: amount("promotion.per_day", raw.promotion.per_day)?,
            promotion_per_ip: amount("promotion.per_ip_per_day", raw.promotion.per_ip_per_day)?,
            promotion_per_session: amount(
                "promotion.per_session_per_day",
                raw.promotion.per_session_per_day,
            )?,
            question_chars: within("limits.question_chars", raw.limits.question_chars, 10, 20_000)?,
            queue: queue(&raw.limits)?,
            requests_per_minute: requests_per_minute(&raw.limits)?,
            answer_seconds: within(
                "limits.answer_seconds",
                usize::try_from(raw.limits.answer_seconds).unwrap_or(usize::MAX),
                1,
                600,
            )? as u64,
        })
    }
}

fn read(provider: impl figment::Provider, file: &str) -> Result<RawConfig, ConfigError> {
    Figment::from(provider).extract().map_err(|error| ConfigError::Unreadable {
        file: file.to_owned(),
        reason: error.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join("; "),
    })
}

/// An engine that is named but not built is refused, never ignored.
fn refuse_unbuilt(raw: &RawConfig) -> Result<(), ConfigError> {
    if !raw.cache.redis_url.is_empty() {
        return refuse(
            "cache.redis_url",
            "Redis is not built yet; leave it empty for the cache in process",
        );
    }
    if !raw.vectors.qdrant_url.is_empty() {
        return refuse(
            "vectors.qdrant_url",
            "a Qdrant server is not built yet; leave it empty for the embedded index",
        );
    }
    Ok(())
}

fn operator(raw: &RawConfig) -> Result<Option<Address>, ConfigError> {
    let given = raw.chain.operator.to_lowercase();
    if given.is_empty() {
        return Ok(None);
    }
    match given.parse() {
        Ok(address) => Ok(Some(address)),
        Err(_) => refuse("chain.operator", format!("`{given}` is no address of 0x and 40 digits")),
    }
}

fn public_url(raw: &RawConfig) -> Result<Option<String>, ConfigError> {
    let given = raw.server.public_url.trim_end_matches('/');
    if given.is_empty() {
        return Ok(None);
    }
    match crate::account::terms::origin(given) {
        Ok(origin) => Ok(Some(origin)),
        Err(error) => refuse("server.public_url", error.to_string()),
    }
}

fn trusted_proxies(raw: &RawConfig) -> Result<Vec<IpAddr>, ConfigError> {
    let parse = |given: &String| match given.parse() {
        Ok(address) => Ok(address),
        Err(_) => refuse("server.trusted_proxies", format!("`{given}` is no IP address")),
    };
    raw.server.trusted_proxies.iter().map(parse).collect()
}

fn adapters(raw: &RawConfig, data_dir: &Path) -> Result<AdaptersConfig, ConfigError> {
    const MIB: u64 = 1 << 20;
    let given = &raw.adapters;
    if given.dir.as_os_str().is_empty() {
        return refuse("adapters.dir", "is empty; name a folder, in the data folder or anywhere");
    }
    let memory_mib = within("adapters.memory_mib", given.memory_mib, 1, 1 << 20)?;
    let one = within("adapters.adapter_mib_max", given.adapter_mib_max, 1, memory_mib)?;
    if !given.of_datanets.is_empty() && raw.generation.backend != "engine" {
        return refuse(
            "adapters.of_datanets",
            "names adapters, which need generation.backend = \"engine\"",
        );
    }
    let model_dir = &raw.generation.model_dir;
    Ok(AdaptersConfig {
        dir: data_dir.join(&given.dir),
        memory_bytes: memory_mib as u64 * MIB,
        adapter_bytes_max: one as u64 * MIB,
        of_datanets: of_datanets(&given.of_datanets)?,
        base_dir: Some(model_dir.clone()).filter(|dir| !dir.as_os_str().is_empty()),
    })
}

/// By id, not by short name: those are unique per owner only, and a stranger must not stand in.
fn of_datanets(
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<DatanetId, AliasName>, ConfigError> {
    let read = |(datanet, alias): (&String, &String)| {
        let Ok(id) = datanet.parse::<DatanetId>() else {
            return refuse(
                "adapters.of_datanets",
                format!(
                    "`{datanet}` is no Datanet's id of 0x and 64 digits; GET /v1/datanets lists them"
                ),
            );
        };
        match AliasName::parse(alias) {
            Ok(alias) => Ok((id, alias)),
            Err(error) => refuse("adapters.of_datanets", error.to_string()),
        }
    };
    given.iter().map(read).collect()
}

fn embedding(raw: &RawConfig) -> Result<Option<EmbeddingConfig>, ConfigError> {
    let given = &raw.embedding;
    match (given.model_dir.as_os_str().is_empty(), given.onnxruntime.as_os_str().is_empty()) {
        (true, true) => return Ok(None),
        (false, true) => {
            return refuse(
                "embedding.onnxruntime",
                "is empty, but embedding.model_dir is set; name the library or run `cargo xtask setup`",
            );
        }
        (true, false) => {
            return refuse(
                "embedding.model_dir",
                "is empty, but embedding.onnxruntime is set; name the model folder or clear both",
            );
        }
        (false, false) => {}
    }
    if !given.model_dir.is_dir() {
        return refuse(
            "embedding.model_dir",
            format!(
                "{} is no folder; run `cargo xtask setup` or clear the key",
                given.model_dir.display()
            ),
        );
    }
    if !given.onnxruntime.is_file() {
        return refuse(
            "embedding.onnxruntime",
            format!(
                "{} is no file; run `cargo xtask setup` or clear the key",
                given.onnxruntime.display()
            ),
        );
    }
    let languages: Vec<Language> =
        given.languages.iter().map(|code| Language::from_code(code)).collect();
    if languages.contains(&Language::Other) {
        return refuse("embedding.languages", "knows en, es and zh");
    }
    Ok(Some(EmbeddingConfig {
        model_dir: given.model_dir.clone(),
        onnxruntime: given.onnxruntime.clone(),
        languages,
    }))
}

pub(super) fn within(
    key: &'static str,
    value: usize,
    least: usize,
    most: usize,
) -> Result<usize, ConfigError> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    refuse(key, format!("{value} is not between {least} and {most}"))
}

fn amount(key: &'static str, value: i64) -> Result<Nano, ConfigError> {
    match Nano::new(i128::from(value)) {
        Ok(amount) => Ok(amount),
        Err(error) => refuse(key, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::DOCUMENTED;
    use super::*;

    fn resolve(text: &str) -> Result<Config, ConfigError> {
        Config::resolve(read(Toml::string(text), "test")?, &Overrides::default())
    }

    fn check(text: &str, wanted: &str) {
        let error = resolve(text).expect_err(text).to_string();
        assert!(error.contains(wanted), "{error}");
    }

    #[test]
    fn the_documented_file_is_the_defaults() {
        let documented = format!("{:?}", resolve(DOCUMENTED).expect("documented"));
        assert_eq!(documented, format!("{:?}", resolve("").expect("empty")));
    }

    #[test]
    fn every_default_key_is_documented() {
        let documented: toml_keys::Keys = toml_keys::of(DOCUMENTED);
        let defaults = toml_keys::of_debug(&RawConfig::default());
        assert_eq!(documented, defaults);
    }

    /// Key names, from the file and from the type.
    mod toml_keys {
        use std::collections::BTreeSet;
        pub(super) type Keys = BTreeSet<String>;

        pub(super) fn of(text: &str) -> Keys {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines.filter_map(|line| line.split_once(" = ")).map(|(key, _)| key.to_owned()).collect()
        }

        pub(super) fn of_debug(raw: &super::RawConfig) -> Keys {
            let printed = format!("{raw:?}");
            let words = printed.split([' ', '{', '}', ',']);
            let fields = words.filter_map(|word| word.strip_suffix(':'));
            let sections = [
                "server",
                "data",
                "chain",
                "ledger",
                "cache",
                "vectors",
                "embedding",
                "generation",
                "adapters",
                "promotion",
                "limits",
            ];
            fields.filter(|field| !sections.contains(field)).map(str::to_owned).collect()
        }
    }

    #[test]
    fn engines_that_are_not_built_are_refused_by_name() {
        check("[ledger]\ndatabase_url = \"mysql://x\"", "`ledger.database_url`: must begin with");
        check("[cache]\nredis_url = \"redis://x\"", "`cache.redis_url`: Redis");
        check("[vectors]\nqdrant_url = \"http://x\"", "`vectors.qdrant_url`: a Qdrant");
        check("[generation]\nbackend = \"mistralrs\"", "`generation.backend`");
        check("[generation]\nbackend = \"lora\"", "`lora` is unknown");
        check("[generation]\nbackend = \"engine\"", "`generation.model_dir`: `` is no folder");
    }

    #[test]
    fn a_models_server_is_named_without_its_key() {
        let server = |more: &str| {
            let text = "[generation]\nbackend = \"openai\"\nbase_url = \"http://127.0.0.1:1/v1/\"\nmodel = \"tea\"\n";
            format!("{text}{more}")
        };
        let config = resolve(&server("api_key_env = \"TEA_KEY\"")).expect("whole");
        let BackendConfig::OpenAi(found) = config.backend else { panic!("another backend") };
        assert_eq!((found.base_url.as_str(), found.total_seconds), ("http://127.0.0.1:1/v1", 60));
        check("[generation]\nbackend = \"openai\"\nmodel = \"tea\"", "`generation.base_url`");
        check("[generation]\nbackend = \"openai\"\nbase_url = \"http://x\"", "`generation.model`");
        check(&server("tries = 0"), "`generation.tries`");
        check(&server("api_key_env = \"A\"\napi_key_file = \"b\""), "choose one");
        check(&server("first_token_seconds = 0"), "`generation.first_token_seconds`");
        for (wrong, text) in [
            ("generation.api_key_env", server("api_key_env = \"sk-secret\"")),
            ("generation.base_url", server("").replace("127.0.0.1", "me:sk-secret@127.0.0.1")),
        ] {
            let error = resolve(&text).expect_err(wrong).to_string();
            assert!(error.contains(wrong) && !error.contains("sk-secret"), "{error}");
        }
    }

    #[test]
    fn faults_name_their_key() {
        check("[server]\nlisten = \"nowhere\"", "`server.listen`");
        check("[server]\npublic_url = \"footnote.example\"", "`server.public_url`");
        check("[server]\ntrusted_proxies = [\"me\"]", "`server.trusted_proxies`");
        check("[server]\nlisten = \"0.0.0.0:1\"\n[chain]\ndev = true", "loopback");
        check("[server]\nlisen = \"127.0.0.1:1\"", "lisen");
        check("[generation]\npassages = \"many\"", "passages");
        check("[generation]\npassages = 0", "`generation.passages`: 0 is not between 1 and 40");
        check("[adapters]\nmemory_mib = 8\nadapter_mib_max = 9", "`adapters.adapter_mib_max`: 9");
        check("[adapters]\ndir = \"\"", "`adapters.dir`");
        check(
            "[adapters.of_datanets]\ntea = \"tea\"",
            "`adapters.of_datanets`: names adapters, which",
        );
        check("[promotion]\nper_day = -1", "`promotion.per_day`");
        check("[embedding]\nmodel_dir = \"/nowhere\"", "`embedding.onnxruntime`");
        check("nonsense", "test");
    }
}
