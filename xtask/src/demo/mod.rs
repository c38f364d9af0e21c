//! The demo: how does one command lead from a fresh machine to a page that answers?
//!
//! Set-up → build → dev chain → contracts and sample Datanets → service → ready. All of it runs until
//! Ctrl-C, or until one part ends by itself; either way the others are stopped, the service first, so
//! that the chain outlives everything that writes to it and saves its state last.

mod chain;
mod chain_state;
mod data_dir;
mod leftovers;
mod questions;
mod service;
mod stop_request;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};

use self::chain::Chain;
use self::data_dir::DataDir;
use self::service::Service;
use self::stop_request::StopRequest;
use crate::cargo::build_program;
use crate::http;
use crate::progress::Step;
use crate::setup;

/// Time for the service to finish the answers under way.
const SERVICE_GRACE: Duration = Duration::from_secs(30);
/// How often the parts are looked at.
const POLL: Duration = Duration::from_millis(200);
/// The exit status of a program that Ctrl-C ended before it was done, by convention.
const INTERRUPTED: u8 = 130;

/// What the developer asked for.
pub(crate) struct Options {
    /// The port of the page, on this machine only.
    pub(crate) port: u16,
    /// Where chain, indexes, ledger and logs live.
    pub(crate) data_dir: PathBuf,
    /// Whether to open the page in the browser.
    pub(crate) browser: bool,
}

/// Run the demo until it is stopped.
pub(crate) fn run(checkout: &Path, options: &Options) -> Result<ExitCode> {
    let data = DataDir::open(&options.data_dir)?;
    leftovers::end(&data);
    require_free(options.port)?;
    let tools = setup::run(checkout)?;
    eprintln!("Building footnote (the first time takes several minutes) …");
    let program = build_program(checkout, "footnote-web", "footnote")?;
    let stop = StopRequest::listen()?;
    let demo = Demo { checkout, options, data: &data, program: &program, stop: &stop };
    demo.run(&tools)
}

fn require_free(port: u16) -> Result<()> {
    if !chain::is_free(port) {
        bail!(
            "port {port} of this machine is taken: stop the program that uses it, or choose another \
             with --port {}",
            port.checked_add(1).unwrap_or(8081)
        );
    }
    Ok(())
}

/// A demo under way: what its phases share.
struct Demo<'a> {
    checkout: &'a Path,
    options: &'a Options,
    data: &'a DataDir,
    program: &'a Path,
    stop: &'a StopRequest,
}

impl Demo<'_> {
    /// The phases in order. A part started here stops when this function is left, however it is.
    fn run(&self, tools: &setup::Tools) -> Result<ExitCode> {
        let mut chain = Chain::start(&tools.anvil, self.data)?;
        leftovers::remember(self.data, &[chain.service().id()])?;
        if !self.chain_answers(&mut chain)? {
            return Ok(self.stopped_early());
        }
        let listen = format!("127.0.0.1:{}", self.options.port);
        let settings = self.data.settings(tools, &listen, &chain.rpc_url())?;
        if !self.prepare_chain(&mut chain, &settings)? {
            return Ok(self.stopped_early());
        }
        let mut serve = self.footnote("serve", &settings, &chain);
        serve.args(["--listen", &listen]);
        let log = self.data.log("footnote");
        let mut service = Service::start("footnote", &mut serve, log, SERVICE_GRACE)?;
        leftovers::remember(self.data, &[chain.service().id(), service.id()])?;
        if !self.service_is_ready(&mut chain, &mut service)? {
            return Ok(self.stopped_early());
        }
        self.welcome(&chain)?;
        self.wait(&mut chain, &mut service)?;
        self.stop_all(&mut chain, &mut service)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Wait until the chain answers; `false` when the developer asked to stop.
    fn chain_answers(&self, chain: &mut Chain) -> Result<bool> {
        let step = Step::start(&format!("dev chain on {}", chain.rpc_url()));
        while !chain.answers() {
            chain.check()?;
            if self.pause() {
                return Ok(false);
            }
        }
        step.done();
        Ok(true)
    }

    /// Deploy the contracts and register the samples, what of it is missing; `false` as above.
    fn prepare_chain(&self, chain: &mut Chain, settings: &Path) -> Result<bool> {
        let mut command = self.footnote("demo-chain", settings, chain);
        let mut work = Service::start_visible("footnote demo-chain", &mut command, SERVICE_GRACE)?;
        loop {
            if let Some(status) = work.ended()? {
                return match status.success() {
                    true => Ok(true),
                    false => Err(anyhow!(
                        "the sample Datanets were not registered ({status}): see the messages above"
                    )),
                };
            }
            chain.check()?;
            if self.pause() {
                return Ok(false);
            }
        }
    }

    /// Wait until the service has indexed the samples and answers; `false` as above.
    fn service_is_ready(&self, chain: &mut Chain, service: &mut Service) -> Result<bool> {
        let step = Step::start("indexing the Datanets, starting the page");
        loop {
            service.check()?;
            chain.check()?;
            match http::get(self.options.port, "/readyz") {
                Ok(answer) if answer.status == 200 => break,
                Ok(answer) => step.note(&first_words(&answer.body)),
                Err(_) => step.note("not listening yet"),
            }
            if self.pause() {
                return Ok(false);
            }
        }
        step.done();
        Ok(true)
    }

    /// Run until the developer asks to stop; an error when a part ends by itself.
    fn wait(&self, chain: &mut Chain, service: &mut Service) -> Result<()> {
        loop {
            service.check()?;
            chain.check()?;
            if self.pause() {
                return Ok(());
            }
        }
    }

    fn stop_all(&self, chain: &mut Chain, service: &mut Service) -> Result<()> {
        self.stop.take();
        let step = Step::start("stopping (Ctrl-C again to stop at once)");
        service.stop(|| self.stop.pending());
        chain.service().stop(|| self.stop.pending());
        step.done();
        leftovers::remember(self.data, &[])?;
        eprintln!("Your data stays in {}; the same command goes on with it.", self.root());
        Ok(())
    }

    fn stopped_early(&self) -> ExitCode {
        self.stop.take();
        eprintln!("Stopped before the page was ready; the same command goes on from here.");
        ExitCode::from(INTERRUPTED)
    }

    /// A moment's rest; whether the developer has asked to stop.
    fn pause(&self) -> bool {
        thread::sleep(POLL);
        self.stop.pending()
    }

    fn footnote(&self, task: &str, settings: &Path, chain: &Chain) -> Command {
        let mut command = Command::new(self.program);
        command
            .current_dir(self.checkout)
            .arg(task)
            .arg("--config")
            .arg(settings)
            .args(["--rpc-url", &chain.rpc_url()]);
        command
    }

    fn welcome(&self, chain: &Chain) -> Result<()> {
        let url = format!("http://127.0.0.1:{}", self.options.port);
        let questions = questions::suggested(&self.checkout.join("samples"))?;
        println!("{}", welcome_text(&url, &questions, &self.root(), &chain.rpc_url()));
        if self.options.browser {
            open_browser(&url);
        }
        Ok(())
    }

    fn root(&self) -> String {
        self.data.root().display().to_string()
    }
}

fn welcome_text(url: &str, questions: &[String], root: &str, rpc_url: &str) -> String {
    let questions: String =
        questions.iter().map(|question| format!("│      {question}\n")).collect();
    format!(
        "
╭──────────────────────────────────────────────────────────────
│  Footnote is ready:  {url}
│
│  Ask it, for example:
{questions}│
│  Data and logs:  {root}
│  Dev chain:      {rpc_url}
│  Stop:           Ctrl-C
╰──────────────────────────────────────────────────────────────
"
    )
}

/// The beginning of a server's answer, as a note that fits on a line.
fn first_words(body: &str) -> String {
    body.lines().next().unwrap_or_default().chars().take(60).collect()
}

/// Open the page in the developer's browser where there is a screen; else the printed URL must do.
fn open_browser(url: &str) {
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    let opener = match env::consts::OS {
        "macos" => "open",
        "linux" if has_screen => "xdg-open",
        _ => return,
    };
    let mut command = Command::new(opener);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Some openers stay as long as the browser does: waited for aside, so that none is left over.
    if let Ok(mut child) = command.spawn() {
        thread::spawn(move || child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_welcome_names_all_that_a_first_visitor_needs() {
        let questions = ["¿Por qué?".to_owned(), "为什么？".to_owned()];
        let text = welcome_text("http://127.0.0.1:8080", &questions, "/data", "http://127.0.0.1:9");
        for part in ["http://127.0.0.1:8080", "¿Por qué?", "为什么？", "/data", "Ctrl-C"] {
            assert!(text.contains(part), "{part} is missing from {text}");
        }
    }

    #[test]
    fn a_taken_port_is_refused_with_the_next_step() {
        let taken = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = require_free(port).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
    }

    #[test]
    fn a_long_answer_is_cut_to_a_note() {
        assert_eq!(first_words("indexing 3 of 36\nmore"), "indexing 3 of 36");
        assert_eq!(first_words(&"字".repeat(100)).chars().count(), 60);
    }
}
