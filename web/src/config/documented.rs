//! The configuration file with every key at its default and a word on what it does.

/// Printed by `footnote config`; a test keeps it equal to the real defaults.
pub const DOCUMENTED: &str = r#"# footnote.toml — every key, with its default. Leave out what you do not change.

[server]
# Address and port to serve on. Keep to loopback unless a proxy with TLS stands in front.
listen = "127.0.0.1:8080"
# The address by which browsers know this service, such as https://footnote.example: signing in counts
# for this one only. May stay empty on loopback; elsewhere nobody can sign in without it.
public_url = ""
# Addresses of proxies whose X-Forwarded-For is believed; without them all guests behind a proxy share
# one address, and its cap.
trusted_proxies = []

[data]
# Folder for everything that is kept: ledger, texts, indexes, epoch bundles. One process at a time.
dir = "footnote-data"

[chain]
# JSON-RPC address of the chain (any EVM chain; the demo starts anvil).
rpc_url = "http://127.0.0.1:8545"
# Where the contracts are, as written by `footnote chain deploy`; relative to data.dir.
deployment = "chain/deployment.json"
# Address that takes the platform's part and whose deposits fund the promotion account. Needed
# unless dev is set.
operator = ""
# Development chain only (id 31337, loopback): well-known keys sign, pages let you act as a sample
# contributor, and the promotion account is funded with worthless tokens.
dev = false

[ledger]
# Empty: SQLite inside data.dir. Or postgres://USER:PASSWORD@HOST:5432/DATABASE, in a program that
# was built with `--features postgres`; the file should then be readable by its owner only.
database_url = ""

[cache]
# Empty: in process. Redis is not built yet and is refused.
redis_url = ""

[vectors]
# Empty: embedded (qdrant-edge). A Qdrant server is not built yet and is refused.
qdrant_url = ""

[embedding]
# Folder of an ONNX sentence-embedding model (model.onnx, tokenizer.json, config.json, …), as
# `cargo xtask setup` makes it. Empty: no search by meaning; pages, log and /healthz say so.
model_dir = ""
# The onnxruntime library, 1.24 or newer, e.g. /opt/onnxruntime/libonnxruntime.so. Needed with model_dir.
onnxruntime = ""
# Languages that the model knows (en, es, zh). In others search goes by words alone.
languages = ["en"]

[generation]
# "extractive": answers are composed of the best sentences, word for word; needs no model.
# "engine": a language model of the Llama family in this process (Llama, Mistral, Qwen2, Qwen3; safetensors).
# "mistralrs": any language model in this process; needs `cargo build -p footnote-web --features mistralrs`.
# "openai": a language model behind an OpenAI-compatible server (vLLM, LoRAX, llama.cpp, Ollama, …).
backend = "extractive"
# engine and mistralrs: folder of the model (config.json, tokenizer.json, tokenizer_config.json,
# *.safetensors); for mistralrs one .gguf file too. Nothing is downloaded.
model_dir = ""
# openai: address of the server's API, up to and without /chat/completions, e.g. http://127.0.0.1:8000/v1;
base_url = ""
# the model's name there, or that of an adapter which the server offers under a name of its own;
model = ""
# if the server asks for a key: the environment variable that holds it, or a file with nothing else in
# it. The key itself never stands here.
api_key_env = ""
api_key_file = ""
# openai: seconds to wait for the connection, for the first token, and from one token to the next;
connect_seconds = 5
first_token_seconds = 30
token_gap_seconds = 15
# tries before the first token, in all; an answer that has begun is never begun again.
tries = 3
# engine, mistralrs and openai: most tokens that the model reads (question and passages) and writes for one answer; their
# price is what is reserved.
tokens_in = 6000
tokens_out = 512
# Passages read for one answer, 1 to 40.
passages = 8
# Most sentences of one answer, 1 to 12.
sentences_max = 5
# Whether what a sentence needed is evidence too: the model scores it again without each source, which
# takes the reading of one more prompt per source and two more, for every sentence. For "engine"
# and for servers that echo log-probabilities (vLLM).
necessity = false

[adapters]
# Folder of LoRA adapters and their names; within the data folder unless it begins with /.
dir = "adapters"
# Memory for all adapters that are in use or kept ready, in MiB (those of them that the engine has packed
# for computing may take as much again);
memory_mib = 512
# and for one. What would take more is not admitted.
adapter_mib_max = 256
# A Datanet's own adapter, by the Datanet's id: it writes the answers for which most passages that are
# read are that Datanet's and no adapter was asked for, e.g. { "0x5c…" = "tea" }. Needs "engine".
of_datanets = {}

[promotion]
# What guests may spend from the promotion account, in nano-credits (10⁻⁹ token): a day, all together;
per_day = 24000000000
# a day, from one IP address;
per_ip_per_day = 6000000000
# a day, in one browser session. 0 closes the door to guests.
per_session_per_day = 3000000000

[limits]
# Longest question, in characters.
question_chars = 2000
# Answers made at the same time. A free place goes to the payer who holds the fewest.
answers_at_once = 32
# Questions that wait for a place, and for how long; more are turned away with "try again" before
# anything is reserved.
answers_waiting = 64
queue_seconds = 10
# Questions of one payer (a guest's browser session or address), made and waiting together.
answers_per_payer = 16
# After this many seconds an unfinished answer is given up and nothing is charged.
answer_seconds = 60
# Requests of one caller (a key, an account, else a network address) in a minute; more are told with 429
# when to come back. 0 for no limit, as behind a balancer that limits by itself.
requests_per_minute = 1200
"#;
