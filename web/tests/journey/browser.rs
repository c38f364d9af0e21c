//! A browser for tests: it keeps cookies, reads the forms of pages, and sends them.

use crate::house::House;
use reqwest::blocking::Response;
use std::collections::BTreeMap;

/// One browser on one house.
pub(crate) struct Browser<'a> {
    house: &'a House,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) set_cookies: Vec<String>,
    pub(crate) text: String,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(house: &'a House) -> Self {
        Self { house, cookies: BTreeMap::new() }
    }

    fn cookie_header(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, response: Response) -> Page {
        let header = |name: &str| {
            let values = response.headers().get_all(name).iter();
            values.map(|value| value.to_str().expect("text").to_owned()).collect::<Vec<_>>()
        };
        let set_cookies = header("set-cookie");
        for cookie in &set_cookies {
            let pair = cookie.split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("name and value");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = header("location").pop().unwrap_or_default();
        let status = response.status().as_u16();
        Page { status, location, set_cookies, text: response.text().expect("text") }
    }

    pub(crate) fn open(&mut self, path: &str) -> Page {
        let request = self.house.client().get(format!("{}{path}", self.house.url));
        let response = request.header("cookie", self.cookie_header()).send().expect("a reply");
        self.keep(response)
    }

    /// Sends a form with this browser's token.
    pub(crate) fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.cookies.get("fn_csrf").cloned().unwrap_or_default();
        let mut body = format!("csrf={token}");
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        let request = self.house.client().post(format!("{}{path}", self.house.url));
        let response = request
            .header("cookie", self.cookie_header())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .expect("a reply");
        self.keep(response)
    }

    /// Signs in as a sample contributor.
    pub(crate) fn sign_in_as(&mut self, name: &str) {
        self.open("/sign-in");
        let page = self.send("/sign-in/sample", &[("name", name)]);
        assert_eq!((page.status, page.location.as_str()), (303, "/account"), "{}", page.text);
    }

    /// Pays in, and waits until it counts.
    pub(crate) fn pay_in(&mut self) {
        let page = self.send("/account/deposit", &[]);
        assert_eq!(page.status, 303, "{}", page.text);
        for _ in 0..300 {
            if self.open("/account").text.contains("Deposit on chain") {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the deposit never counted: {}", self.house.log());
    }

    /// Makes a key by the form and returns it.
    pub(crate) fn make_key(&mut self, fields: &[(&str, &str)]) -> String {
        let page = self.send("/account/keys", fields);
        assert_eq!(page.status, 200, "{}", page.text);
        between(&page.text, "<code class=\"secret\">", "</code>").to_owned()
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
