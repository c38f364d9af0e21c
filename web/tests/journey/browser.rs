//! A browser without scripts, for tests: it keeps its cookies and its preferred languages, and fills in
//! forms.

use crate::house::House;
use reqwest::blocking::{RequestBuilder, Response};
use reqwest::header::HeaderMap;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// One browser on one house.
pub(crate) struct Browser<'h> {
    house: &'h House,
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
    languages: &'static str,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Where it was found.
    pub(crate) path: String,
    /// Where it leads to at once; empty for most pages.
    pub(crate) location: String,
    pub(crate) set_cookies: Vec<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl<'h> Browser<'h> {
    pub(crate) fn new(house: &'h House) -> Self {
        Self::speaking(house, "en")
    }

    /// One whose reader reads these languages.
    pub(crate) fn speaking(house: &'h House, languages: &'static str) -> Self {
        Self { house, cookies: RefCell::default(), languages }
    }

    /// The page itself, wherever it may lead.
    pub(crate) fn open(&self, path: &str) -> Page {
        let request = self.house.client().get(format!("{}{path}", self.house.url));
        self.exchange(request, path)
    }

    /// The page, and those that it leads on to.
    pub(crate) fn get(&self, path: &str) -> Page {
        self.follow(self.open(path))
    }

    /// Sends a form with this browser's token.
    pub(crate) fn send(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.cookies.borrow().get("fn_csrf").cloned().unwrap_or_default();
        let mut form = vec![("csrf", token.as_str())];
        form.extend(fields);
        self.send_as_it_is(path, &form)
    }

    /// Sends a form with this browser's token, and follows where it leads.
    pub(crate) fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.follow(self.send(path, fields))
    }

    pub(crate) fn send_as_it_is(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let request = self.house.client().post(format!("{}{path}", self.house.url));
        let kind = "application/x-www-form-urlencoded";
        self.exchange(request.header("content-type", kind).body(body), path)
    }

    fn follow(&self, mut page: Page) -> Page {
        while !page.location.is_empty() {
            page = self.open(&page.location);
        }
        page
    }

    fn exchange(&self, request: RequestBuilder, path: &str) -> Page {
        let request = request.header("cookie", self.cookie_header());
        let reply = request.header("accept-language", self.languages).send().expect("a reply");
        self.keep(reply, path)
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.borrow();
        let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, reply: Response, path: &str) -> Page {
        let headers = reply.headers().clone();
        let texts = |name: &str| {
            let values = headers.get_all(name).iter();
            values.map(|value| value.to_str().expect("text").to_owned()).collect::<Vec<_>>()
        };
        let set_cookies = texts("set-cookie");
        for cookie in &set_cookies {
            let pair = cookie.split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("name and value");
            if value.is_empty() {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        Page {
            status: reply.status().as_u16(),
            path: path.split(['?', '#']).next().expect("a piece").to_owned(),
            location: texts("location").pop().unwrap_or_default(),
            set_cookies,
            text: reply.text().expect("text"),
            headers,
        }
    }

    /// Asks, and waits for the whole answer.
    pub(crate) fn ask(&self, question: &str) -> Page {
        let home = self.get("/");
        let mut page =
            self.submit("/ask", &[("nonce", home.hidden("nonce")), ("question", question)]);
        let began = Instant::now();
        while page.text.contains("data-events") {
            assert!(began.elapsed().as_secs() < 60, "no answer: {}", self.house.log());
            std::thread::sleep(Duration::from_millis(50));
            page = self.get(&page.path);
        }
        page
    }

    /// Signs in as a sample contributor.
    pub(crate) fn sign_in_as(&self, name: &str) {
        self.open("/sign-in");
        let page = self.send("/sign-in/sample", &[("name", name)]);
        assert_eq!((page.status, page.location.as_str()), (303, "/account"), "{}", page.text);
    }

    /// Pays in, and waits until it counts.
    pub(crate) fn pay_in(&self) {
        let page = self.send("/account/deposit", &[]);
        assert_eq!(page.status, 303, "{}", page.text);
        for _ in 0..300 {
            if self.open("/account").text.contains("Deposit on chain") {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the deposit never counted: {}", self.house.log());
    }

    /// Makes a key by the form and returns it.
    pub(crate) fn make_key(&self, fields: &[(&str, &str)]) -> String {
        let page = self.send("/account/keys", fields);
        assert_eq!(page.status, 200, "{}", page.text);
        between(&page.text, "<code class=\"secret\">", "</code>").to_owned()
    }
}

impl Page {
    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> &str {
        between(&self.text, &format!("name=\"{name}\" value=\""), "\"")
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut out = String::new();
    for byte in text.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// What stands between two marks.
pub(crate) fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let at = text.find(from).unwrap_or_else(|| panic!("no {from} in {text}")) + from.len();
    let length = text[at..].find(to).unwrap_or_else(|| panic!("no {to} after {from}"));
    &text[at..at + length]
}
