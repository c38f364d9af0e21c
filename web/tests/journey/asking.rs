//! Ask by every door; the answers agree, quote the texts, and say who is paid.

use crate::evidence;
use crate::house::{self, House};
use serde_json::Value;
use std::collections::BTreeMap;

fn shares(answer: &Value) -> BTreeMap<String, (u64, String)> {
    let rows = answer["attribution"].as_array().expect("attribution");
    rows.iter()
        .map(|row| {
            let share = (
                row["share_ppm"].as_u64().expect("a share"),
                row["amount"].as_str().expect("an amount").to_owned(),
            );
            (row["document"].as_str().expect("a document").to_owned(), share)
        })
        .collect()
}

fn spans(answer: &Value) -> Vec<(u64, String, u64, u64)> {
    let rows = answer["citations"].as_array().expect("citations");
    rows.iter()
        .map(|row| {
            let number = |key: &str| row[key].as_u64().expect("a number");
            let document = row["document"].as_str().expect("a document").to_owned();
            (number("n"), document, number("start"), number("end"))
        })
        .collect()
}

/// The text of a contribution, from the house's own blob store.
fn blob(house: &House, hash: &str) -> String {
    fn find(folder: &std::path::Path, name: &str) -> Option<std::path::PathBuf> {
        std::fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return find(&path, name);
            }
            path.to_string_lossy().ends_with(name).then_some(path)
        })
    }
    let path = find(&house.data().join("blobs"), &hash[hash.len() - 32..]).expect("the blob");
    std::fs::read_to_string(path).expect("text")
}

#[test]
fn one_question_by_every_door() {
    let Some(house) = house::ready() else { return };
    let question = "When can a contributor claim earnings on chain?";
    let api = house.ask(question);
    assert_eq!(api["outcome"], "answered", "{api}");
    citations_quote_the_text(&house, &api);
    page_api_and_receipt_agree(&house, &api);
    command_line_agrees(&house, question, &api);
    streamed_agrees(&house, question, &api);
    other_languages(&house);
    earlier_messages_say_what_is_meant(&house);
    what_an_answer_costs_is_said_before(&house);
    a_near_copy_earns_nothing(&house);
    a_refusal_is_stored_and_free(&house);
    the_same_key_is_charged_once(&house);
}

fn citations_quote_the_text(house: &House, answer: &Value) {
    let citations = answer["citations"].as_array().expect("citations");
    assert!(!citations.is_empty());
    for citation in citations {
        let text = blob(house, citation["document"].as_str().expect("a hash"));
        let (start, end) = (citation["start"].as_u64(), citation["end"].as_u64());
        let (start, end) = (start.expect("a start") as usize, end.expect("an end") as usize);
        let quote: String = text.chars().skip(start).take(end - start).collect();
        assert_eq!(citation["quote"], quote.as_str());
    }
    let content = answer["choices"][0]["message"]["content"].as_str().expect("content");
    let most = citations.iter().filter_map(|c| c["n"].as_u64()).max().expect("numbers");
    for n in 1..=most {
        assert!(content.contains(&format!("[{n}]")), "[{n}] in {content}");
    }
    assert!(!content.contains(&format!("[{}]", most + 1)), "{content}");
}

fn page_api_and_receipt_agree(house: &House, api: &Value) {
    let id = api["answer_id"].as_str().expect("an id");
    let (status, stored) = house.get(&format!("/v1/answers/{id}"));
    assert_eq!(status, 200);
    assert_eq!(spans(&stored), spans(api));
    assert_eq!(shares(&stored), shares(api));
    let (status, envelope) = house.get(api["receipt"].as_str().expect("a receipt"));
    assert_eq!(status, 200);
    let record = &envelope["receipt"]["attribution"];
    let owners = record["owners"].as_array().expect("owners");
    for (document, (share, _)) in shares(api) {
        let at =
            owners.iter().position(|o| o["content_hash"] == document.as_str()).expect("an owner");
        assert_eq!(record["shares"][at], share.to_string());
    }
    let paid: i64 = envelope["receipt"]["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| line["amount"].as_str().expect("an amount").parse::<i64>().expect("a number"))
        .sum();
    assert_eq!(envelope["receipt"]["charged"], paid.to_string());
    let (status, page) = house.page(&format!("/answers/{id}"));
    assert_eq!(status, 200);
    for (_, document, start, end) in spans(api) {
        assert!(page.contains(&document), "the page links {document}");
        let (status, page) = house.page(&format!("/documents/{document}?start={start}&end={end}"));
        assert_eq!(status, 200);
        assert!(page.contains("<mark"), "the passage is highlighted");
    }
}

fn command_line_agrees(house: &House, question: &str, api: &Value) {
    let out = house.footnote(&["ask", question, "--json"]);
    assert!(out.status.success(), "{}", house::text(&out));
    let answer: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(spans(&answer), spans(api));
    assert_eq!(shares(&answer), shares(api));
}

fn streamed_agrees(house: &House, question: &str, api: &Value) {
    let body = serde_json::json!({
        "model": "footnote", "stream": true, "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": [{"type": "text", "text": question}]}],
    });
    let reply =
        house.client().post(format!("{}/v1/chat/completions", house.url)).json(&body).send();
    let text = reply.expect("a reply").text().expect("text");
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(lines.last(), Some(&"[DONE]"));
    let chunks: Vec<Value> = lines[..lines.len() - 1]
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let content: String = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(api["choices"][0]["message"]["content"], content.as_str());
    let last = chunks.iter().find(|chunk| chunk["choices"][0]["finish_reason"] == "stop");
    assert_eq!(shares(last.expect("a last chunk")), shares(api));
    assert!(chunks.last().expect("usage")["usage"]["total_tokens"].as_u64() > Some(0));
}

fn other_languages(house: &House) {
    let (status, datanets) = house.get("/v1/datanets");
    assert_eq!(status, 200);
    let datanets = datanets["data"].as_array().expect("a list");
    assert_eq!(datanets.len(), 3);
    for datanet in datanets {
        let slug = datanet["slug"].as_str().expect("a slug");
        for question in datanet["questions"].as_array().expect("questions") {
            let answer = house.ask(question.as_str().expect("text"));
            assert_eq!(answer["outcome"], "answered", "{question}");
            let cited = &answer["citations"][0];
            assert_eq!(cited["datanet_slug"], slug, "{question} → {}", cited["quote"]);
        }
    }
}

fn earlier_messages_say_what_is_meant(house: &House) {
    let message = |role: &str, content: &str| serde_json::json!({"role": role, "content": content});
    let messages = [
        message("user", "¿Cuánto tiempo se remojan los garbanzos?"),
        message("assistant", "Doce horas."),
        message("user", "¿Y las lentejas?"),
    ];
    let body = serde_json::json!({"model": "footnote", "messages": messages});
    let (status, answer) = house.post("/v1/chat/completions", &body);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["meant"], "¿Y las lentejas? tiempo remojan garbanzos");
    let id = answer["answer_id"].as_str().expect("an id");
    let (_, page) = house.page(&format!("/answers/{id}"));
    assert!(page.contains("¿Y las lentejas? tiempo remojan garbanzos"), "the page says it too");
    assert!(page.contains(&format!("name=\"after\" value=\"{id}\"")), "a follow-up names it");
    assert_eq!(answer["outcome"], "answered", "{answer}");
    evidence::of_a_follow_up_holds(house, id);
}

fn what_an_answer_costs_is_said_before(house: &House) {
    let (status, models) = house.get("/v1/models");
    assert_eq!(status, 200);
    let model = &models["data"][0];
    assert_eq!(model["price_at_most"], "12000000");
    assert_eq!(model["backend"], "extractive");
    assert!(model["expected_ms"].as_u64().is_some(), "{models}");
    let (_, page) = house.page("/");
    assert!(page.contains("under a second"), "{page}");
}

/// dara's texts in the samples are near-copies; whatever is asked, she earns nothing by them.
fn a_near_copy_earns_nothing(house: &House) {
    let answer = house.ask("What does a copy of somebody else's text earn?");
    assert_eq!(answer["outcome"], "answered");
    let (_, earnings) = house.get("/v1/earnings");
    let rows = earnings["data"].as_array().expect("a list");
    assert!(rows.iter().any(|row| row["name"] == "Chidi Okafor"), "{rows:?}");
    assert!(rows.iter().all(|row| row["name"] != "Dara Whitfield"), "{rows:?}");
}

fn a_refusal_is_stored_and_free(house: &House) {
    let charged_before = total_earned(house);
    let answer = house.ask("Which football club won the 1987 cup in Ruritania?");
    assert_eq!(answer["outcome"], "refused", "{answer}");
    assert_eq!(answer["price"]["charged"], "0");
    assert_eq!(answer["receipt"], Value::Null);
    assert_eq!(total_earned(house), charged_before);
    let id = answer["answer_id"].as_str().expect("an id");
    assert_eq!(house.get(&format!("/v1/answers/{id}")).1["outcome"], "refused");
    let (status, page) = house.page(&format!("/answers/{id}"));
    assert_eq!(status, 200);
    assert!(page.contains("No source"), "{page}");
}

fn total_earned(house: &House) -> i64 {
    let (_, earnings) = house.get("/v1/earnings");
    let rows = earnings["data"].as_array().expect("a list").clone();
    rows.iter()
        .map(|row| row["earned"].as_str().expect("text").parse::<i64>().expect("a number"))
        .sum()
}

fn the_same_key_is_charged_once(house: &House) {
    let question = "What happens to a sentence that no source supports?";
    let (status, first) = house.ask_raw(question, Some("once"));
    assert_eq!(status, 200);
    let earned = total_earned(house);
    let (status, again) = house.ask_raw(question, Some("once"));
    assert_eq!((status, &again["answer_id"]), (200, &first["answer_id"]));
    assert_eq!(total_earned(house), earned);
    let (status, other) = house.ask_raw("What is a Datanet?", Some("once"));
    assert_eq!((status, &other["code"]), (422, &Value::from("idempotency_key_reused")));
}
