//! One page in a real browser, by its script console.

use crate::base64::decode;
use crate::devtools::Browser;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long anything on a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
const PROGRAMS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The browser on this machine, or `None`, said aloud.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("FOOTNOTE_CHROMIUM").filter(|name| !name.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let starts = |program: &&str| {
        let mut version = Command::new(program);
        version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    };
    let found = PROGRAMS.into_iter().find(|program| starts(program)).map(PathBuf::from);
    if found.is_none() {
        eprintln!("SKIPPED: no Chromium; install it, or set FOOTNOTE_CHROMIUM");
    }
    found
}

/// The browser's profile is named by this process: one browser at a time.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A page of a browser.
pub(crate) struct Page<'a> {
    browser: &'a mut Browser,
    session: String,
}

impl<'a> Page<'a> {
    /// A page of a desk's size; `before` runs in every document before its own scripts.
    pub(crate) fn new(browser: &'a mut Browser, before: &str) -> Self {
        let session = browser.open_page().expect("a page");
        let mut page = Self { browser, session };
        for domain in ["Page.enable", "Runtime.enable", "Network.enable"] {
            page.call(domain, json!({}));
        }
        page.size(1280, 900, "light");
        page.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": before}));
        page
    }

    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.browser.call(Some(&self.session), method, parameters).expect(method)
    }

    pub(crate) fn size(&mut self, width: u32, height: u32, scheme: &str) {
        let metrics = json!({"width": width, "height": height, "mobile": width < 500,
                             "deviceScaleFactor": if width < 500 { 2 } else { 1 }});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = json!({"name": "prefers-color-scheme", "value": scheme});
        self.call("Emulation.setEmulatedMedia", json!({"features": [scheme]}));
    }

    pub(crate) fn open(&mut self, url: &str) {
        // What earlier pages told is past: their loading is not this one's.
        drop(self.browser.take_events(&self.session));
        self.call("Page.navigate", json!({"url": url}));
        self.browser.wait_for_event(&self.session, "Page.loadEventFired").expect("it loads");
    }

    /// The value of a script; a promise is waited for.
    pub(crate) fn run(&mut self, script: &str) -> Value {
        let question = json!({"expression": script, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", question);
        if let Some(details) = answer.get("exceptionDetails") {
            panic!("{script}: {}", details["exception"]["description"]);
        }
        answer["result"]["value"].clone()
    }

    /// Waits until a script says true.
    pub(crate) fn wait(&mut self, script: &str) {
        let began = Instant::now();
        while self.run(script) != true {
            let state = || "the page never came to it".to_owned();
            assert!(began.elapsed() < PATIENCE, "{script}: {}", state());
            std::thread::sleep(Duration::from_millis(60));
        }
    }

    /// Leaves a picture where `FOOTNOTE_SHOTS` says, once per size and scheme.
    pub(crate) fn shoot(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("FOOTNOTE_SHOTS").map(PathBuf::from) else { return };
        std::fs::create_dir_all(&folder).expect("a folder");
        for (width, height) in [(390, 844), (1280, 900)] {
            for scheme in ["light", "dark"] {
                self.size(width, height, scheme);
                std::thread::sleep(Duration::from_millis(350));
                let picture = self.call("Page.captureScreenshot", json!({"format": "png"}));
                let bytes = decode(picture["data"].as_str().expect("a picture")).expect("base64");
                let file = folder.join(format!("{name}-{width}-{scheme}.png"));
                std::fs::write(file, bytes).expect("written");
            }
        }
        self.size(1280, 900, "light");
    }

    /// Ends the page.
    pub(crate) fn close(mut self) {
        self.call("Page.close", json!({}));
    }
}
