//! A browser without scripts: it keeps its cookies, follows redirects, and fills in forms.

use crate::house::House;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// One browser with its cookies and its preferred languages.
pub(crate) struct Browser<'h> {
    house: &'h House,
    cookies: RefCell<BTreeMap<String, String>>,
    languages: &'static str,
}

/// A page as it arrived.
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Where it was found, after redirects.
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl<'h> Browser<'h> {
    pub(crate) fn new(house: &'h House, languages: &'static str) -> Self {
        Self { house, cookies: RefCell::default(), languages }
    }

    pub(crate) fn get(&self, path: &str) -> Page {
        self.follow(self.house.client().get(format!("{}{path}", self.house.url)), path)
    }

    /// Sends a form; the token of the page that it stands on comes along.
    pub(crate) fn send(&self, from: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form: Vec<(&str, &str)> = vec![("csrf", from.hidden("csrf"))];
        form.extend(fields);
        self.send_as_it_is(path, &form)
    }

    pub(crate) fn send_as_it_is(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = self.house.client().post(format!("{}{path}", self.house.url));
        let kind = "application/x-www-form-urlencoded";
        self.follow(request.header("content-type", kind).body(body.join("&")), path)
    }

    /// Asks, and waits for the whole answer.
    pub(crate) fn ask(&self, question: &str) -> Page {
        let home = self.get("/");
        let nonce = home.hidden("nonce");
        let mut page = self.send(&home, "/ask", &[("nonce", nonce), ("question", question)]);
        let began = std::time::Instant::now();
        while page.body.contains("data-events") {
            assert!(began.elapsed().as_secs() < 60, "no answer: {}", self.house.log());
            std::thread::sleep(std::time::Duration::from_millis(50));
            page = self.get(&page.path.clone());
        }
        page
    }

    fn follow(&self, request: reqwest::blocking::RequestBuilder, path: &str) -> Page {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("cookie", cookies.join("; "));
        let reply = request.header("accept-language", self.languages).send().expect("a reply");
        for cookie in reply.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = cookie.split_once('=').expect("a pair");
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        if reply.status().is_redirection() {
            let to = reply.headers()["location"].to_str().expect("text").to_owned();
            return self.get(&to);
        }
        Page {
            status: reply.status().as_u16(),
            path: path.split(['?', '#']).next().expect("a piece").to_owned(),
            headers: reply.headers().clone(),
            body: reply.text().expect("text"),
        }
    }
}

impl Page {
    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> &str {
        let field = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&field).unwrap_or_else(|| panic!("{name} in {}", self.body));
        self.body[at + field.len()..].split('"').next().expect("a value")
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
