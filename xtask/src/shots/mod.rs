//! Screenshots: what do pages look like on a phone, a tablet and a desk, by day and by night?
//!
//! Sizes and colour scheme are emulated inside the browser: a headless window cannot be narrower than
//! 500 pixels, and no command line flag sets `prefers-color-scheme` reliably.

mod base64;
pub(crate) mod chromium;
mod devtools;

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use self::devtools::Browser;

/// Width and height in CSS pixels; under 500 wide it is a phone, with touch and double density.
const SIZES: [(u32, u32); 3] = [(390, 844), (820, 1180), (1280, 900)];
const SCHEMES: [&str; 2] = ["light", "dark"];
/// The tallest picture of a whole page, in CSS pixels: beyond it Chromium runs out of memory.
const HEIGHT_MAX: f64 = 8000.0;

/// What the developer asked for.
pub(crate) struct Options {
    /// The server, such as `http://127.0.0.1:8080`.
    pub(crate) url: String,
    /// Where the pictures go.
    pub(crate) out: PathBuf,
    /// The pages, each beginning with `/`.
    pub(crate) paths: Vec<String>,
    /// JavaScript to run on each page before its picture; a promise is waited for.
    pub(crate) script: Option<String>,
    /// Time for the page to come to rest.
    pub(crate) settle: Duration,
    /// The whole page instead of what fits the screen.
    pub(crate) full: bool,
}

/// One picture to take.
struct Shot<'a> {
    path: &'a str,
    size: (u32, u32),
    scheme: &'static str,
}

/// Take every picture. Errors after the last one when a page failed or is wider than its screen.
pub(crate) fn run(options: &Options) -> Result<()> {
    fs::create_dir_all(&options.out)
        .with_context(|| format!("create {}", options.out.display()))?;
    let mut browser = Browser::start(&chromium::find_or_install()?)?;
    let mut complaints = 0;
    for shot in shots(&options.paths) {
        let file = options.out.join(shot.file_name());
        let heard = shot.take(&mut browser, options, &file)?;
        println!("{}", file.display());
        for complaint in &heard {
            println!("  {complaint}");
        }
        complaints += heard.len();
    }
    if complaints > 0 {
        bail!("the pages have {complaints} faults, listed above");
    }
    Ok(())
}

fn shots(paths: &[String]) -> impl Iterator<Item = Shot<'_>> {
    let all = paths.iter().flat_map(|path| SIZES.map(|size| (path, size)));
    all.flat_map(|(path, size)| SCHEMES.map(|scheme| Shot { path, size, scheme }))
}

impl Shot<'_> {
    /// `/d/tea?q=1` on a phone by night: `d-tea-q-1-390-dark.png`; `/` is `home`.
    fn file_name(&self) -> String {
        let words = self.path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let name = words.collect::<Vec<_>>().join("-");
        let name = if name.is_empty() { "home" } else { &name };
        format!("{name}-{}-{}.png", self.size.0, self.scheme)
    }

    /// Take the picture; what is wrong with the page is returned, a line each.
    fn take(
        &self,
        browser: &mut Browser,
        options: &Options,
        file: &PathBuf,
    ) -> Result<Vec<String>> {
        let page = browser.open_page()?;
        self.prepare(browser, &page)?;
        let url = format!("{}{}", options.url.trim_end_matches('/'), self.path);
        let visit = browser.call(Some(&page), "Page.navigate", json!({"url": url}))?;
        if let Some(error) = visit["errorText"].as_str() {
            bail!("{url} does not load: {error}");
        }
        browser.wait_for_event(&page, "Page.loadEventFired")?;
        evaluate(browser, &page, "document.fonts.ready.then(() => true)")?;
        if let Some(script) = &options.script {
            evaluate(browser, &page, script)?;
        }
        thread::sleep(options.settle);
        let picture = capture(browser, &page, options.full)?;
        fs::write(file, picture).with_context(|| format!("write {}", file.display()))?;
        let complaints = self.complaints(browser, &page, &url)?;
        browser.call(Some(&page), "Page.close", json!({}))?;
        Ok(complaints)
    }

    fn prepare(&self, browser: &mut Browser, page: &str) -> Result<()> {
        let (width, height) = self.size;
        let phone = width < 500;
        let metrics = json!({
            "width": width, "height": height, "mobile": phone,
            "deviceScaleFactor": if phone { 2 } else { 1 },
        });
        let scheme = json!({"name": "prefers-color-scheme", "value": self.scheme});
        for (method, parameters) in [
            ("Page.enable", json!({})),
            ("Runtime.enable", json!({})),
            ("Log.enable", json!({})),
            ("Emulation.setDeviceMetricsOverride", metrics),
            ("Emulation.setTouchEmulationEnabled", json!({"enabled": phone})),
            ("Emulation.setEmulatedMedia", json!({"features": [scheme]})),
        ] {
            browser.call(Some(page), method, parameters)?;
        }
        Ok(())
    }

    fn complaints(&self, browser: &mut Browser, page: &str, url: &str) -> Result<Vec<String>> {
        let width = evaluate(browser, page, "document.documentElement.scrollWidth")?;
        let width = width.as_u64().unwrap_or_default();
        let events = browser.take_events(page);
        let mut complaints: Vec<String> =
            events.iter().filter_map(|event| complaint(event, url)).collect();
        if width > u64::from(self.size.0) {
            complaints.push(format!("{width} px wide on a screen of {} px", self.size.0));
        }
        Ok(complaints)
    }
}

/// The error that an event of the page at `url` tells of, if it does. That the page itself comes with
/// an error status is none: error pages have pictures too.
fn complaint(event: &Value, url: &str) -> Option<String> {
    let parameters = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => {
            let details = &parameters["exceptionDetails"];
            let thrown = details["exception"]["description"].as_str().or(details["text"].as_str());
            Some(format!("script error: {}", thrown.unwrap_or("unknown")))
        }
        "Log.entryAdded" => {
            let entry = &parameters["entry"];
            if entry["level"] != "error" || entry["url"] == url {
                return None;
            }
            Some(format!("error: {} {}", entry["text"], entry["url"]))
        }
        _ => None,
    }
}

/// The value of a JavaScript expression on a page; an exception is an error.
fn evaluate(browser: &mut Browser, page: &str, expression: &str) -> Result<Value> {
    let question = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
    let answer = browser.call(Some(page), "Runtime.evaluate", question)?;
    if let Some(details) = answer.get("exceptionDetails") {
        let thrown = details["exception"]["description"].as_str().unwrap_or("unknown");
        bail!("the script on the page failed: {thrown}");
    }
    Ok(answer["result"]["value"].clone())
}

fn capture(browser: &mut Browser, page: &str, full: bool) -> Result<Vec<u8>> {
    let mut parameters = json!({"format": "png"});
    if full {
        let metrics = browser.call(Some(page), "Page.getLayoutMetrics", json!({}))?;
        let size = &metrics["cssContentSize"];
        let height = size["height"].as_f64().unwrap_or(HEIGHT_MAX).min(HEIGHT_MAX);
        parameters["captureBeyondViewport"] = true.into();
        parameters["clip"] =
            json!({"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1});
    }
    let picture = browser.call(Some(page), "Page.captureScreenshot", parameters)?;
    base64::decode(picture["data"].as_str().context("Chromium sent no picture")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_taken_in_each_size_and_scheme_under_its_own_name() {
        let paths = ["/".to_owned(), "/d/tea?q=1".to_owned()];
        let names: Vec<String> = shots(&paths).map(|shot| shot.file_name()).collect();
        assert_eq!(names.len(), paths.len() * SIZES.len() * SCHEMES.len());
        assert_eq!(names[0], "home-390-light.png");
        assert_eq!(names[11], "d-tea-q-1-1280-dark.png");
    }

    #[test]
    fn script_errors_and_failed_requests_are_complaints_and_other_events_are_not() {
        let thrown = json!({"method": "Runtime.exceptionThrown", "params":
            {"exceptionDetails": {"text": "Uncaught", "exception": {"description": "no x"}}}});
        assert_eq!(complaint(&thrown, "/page").unwrap(), "script error: no x");
        let entry = |level, url| {
            json!({"method": "Log.entryAdded", "params":
            {"entry": {"level": level, "text": "404", "url": url}}})
        };
        assert!(complaint(&entry("error", "/a.css"), "/page").unwrap().contains("/a.css"));
        assert_eq!(complaint(&entry("info", "/a.css"), "/page"), None);
        assert_eq!(complaint(&entry("error", "/page"), "/page"), None);
        assert_eq!(complaint(&json!({"method": "Page.frameNavigated"}), "/page"), None);
    }
}
