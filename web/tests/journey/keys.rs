//! API keys: shown once, kept as hashes, paid by their owner, held to their sites and caps.

use crate::browser::{Browser, between};
use crate::house::{self, House};
use serde_json::{Value, json};

const SITE: &str = "https://shop.example";
const QUESTION: &str = "When can a contributor claim earnings on chain?";

#[test]
fn keys_open_what_they_should_and_nothing_else() {
    let Some(mut house) = house::ready() else { return };
    let browser = Browser::new(&house);
    browser.sign_in_as("mateo");
    browser.pay_in();
    let secret = browser.make_key(&[("kind", "secret"), ("name", "the server")]);
    let cookies = browser.cookies.take();
    it_is_shown_once_and_kept_as_a_hash(&house, &secret);
    a_secret_key_is_its_owner(&house, &secret);
    let public = a_public_key_asks_from_its_sites_only(&house, &secret);
    a_widget_follows_rates_and_forgets(&house, &public);
    let capped = caps_hold(&house, &secret);
    house.kill();
    house.serve_again();
    let (status, problem) = widget_ask(&house, &capped, Some(SITE), "after a restart");
    assert_eq!((status, &problem["code"]), (429, &Value::from("key_cap_reached")), "{problem}");
    forms_are_their_owners_alone(&house, cookies, &secret);
}

fn it_is_shown_once_and_kept_as_a_hash(house: &House, secret: &str) {
    assert!(secret.starts_with("sk_") && secret.len() == 67, "{secret}");
    let browser = Browser::new(house);
    browser.sign_in_as("mateo");
    let list = browser.open("/account/keys");
    assert!(list.text.contains("the server") && !list.text.contains(secret));
    for entry in std::fs::read_dir(house.data()).expect("a folder").flatten() {
        if entry.file_name().to_string_lossy().starts_with("ledger.sqlite") {
            let bytes = std::fs::read(entry.path()).expect("the ledger");
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{:?} holds the key", entry.path());
        }
    }
    assert!(!house.log().contains(&secret[3..]));
}

fn a_secret_key_is_its_owner(house: &House, secret: &str) {
    let (status, answer) = house.ask_as(secret, QUESTION, &[]);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["price"]["funding"], "balance");
    let check = |(status, body): (u16, Value), wanted: u16, code: &str| {
        assert_eq!((status, &body["code"]), (wanted, &Value::from(code)), "{body}");
    };
    let page = [("origin", SITE)];
    check(house.ask_as(secret, QUESTION, &page), 403, "secret_key_in_browser");
    let unknown = format!("sk_{}", "0".repeat(64));
    check(house.ask_as(&unknown, QUESTION, &[]), 401, "invalid_api_key");
    check(house.ask_as("nonsense", QUESTION, &[]), 401, "invalid_api_key");
    let (status, answer) = house.ask_as("guest", QUESTION, &[]);
    assert_eq!((status, &answer["price"]["funding"]), (200, &"promotion".into()));
}

fn widget_ask(house: &House, key: &str, origin: Option<&str>, question: &str) -> (u16, Value) {
    let body = json!({"question": question, "datanets": []});
    let url = format!("{}/v1/widget/answers", house.url);
    let mut request = house.client().post(url).bearer_auth(key).json(&body);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    let reply = request.send().expect("a reply");
    let shared = reply.headers().get("access-control-allow-origin").cloned();
    let status = reply.status().as_u16();
    let body: Value = reply.json().unwrap_or(Value::Null);
    let may_read = shared.is_some_and(|shared| Some(shared.to_str().expect("text")) == origin);
    assert_eq!(may_read, !matches!(status, 401 | 403), "{status} {body}");
    (status, body)
}

fn a_public_key_asks_from_its_sites_only(house: &House, secret: &str) -> String {
    let terms = |origins: &[&str]| {
        json!({"kind": "public", "name": "the shop", "origins": origins, "per_day": "1",
               "per_ip": "1", "per_visitor": "1", "over_limit": ""})
    };
    let (status, made) = house.call_as(secret, "POST", "/v1/keys", Some(&terms(&[])));
    assert_eq!(status, 201, "{made}");
    let public = made["key"].as_str().expect("a key").to_owned();
    let id = made["id"].as_str().expect("an id").to_owned();
    let forbidden = |(status, body): (u16, Value), code: &str| {
        assert_eq!((status, &body["code"]), (403, &Value::from(code)), "{body}");
    };
    forbidden(widget_ask(house, &public, Some(SITE), QUESTION), "origin_not_allowed");
    forbidden(widget_ask(house, &public, None, QUESTION), "origin_not_allowed");
    let path = format!("/v1/keys/{id}");
    let (status, body) = house.call_as(secret, "PUT", &path, Some(&terms(&[SITE])));
    assert_eq!(status, 204, "{body}");
    let (status, body) = widget_ask(house, &public, Some(SITE), QUESTION);
    assert_eq!(status, 202, "{body}");
    forbidden(
        widget_ask(house, &public, Some("https://shop.example.evil"), QUESTION),
        "origin_not_allowed",
    );
    forbidden(widget_ask(house, &public, Some("null"), QUESTION), "origin_not_allowed");
    for path in ["/v1/keys", "/v1/account", "/v1/models"] {
        forbidden(house.call_as(&public, "GET", path, None), "public_key");
    }
    preflights(house);
    public
}

/// Only the widget's addresses are shared, and only with sites that a key names.
fn preflights(house: &House) {
    let ask = |path: &str, origin: &str| {
        let url = format!("{}{path}", house.url);
        let request = house.client().request(reqwest::Method::OPTIONS, url);
        let reply = request
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type")
            .send()
            .expect("a reply");
        reply
            .headers()
            .get("access-control-allow-origin")
            .map(|o| o.to_str().expect("text").to_owned())
    };
    assert_eq!(ask("/v1/widget/answers", SITE).as_deref(), Some(SITE));
    assert_eq!(ask("/v1/widget/answers", "https://evil.example"), None);
    assert_eq!(ask("/v1/chat/completions", SITE), None);
    assert_eq!(ask("/v1/keys", SITE), None);
}

fn a_widget_follows_rates_and_forgets(house: &House, key: &str) {
    let (status, body) = widget_ask(house, key, Some(SITE), QUESTION);
    assert_eq!(status, 202, "{body}");
    let id = body["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/widget/answers/{id}");
    let events = |last: Option<&str>| {
        let url = format!("{}{path}/events", house.url);
        let mut request = house.client().get(url).bearer_auth(key).header("origin", SITE);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        request.send().expect("a reply").text().expect("text")
    };
    let whole = events(None);
    assert!(whole.contains("event: sentence") && whole.contains("event: done"), "{whole}");
    assert!(whole.contains("#quote"), "{whole}");
    let rest = events(Some("1"));
    assert!(whole.ends_with(&rest) && !rest.contains("event: reading"), "{rest}");

    let call = |key: &str, method: &str, path: &str, body: Option<&Value>| {
        let method = method.parse().expect("a method");
        let request = house.client().request(method, format!("{}{path}", house.url));
        let request = request.bearer_auth(key).header("origin", SITE);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        request.send().expect("a reply").status().as_u16()
    };
    let opinion = json!({"good": false, "reason": "too short"});
    assert_eq!(call(key, "POST", &format!("{path}/feedback"), Some(&opinion)), 204);
    let guest = house.ask("What is a Datanet?");
    let other = format!("/v1/widget/answers/{}", guest["answer_id"].as_str().expect("an id"));
    assert_eq!(call(key, "GET", &format!("{other}/events"), None), 404, "it is not this key's");
    assert_eq!(call(key, "DELETE", &other, None), 404);
    assert_eq!(call(key, "DELETE", &path, None), 204);
    assert_eq!(call(key, "DELETE", &path, None), 204, "again changes nothing");
    let (status, problem) = house.get(&format!("/v1/answers/{id}"));
    assert_eq!((status, &problem["code"]), (410, &"erased".into()), "{problem}");
    assert_eq!(house.page(&format!("/answers/{id}")).0, 410);
    // What was charged stays in the books, and they stay true.
    assert_eq!(house.get(&format!("/v1/receipts/{id}")).0, 200);
    let out = house.footnote(&["audit"]);
    assert!(out.status.success(), "{}", house::text(&out));
}

fn caps_hold(house: &House, secret: &str) -> String {
    let terms = json!({"kind": "public", "name": "small", "origins": [SITE], "per_day": "0.02",
                       "per_ip": "1", "per_visitor": "1", "over_limit": "See you tomorrow!"});
    let (status, made) = house.call_as(secret, "POST", "/v1/keys", Some(&terms));
    assert_eq!(status, 201, "{made}");
    let key = made["key"].as_str().expect("a key").to_owned();
    let (status, asked) = widget_ask(house, &key, Some(SITE), QUESTION);
    assert_eq!(status, 202, "{asked}");
    let (status, problem) = widget_ask(house, &key, Some(SITE), "What is a Datanet?");
    assert_eq!((status, &problem["code"]), (429, &Value::from("key_cap_reached")), "{problem}");
    assert_eq!(problem["detail"], "See you tomorrow!");
    let (_, keys) = house.get_as(secret, "/v1/keys");
    let small = keys["data"].as_array().expect("keys").iter().find(|one| one["name"] == "small");
    assert_eq!(small.expect("is listed")["usage"][0]["questions"], 1);
    // What a kill interrupts costs nothing; what was charged before it stays charged.
    let path = format!("/v1/answers/{}", asked["id"].as_str().expect("an id"));
    while house.get(&path).0 == 202 {
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    key
}

fn forms_are_their_owners_alone(
    house: &House,
    cookies: std::collections::BTreeMap<String, String>,
    secret: &str,
) {
    let owner = Browser::new(house);
    owner.cookies.replace(cookies);
    let list = owner.open("/account/keys");
    assert_eq!(list.status, 200);
    let id = between(&list.text, "href=\"/account/keys/", "\"").to_owned();
    let path = format!("/account/keys/{id}");
    assert_eq!(owner.open(&path).status, 200);
    let stranger = Browser::new(house);
    stranger.sign_in_as("wen");
    assert_eq!(stranger.open(&path).status, 404);
    assert_eq!(stranger.send(&format!("{path}/revoke"), &[]).status, 404);
    let bad = owner.send(&path, &[("kind", "public"), ("name", "x"), ("per_day", "much")]);
    assert_eq!(bad.status, 400);
    assert!(bad.text.contains("no amount"), "{}", bad.text);
    // Without the token of its own browser no form counts.
    owner.cookies.borrow_mut().remove("fn_csrf");
    assert_eq!(owner.send(&format!("{path}/revoke"), &[]).status, 403);

    let (_, keys) = house.get_as(secret, "/v1/keys");
    let server = keys["data"].as_array().expect("keys").iter().find(|k| k["name"] == "the server");
    let id = server.expect("is listed")["id"].as_str().expect("an id").to_owned();
    let (status, _) = house.call_as(secret, "DELETE", &format!("/v1/keys/{id}"), None);
    assert_eq!(status, 204);
    let (status, problem) = house.get_as(secret, "/v1/keys");
    assert_eq!((status, &problem["code"]), (401, &"invalid_api_key".into()));
}
