//! What the doors refuse, and how they say it.

use crate::house::{self, text};
use serde_json::{Value, json};

#[test]
fn bad_input_gets_a_clear_answer() {
    let Some(house) = house::ready() else { return };
    let ask = |question: &str| house.ask_raw(question, None);
    let check = |(status, body): (u16, Value), wanted: u16, code: &str| {
        assert_eq!((status, &body["code"]), (wanted, &Value::from(code)), "{body}");
        assert!(body["error"]["message"].as_str().is_some_and(|message| message.len() > 10));
    };
    check(ask("  "), 400, "invalid_question");
    check(ask(&"long ".repeat(20_000)), 413, "invalid_question");
    check(ask("bin\u{0}ary"), 400, "invalid_question");
    assert_eq!(ask("ما هو الداتانت؟").0, 200);
    assert_eq!(ask("🍵🫖?").0, 200);
    an_unknown_model_is_refused(&house);
    let with_datanet = json!({"model": "footnote", "datanets": ["nowhere"], "messages": [{"role": "user", "content": "What?"}]});
    check(house.post("/v1/chat/completions", &with_datanet), 404, "unknown_datanet");
    check(house.post("/v1/chat/completions", &json!({"model": 1})), 400, "invalid_body");
    check(house.post("/v1/search", &json!({"query": "tea", "limit": 0})), 400, "invalid_limit");
    check(house.get("/v1/answers/0x00"), 404, "invalid_id");
    check(house.get(&format!("/v1/receipts/0x{}", "0".repeat(32))), 404, "unknown_receipt");
    check(house.get("/v1/nothing"), 404, "unknown_path");
    check(house.get("/v1/chat/completions"), 405, "method_not_allowed");
    let mixed = json!({"model": "footnote", "messages": [{"role": "user", "content": 7}]});
    let (status, body) = house.post("/v1/chat/completions", &mixed);
    assert_eq!(status, 400);
    assert!(body["detail"].as_str().expect("a detail").contains("list of parts"), "{body}");
    assert_eq!(house.page("/ask").0, 405);
    for path in ["/answers/x", "/documents/0x12", "/datanets/nowhere", "/nothing", "/earnings/x"] {
        let (status, page) = house.page(path);
        assert_eq!(status, 404, "{path}");
        assert!(page.contains("<!doctype html") || page.contains("<!DOCTYPE html"), "{path}");
    }
    let second = house.footnote(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(!second.status.success() && text(&second).contains("in use"), "{}", text(&second));
    let port = house.url.rsplit(':').next().expect("a port").to_owned();
    let taken = house.footnote(&[
        "serve",
        "--listen",
        &format!("127.0.0.1:{port}"),
        "--data-dir",
        "elsewhere",
    ]);
    assert!(!taken.status.success() && text(&taken).contains("--listen"), "{}", text(&taken));
}

fn an_unknown_model_is_refused(house: &house::House) {
    let body = json!({"model": "gpt-9", "messages": [{"role": "user", "content": "What?"}]});
    let (status, body) = house.post("/v1/chat/completions", &body);
    assert_eq!((status, &body["code"]), (404, &Value::from("model_not_found")));
}

#[test]
fn a_blob_that_is_not_what_it_says_is_quarantined() {
    let Some(mut house) = house::open() else { return };
    let texts = house.folder.path().join("texts");
    std::fs::create_dir(&texts).expect("made");
    std::fs::write(texts.join("a.md"), "# Quagga\n\nThe last quagga of Zandia died in 1883.\n")
        .expect("written");
    let path = texts.display().to_string();
    let out = house.footnote(&["import", &path, "--datanet", "zandia", "--no-wait"]);
    assert!(out.status.success(), "{}", text(&out));
    let forged = replace_blob(&house.data().join("blobs"), "quagga");
    assert!(forged, "the blob was found");
    house.serve();
    let (_, status) = house.get("/v1/status");
    assert_eq!(status["quarantined"].as_array().map(Vec::len), Some(1), "{status}");
    let answer = house.ask("When did the last quagga of Zandia die?");
    assert_eq!(answer["outcome"], "refused", "{answer}");
}

/// Overwrites the blob that mentions `word`.
fn replace_blob(folder: &std::path::Path, word: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return replace_blob(&path, word);
        }
        let holds = std::fs::read_to_string(&path).is_ok_and(|text| text.contains(word));
        if holds {
            std::fs::write(&path, "The last quagga of Zandia is alive and well.").expect("written");
        }
        holds
    })
}
