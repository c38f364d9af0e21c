//! Search by API and command line: the same hits, filtered, word for word, one per owner.

use crate::house::{self, House, text};
use serde_json::{Value, json};

#[test]
fn passages_are_found_by_every_door() {
    let Some(house) = house::ready() else { return };
    hits_explain_themselves_and_doors_agree(&house);
    filters_let_nothing_else_through(&house);
    phrases_stand_in_the_text(&house);
    pages_follow_each_other(&house);
    what_cannot_be_understood_is_refused(&house);
}

fn search(house: &House, body: &Value) -> Value {
    let (status, reply) = house.post("/v1/search", body);
    assert_eq!(status, 200, "{body} {reply}");
    reply
}

fn hits(reply: &Value) -> &Vec<Value> {
    reply["data"].as_array().expect("a list of hits")
}

fn hits_explain_themselves_and_doors_agree(house: &House) {
    let found = search(house, &json!({"query": "What is a Datanet?"}));
    assert!(!hits(&found).is_empty() && found["total"].as_u64() >= Some(hits(&found).len() as u64));
    for hit in hits(&found) {
        let part = |key: &str| hit[key].as_i64().unwrap_or_else(|| panic!("{key} in {hit}"));
        let sum = part("words_part_millionths") + part("meaning_part_millionths");
        assert!((part("score_millionths") - sum).abs() <= 2, "{hit}");
        assert!(hit["authors"][0]["payee"].is_string() && hit["owner"].is_string(), "{hit}");
    }
    let out = house.footnote(&["search", "What is a Datanet?", "--json"]);
    assert!(out.status.success(), "{}", text(&out));
    let said: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(said["hits"], found["data"]);
    let out = house.footnote(&["search", "What is a Datanet?"]);
    assert!(text(&out).contains("score") && text(&out).contains("BM25"), "{}", text(&out));
    let nothing = house.footnote(&["search", "\"no such words in any text at all\""]);
    assert_eq!(nothing.status.code(), Some(3), "{}", text(&nothing));
}

fn filters_let_nothing_else_through(house: &House) {
    let spanish = search(house, &json!({"query": "agua", "languages": ["es"]}));
    assert!(!hits(&spanish).is_empty());
    assert!(hits(&spanish).iter().all(|hit| hit["language"] == "es"), "{spanish}");
    let slug = hits(&spanish)[0]["datanet_slug"].as_str().expect("a name");
    let payee = hits(&spanish)[0]["authors"][0]["payee"].as_str().expect("a payee");
    let narrow = json!({"query": "agua", "datanets": [slug], "contributors": [payee], "limit": 50});
    let narrow = search(house, &narrow);
    assert!(!hits(&narrow).is_empty());
    for hit in hits(&narrow) {
        assert_eq!(hit["datanet_slug"], slug);
        let authors = hit["authors"].as_array().expect("authors");
        assert!(authors.iter().any(|author| author["payee"] == payee), "{hit}");
    }
    let later = search(house, &json!({"query": "agua", "from": "9000-01-01"}));
    assert_eq!((hits(&later).len(), &later["total"]), (0, &json!(0)));
}

fn phrases_stand_in_the_text(house: &House) {
    let found = search(house, &json!({"query": "\"capa  de ARROZ tostado\"", "collapse": true}));
    assert_eq!(found["phrases"], json!(["capa  de ARROZ tostado"]));
    assert!(!hits(&found).is_empty(), "{found}");
    for hit in hits(&found) {
        let number = |value: &Value| value.as_u64().expect("a number") as usize;
        let passage: Vec<char> = hit["text"].as_str().expect("text").chars().collect();
        let from = number(&hit["start"]);
        let span = &hit["phrases"][0];
        let quote: String =
            passage[number(&span["start"]) - from..number(&span["end"]) - from].iter().collect();
        assert_eq!(quote.to_lowercase(), "capa de arroz tostado", "{hit}");
    }
}

fn pages_follow_each_other(house: &House) {
    let page = |offset: usize| {
        search(
            house,
            &json!({"query": "paid contributor", "mode": "lexical", "offset": offset, "limit": 2}),
        )
    };
    let (first, second) = (page(0), page(2));
    let whole = search(house, &json!({"query": "paid contributor", "mode": "lexical", "limit": 4}));
    let paged: Vec<Value> = hits(&first).iter().chain(hits(&second)).cloned().collect();
    assert_eq!(&paged, hits(&whole));
    assert_eq!(second["data"][0]["rank"], 3);
}

fn what_cannot_be_understood_is_refused(house: &House) {
    for (body, code) in [
        (json!({"query": "tea", "datanet": "cha"}), "invalid_body"),
        (json!({"query": "tea", "mode": "magic"}), "invalid_body"),
        (json!({"query": "tea", "limit": 51}), "invalid_limit"),
        (json!({"query": "tea", "contributors": ["Ada"]}), "invalid_contributor"),
        (json!({"query": "tea", "languages": ["english"]}), "invalid_language"),
        (json!({"query": "tea", "to": "2026-02-30"}), "invalid_date"),
        (json!({"query": " \u{200b} "}), "invalid_question"),
        (json!({"query": "\"\""}), "invalid_question"),
    ] {
        let (status, reply) = house.post("/v1/search", &body);
        assert_eq!((status, &reply["code"]), (400, &Value::from(code)), "{body} {reply}");
    }
    let (status, reply) = house.post("/v1/search", &json!({"query": "tea", "datanets": ["no"]}));
    assert_eq!((status, &reply["code"]), (404, &Value::from("unknown_datanet")));
}
