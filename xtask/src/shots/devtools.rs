//! A headless Chromium under remote control: how are its DevTools commands sent and answered?
//!
//! Over a pair of pipes (`--remote-debugging-pipe`): JSON messages, each ended by a zero byte. No port,
//! no WebSocket, and nothing else on the machine can reach the browser.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// The browser reads descriptor 3 and writes descriptor 4; the shell ties them to our pipes.
const SHELL: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;
const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];
/// The longest wait for one answer or event.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Messages waiting to be looked at; a page that sends more waits itself.
const QUEUE: usize = 1024;

/// The browser, ended and its profile removed when dropped.
pub(super) struct Browser {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    /// Events that came while an answer was waited for, oldest first.
    events: VecDeque<Value>,
    last_id: u64,
    profile: PathBuf,
}

impl Browser {
    /// Start a browser with a fresh profile.
    pub(super) fn start(program: &Path) -> Result<Self> {
        let profile = std::env::temp_dir().join(format!("footnote-shots-{}", std::process::id()));
        let mut command = Command::new("sh");
        command
            .args(["-c", SHELL, "sh"])
            .arg(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0);
        let mut child = command.spawn().context("start Chromium")?;
        let commands = child.stdin.take().context("open the pipe to Chromium")?;
        let answers = child.stdout.take().context("open the pipe from Chromium")?;
        let (sender, messages) = sync_channel(QUEUE);
        thread::spawn(move || {
            let whole = BufReader::new(answers).split(0).map_while(Result::ok);
            let parsed = whole.filter_map(|message| serde_json::from_slice(&message).ok());
            // The receiver is gone once the browser is dropped: then there is nothing to tell.
            let _ = parsed.map(|message| sender.send(message)).find(Result::is_err);
        });
        Ok(Self { child, commands, messages, events: VecDeque::new(), last_id: 0, profile })
    }

    /// Open an empty page and say by which session commands reach it.
    pub(super) fn open_page(&mut self) -> Result<String> {
        let target = self.call(None, "Target.createTarget", json!({"url": "about:blank"}))?;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.call(None, "Target.attachToTarget", attach)?;
        Ok(session["sessionId"].as_str().context("Chromium opened no page")?.to_owned())
    }

    /// Send one command, to a page or to the browser, and wait for its answer.
    pub(super) fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value> {
        self.last_id += 1;
        let mut command = json!({"id": self.last_id, "method": method, "params": parameters});
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let mut bytes = serde_json::to_vec(&command).context("write a command")?;
        bytes.push(0);
        self.commands.write_all(&bytes).with_context(|| format!("send {method} to Chromium"))?;
        let answer = self.wait_for(method, |message, id| message["id"] == id)?;
        if let Some(error) = answer.get("error") {
            bail!("Chromium refuses {method}: {error}");
        }
        Ok(answer["result"].clone())
    }

    /// Wait for an event of a page, also one that has come already.
    pub(super) fn wait_for_event(&mut self, session: &str, method: &str) -> Result<Value> {
        let is_it = |event: &Value| event["method"] == method && event["sessionId"] == session;
        if let Some(index) = self.events.iter().position(is_it) {
            return self.events.remove(index).context("the event is there");
        }
        self.wait_for(method, |message, _| is_it(message))
    }

    /// The events of a page that have come and were not waited for.
    pub(super) fn take_events(&mut self, session: &str) -> Vec<Value> {
        let events = std::mem::take(&mut self.events).into_iter();
        let (mine, others): (Vec<Value>, Vec<Value>) =
            events.partition(|event| event["sessionId"] == session);
        self.events = others.into();
        mine
    }

    fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value, u64) -> bool) -> Result<Value> {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let message = self
                .messages
                .recv_timeout(left)
                .with_context(|| format!("Chromium does not answer {what}"))?;
            if wanted(&message, self.last_id) {
                return Ok(message);
            }
            if message.get("method").is_some() {
                self.events.push_back(message);
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The whole group: its helpers would outlive the browser. One that is gone already is no fault.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}
