//! A house for one test: a chain, a data folder, the binary, and a client.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a service may take until it answers, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Everything that one test runs; what it started ends with it.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) url: String,
    anvil: Option<Child>,
    serve: Option<Child>,
    rpc_port: u16,
    client: reqwest::blocking::Client,
}

/// A house with a chain, contracts and the sample Datanets, or `None` (said aloud) without anvil.
pub(crate) fn open() -> Option<House> {
    let anvil = std::env::var_os("FOOTNOTE_ANVIL");
    if anvil.is_none() {
        eprintln!("SKIPPED: FOOTNOTE_ANVIL is not set; run `cargo xtask test`");
        return None;
    }
    let mut house = House {
        folder: tempfile::tempdir().expect("a folder"),
        url: String::new(),
        anvil: None,
        serve: None,
        rpc_port: free_port(),
        client: reqwest::blocking::Client::builder()
            .timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client"),
    };
    house.write_config("");
    house.start_chain();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let out = house.footnote(&["demo-chain", "--samples", &samples.display().to_string()]);
    assert!(out.status.success(), "{}", text(&out));
    Some(house)
}

/// A house whose service answers.
pub(crate) fn ready() -> Option<House> {
    let mut house = open()?;
    house.serve();
    Some(house)
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

/// Both outputs of a command.
pub(crate) fn text(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

impl House {
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes the configuration; `more` is appended.
    pub(crate) fn write_config(&self, more: &str) {
        let embedding =
            match (std::env::var("FOOTNOTE_MODEL_DIR"), std::env::var("FOOTNOTE_ONNXRUNTIME")) {
                (Ok(model), Ok(library)) => {
                    format!("[embedding]\nmodel_dir = {model:?}\nonnxruntime = {library:?}\n")
                }
                _ => String::new(),
            };
        let config = format!(
            "[data]\ndir = {:?}\n[chain]\nrpc_url = \"http://127.0.0.1:{}\"\ndev = true\n{embedding}{more}",
            self.data().display().to_string(),
            self.rpc_port
        );
        std::fs::write(self.folder.path().join("footnote.toml"), config).expect("written");
    }

    pub(crate) fn start_chain(&mut self) {
        let anvil = std::env::var_os("FOOTNOTE_ANVIL").expect("checked before");
        let state = self.folder.path().join("chain.json");
        let child = Command::new(anvil)
            .args(["--host", "127.0.0.1", "--port", &self.rpc_port.to_string(), "--quiet"])
            .args(["--chain-id", "31337", "--slots-in-an-epoch", "1", "--block-time", "1"])
            .args(["--accounts", "12", "--state-interval", "1", "--state"])
            .arg(&state)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("FOOTNOTE_ANVIL starts");
        self.anvil = Some(child);
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.rpc_port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "anvil does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn kill_chain(&mut self) {
        kill(self.anvil.take());
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_footnote"));
        command.args(args).current_dir(self.folder.path());
        command.env("FOOTNOTE_CONFIG", self.folder.path().join("footnote.toml"));
        command
    }

    /// Runs a command of the binary to its end.
    pub(crate) fn footnote(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the binary starts")
    }

    /// Starts the service and waits until it answers questions.
    pub(crate) fn serve(&mut self) {
        self.start_serving();
        self.wait_ready();
    }

    /// Starts the service and waits until it listens.
    pub(crate) fn start_serving(&mut self) {
        self.start_serving_on("127.0.0.1:0");
    }

    /// Starts the service where it was before, and waits until it answers questions.
    pub(crate) fn serve_again(&mut self) {
        let address = self.url.trim_start_matches("http://").to_owned();
        self.start_serving_on(&address);
        self.wait_ready();
    }

    fn start_serving_on(&mut self, address: &str) {
        let log = std::fs::File::create(self.folder.path().join("serve.log")).expect("a log");
        let mut child = self
            .command(&["serve", "--listen", address])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the binary starts");
        let stdout = child.stdout.take().expect("piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        self.serve = Some(child);
        let at = line.find("http://").unwrap_or_else(|| panic!("no address: {}", self.log()));
        self.url = line[at..].trim().to_owned();
    }

    pub(crate) fn wait_ready(&self) {
        let began = Instant::now();
        while self
            .client
            .get(format!("{}/readyz", self.url))
            .send()
            .is_ok_and(|r| r.status() != 200)
        {
            assert!(began.elapsed() < PATIENCE, "not ready: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        // The promotion is funded once its deposit is final, and vectors follow the words.
        self.wait_indexed();
        while self.ask_raw("What is a Datanet?", None).0 == 402 {
            assert!(began.elapsed() < PATIENCE, "never funded: {}", self.log());
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    /// Waits until the chain of this moment is indexed, vectors and all, and served.
    pub(crate) fn wait_indexed(&self) {
        self.wait_status(|status| status["chain_head"].is_u64());
        let head = self.get("/v1/status").1["chain_head"].as_u64();
        self.wait_status(|status| {
            status["followed_block"].as_u64() >= head
                && status["phase"] == "ready"
                && status["serving"] == status["generation"]
        });
    }

    pub(crate) fn wait_status(&self, enough: impl Fn(&Value) -> bool) {
        let began = Instant::now();
        loop {
            let (_, status) = self.get("/v1/status");
            if enough(&status) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{status}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("serve.log")).unwrap_or_default()
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        kill(self.serve.take());
    }

    /// SIGTERM, then the end.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.serve.take() {
            let pid = child.id().to_string();
            Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
            let status = child.wait().expect("it ends");
            assert!(status.success(), "{status}: {}", self.log());
        }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        let reply = self.client.get(format!("{}{path}", self.url)).send().expect("a reply");
        (reply.status().as_u16(), reply.json().unwrap_or(Value::Null))
    }

    pub(crate) fn page(&self, path: &str) -> (u16, String) {
        let reply = self.client.get(format!("{}{path}", self.url)).send().expect("a reply");
        (reply.status().as_u16(), reply.text().expect("text"))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let reply =
            self.client.post(format!("{}{path}", self.url)).json(body).send().expect("a reply");
        (reply.status().as_u16(), reply.json().unwrap_or(Value::Null))
    }

    /// A call with a key.
    pub(crate) fn call_as(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(key);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let reply = request.send().expect("a reply");
        (reply.status().as_u16(), reply.json().unwrap_or(Value::Null))
    }

    pub(crate) fn get_as(&self, key: &str, path: &str) -> (u16, Value) {
        self.call_as(key, "GET", path, None)
    }

    /// A completion with a key and more headers.
    pub(crate) fn ask_as(
        &self,
        key: &str,
        question: &str,
        headers: &[(&'static str, &str)],
    ) -> (u16, Value) {
        let body =
            json!({"model": "footnote", "messages": [{"role": "user", "content": question}]});
        let url = format!("{}/v1/chat/completions", self.url);
        let mut request = self.client.post(url).bearer_auth(key).json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let reply = request.send().expect("a reply");
        (reply.status().as_u16(), reply.json().unwrap_or(Value::Null))
    }

    pub(crate) fn client(&self) -> &reqwest::blocking::Client {
        &self.client
    }

    /// A completion over the API.
    pub(crate) fn ask_raw(&self, question: &str, key: Option<&str>) -> (u16, Value) {
        let body =
            json!({"model": "footnote", "messages": [{"role": "user", "content": question}]});
        let mut request = self.client.post(format!("{}/v1/chat/completions", self.url)).json(&body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let reply = request.send().expect("a reply");
        (reply.status().as_u16(), reply.json().unwrap_or(Value::Null))
    }

    pub(crate) fn ask(&self, question: &str) -> Value {
        let (status, body) = self.ask_raw(question, None);
        assert_eq!(status, 200, "{body}\n{}", self.log());
        body
    }
}

fn kill(child: Option<Child>) {
    if let Some(mut child) = child {
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        kill(self.serve.take());
        kill(self.anvil.take());
    }
}
