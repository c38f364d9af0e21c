//! Adapters that answer: asked for by name or by their Datanet, shown, recorded and paid; and swapped
//! under load without one answer by another.

use crate::house::{self, House, text};
use crate::{scripted, stranger};
use footnote_generator::adapter::AdapterRegistry;
use footnote_generator::adapter::alias::{AliasChange, AliasName};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const QUESTION: &str = "What is a Datanet?";
/// Word for word from the handbook among the samples.
const SENTENCES: [&str; 3] = [
    "A Datanet is a named collection of texts about one subject, kept by one owner under one licence.",
    "The identity of a Datanet is computed from its kind, its owner and its slug.",
    "A Datanet contains contributions.",
];
const DEVELOPERS: [&str; 2] =
    ["0x00000000000000000000000000000000000000aa", "0x00000000000000000000000000000000000000bb"];
/// Answers asked for while names are swapped.
const ANSWERS: usize = 48;

/// A house whose answers are written by the engine, with the adapters `law` (which says the second
/// sentence) and `biology` (the third).
fn school() -> Option<House> {
    let mut house = house::open()?;
    let folder = |name: &str| house.folder.path().join(name);
    scripted::write_model(&folder("base"), &SENTENCES);
    scripted::write_adapter(&folder("second"), 1, SENTENCES.len(), 6.0);
    scripted::write_adapter(&folder("third"), 2, SENTENCES.len(), 4.0);
    configure(&house, "");
    for (name, alias, payee) in [("second", "law", 0), ("third", "biology", 1)] {
        let folder = folder(name).display().to_string();
        adapters(&house, &["add", &folder, "--alias", alias, "--payee", DEVELOPERS[payee]]);
    }
    house.serve();
    Some(house)
}

fn configure(house: &House, more: &str) {
    let base = house.folder.path().join("base").display().to_string();
    house.write_config(&format!(
        "[generation]\nbackend = \"engine\"\nmodel_dir = {base:?}\ntokens_in = 3000\n\
         tokens_out = 64\npassages = 6\n[promotion]\nper_day = 900000000000\n\
         per_ip_per_day = 900000000000\nper_session_per_day = 900000000000\n\
         [adapters]\nmemory_mib = 8\nadapter_mib_max = 8\n{more}"
    ));
}

fn adapters(house: &House, arguments: &[&str]) {
    let out = house.footnote(&[&["adapters"], arguments].concat());
    assert!(out.status.success(), "{arguments:?}: {}", text(&out));
}

fn ask(house: &House, model: &str) -> (u16, Value) {
    let body = json!({"model": model, "messages": [{"role": "user", "content": QUESTION}]});
    house.post("/v1/chat/completions", &body)
}

fn answered(house: &House, model: &str) -> Value {
    let (status, answer) = ask(house, model);
    assert_eq!(
        (status, &answer["outcome"]),
        (200, &"answered".into()),
        "{answer}\n{}",
        house.log()
    );
    answer
}

fn said(answer: &Value) -> &str {
    answer["choices"][0]["message"]["content"].as_str().expect("a content")
}

/// The receipt of an answer, once both verifiers and the texts agree with it.
fn receipt(house: &House, answer: &Value) -> Value {
    let id = answer["answer_id"].as_str().expect("an id");
    let file = |name: &str, path: &str| {
        let (status, body) = house.page(&format!("/v1/{path}"));
        assert_eq!(status, 200, "{body}");
        let file = house.folder.path().join(name);
        std::fs::write(&file, &body).expect("written");
        (file.display().to_string(), body)
    };
    let (receipt, body) = file("written.json", &format!("receipts/{id}"));
    let (evidence, _) = file("written-evidence.json", &format!("answers/{id}/evidence"));
    let out = house.footnote(&["verify", &receipt, "--deep", &evidence]);
    assert!(out.status.success(), "{}", text(&out));
    stranger::believes(&receipt);
    let envelope: Value = serde_json::from_str(&body).expect("JSON");
    envelope["receipt"].clone()
}

fn number(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value}"))
}

/// What a role has in a receipt, by payee.
fn paid(receipt: &Value, role: &str) -> BTreeMap<String, i64> {
    let lines = receipt["lines"].as_array().expect("lines");
    let of_role = lines.iter().filter(|line| line["role"] == role);
    of_role
        .map(|line| (line["payee"].as_str().expect("a payee").to_owned(), number(&line["amount"])))
        .collect()
}

fn payee(developer: usize) -> String {
    format!("0x{:0>64}", DEVELOPERS[developer].trim_start_matches("0x"))
}

#[test]
fn an_adapter_is_asked_shown_recorded_and_paid() {
    let Some(mut house) = school() else { return };
    let alone = answered(&house, "footnote");
    assert!(said(&alone).starts_with(SENTENCES[0]), "{alone}");
    let record = receipt(&house, &alone);
    assert_eq!((&record["adapters"], paid(&record, "adapter").len()), (&json!([]), 0));
    let first = one_by_name(&house);
    let second = several_together(&house);
    the_rest_is_refused(&house);
    the_developer_sees_it(&house, first + second);
    a_datanet_has_its_own(&mut house);
    let out = house.footnote(&["settle"]);
    assert!(out.status.success(), "{}", text(&out));
    let out = house.footnote(&["audit"]);
    assert!(out.status.success() && text(&out).contains("every rule holds"), "{}", text(&out));
}

/// Returns what the developer earned.
fn one_by_name(house: &House) -> i64 {
    let (_, models) = house.get("/v1/models");
    let listed = models["data"].as_array().expect("a list").iter();
    assert_eq!(listed.filter(|one| one["id"] == "footnote/law").count(), 1, "{models}");
    let answer = answered(house, "footnote/law");
    assert!(said(&answer).starts_with(SENTENCES[1]), "{answer}");
    let shown = &answer["routing"]["adapters"][0];
    let (version, chosen) = (&shown["version"], &shown["chosen_by"]);
    assert_eq!((version, chosen), (&1.into(), &"caller".into()), "{answer}");
    let record = receipt(house, &answer);
    let used = &record["adapters"][0];
    assert_eq!((&used["alias"], &used["weight"]), (&"law".into(), &"1000000".into()));
    assert_eq!((&used["digest"], &used["payee"]), (&shown["digest"], &payee(0).into()));
    assert_eq!(used["tokens"], record["usage"]["tokens_out"]);
    let lines = paid(&record, "adapter");
    let charged = number(&record["charged"]);
    let part = lines[&payee(0)];
    assert!(lines.len() == 1 && (part - charged * 15 / 100).abs() <= 1, "{lines:?} of {charged}");
    let (status, told) = house.get(&format!(
        "/v1/receipts/{}/explanations",
        answer["answer_id"].as_str().expect("an id")
    ));
    let told = &told["adapters"][0];
    assert_eq!((status, &told["amount"]), (200, &part.to_string().into()), "{told}");
    assert!(told["said"].as_str().is_some_and(|said| said.starts_with("law wrote")), "{told}");
    let id = answer["answer_id"].as_str().expect("an id");
    for path in [format!("/answers/{id}"), format!("/receipts/{id}")] {
        let (status, page) = house.page(&path);
        assert!(status == 200 && page.contains("law"), "{path}: {page}");
    }
    part
}

/// The louder one wrote: without it the answer would be another. Returns what its developer earned.
fn several_together(house: &House) -> i64 {
    let answer = answered(house, "footnote/biology+law");
    assert!(said(&answer).starts_with(SENTENCES[1]), "{answer}");
    assert_eq!(answer["routing"]["asked"], json!(["biology", "law"]));
    let record = receipt(house, &answer);
    let used = record["adapters"].as_array().expect("adapters");
    let weight = |alias: &str| {
        let one = used.iter().find(|one| one["alias"] == alias).expect("it wrote");
        number(&one["weight"])
    };
    assert_eq!((used.len(), weight("law"), weight("biology")), (2, 1_000_000, 0), "{used:?}");
    let lines = paid(&record, "adapter");
    assert_eq!(lines.keys().collect::<Vec<_>>(), [&payee(0)]);
    lines[&payee(0)]
}

fn the_rest_is_refused(house: &House) {
    let refused = |model: &str, wanted: (u16, &str), next: &str| {
        let (status, body) = ask(house, model);
        assert_eq!((status, body["code"].as_str()), (wanted.0, Some(wanted.1)), "{model}: {body}");
        assert!(body["detail"].as_str().is_some_and(|said| said.contains(next)), "{body}");
    };
    refused("footnote/physics", (404, "model_not_found"), "GET /v1/models");
    refused("footnote/../law", (404, "model_not_found"), "GET /v1/models");
    refused("footnote/law+physics", (404, "model_not_found"), "GET /v1/models");
    let many = format!("footnote/{}", ["law"; 5].join("+"));
    refused(&many, (400, "too_many_adapters"), "name fewer");
    adapters(house, &["disable", "biology"]);
    refused("footnote/biology", (409, "adapter_unavailable"), "enable biology");
    refused("footnote/law+biology", (409, "adapter_unavailable"), "GET /v1/models");
    adapters(house, &["enable", "biology"]);
    // Frozen is not withdrawn.
    adapters(house, &["freeze", "biology"]);
    assert!(said(&answered(house, "footnote/biology")).starts_with(SENTENCES[2]));
    adapters(house, &["unfreeze", "biology"]);
    let (_, status) = house.get("/v1/status");
    assert_eq!(status["adapters"]["memory_bytes_most"], 8 << 20, "{status}");
    assert_eq!(status["adapters"]["ready"], 2, "{status}");
}

fn the_developer_sees_it(house: &House, earned: i64) {
    let (status, earnings) = house.get(&format!("/v1/earnings/{}", payee(0)));
    assert_eq!((status, number(&earnings["estimated"])), (200, earned), "{earnings}");
    let (status, page) = house.page(&format!("/earnings/{}", payee(0)));
    assert!(status == 200 && page.contains("for writing, as an adapter"), "{page}");
}

fn a_datanet_has_its_own(house: &mut House) {
    let (_, datanets) = house.get("/v1/datanets");
    let rows = datanets["data"].as_array().expect("a list").iter();
    let handbook = rows.clone().find(|one| one["slug"] == "handbook").expect("a sample");
    let id = handbook["id"].as_str().expect("an id").to_owned();
    house.stop();
    configure(house, &format!("of_datanets = {{ \"{id}\" = \"biology\" }}\n"));
    house.serve();
    let answer = answered(house, "footnote");
    assert!(said(&answer).starts_with(SENTENCES[2]), "{answer}");
    let shown = &answer["routing"]["adapters"][0];
    assert_eq!((&shown["alias"], &shown["chosen_by"]["datanet"]), (&"biology".into(), &id.into()));
    let record = receipt(house, &answer);
    assert_eq!(paid(&record, "adapter").keys().collect::<Vec<_>>(), [&payee(1)]);
    // Who names another gets the other.
    assert!(said(&answered(house, "footnote/law")).starts_with(SENTENCES[1]));
    // Its own or none: the base model never stands in.
    adapters(house, &["disable", "biology"]);
    let (status, body) = ask(house, "footnote");
    assert_eq!((status, &body["code"]), (409, &"adapter_unavailable".into()), "{body}");
    adapters(house, &["enable", "biology"]);
}

/// While `law` is published anew, rolled back, redirected and disabled without a pause, every answer is
/// that of the adapter which its receipt names, or a refusal that says so.
#[test]
fn no_answer_is_by_another_adapter_however_names_are_swapped() {
    let Some(house) = school() else { return };
    let third = house.folder.path().join("third").display().to_string();
    adapters(&house, &["add", &third, "--alias", "law", "--payee", DEVELOPERS[0]]);
    let sentence_of = sentences_by_digest(&house);
    let over = AtomicBool::new(false);
    let (mut answers, mut refusals, mut swaps) = (0, 0, 0);
    std::thread::scope(|scope| {
        let swapping = scope.spawn(|| swap(&house, &over));
        let asking: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| (0..ANSWERS / 4).map(|_| asked(&house, &sentence_of)).sum::<usize>())
            })
            .collect();
        answers += asking.into_iter().map(|one| one.join().expect("asked")).sum::<usize>();
        over.store(true, Ordering::Relaxed);
        swaps += swapping.join().expect("swapped");
        refusals += ANSWERS - answers;
    });
    eprintln!("{answers} answers and {refusals} refusals during {swaps} edits");
    assert!(answers > ANSWERS / 4 && swaps > ANSWERS, "{answers} answers, {swaps} edits");
    let out = house.footnote(&["audit"]);
    assert!(out.status.success() && text(&out).contains("every rule holds"), "{}", text(&out));
}

/// 1 for an answer, which is the one of the adapter that its receipt names; 0 for a refusal.
fn asked(house: &House, sentence_of: &BTreeMap<String, &str>) -> usize {
    let (status, answer) = ask(house, "footnote/law");
    if status != 200 {
        assert_eq!((status, &answer["code"]), (409, &"adapter_unavailable".into()), "{answer}");
        return 0;
    }
    let id = answer["answer_id"].as_str().expect("an id");
    let (_, envelope) = house.get(&format!("/v1/receipts/{id}"));
    let used = envelope["receipt"]["adapters"].as_array().expect("adapters");
    assert_eq!((used.len(), &used[0]["alias"]), (1, &"law".into()));
    assert_eq!(used[0]["digest"], answer["routing"]["adapters"][0]["digest"]);
    let digest = used[0]["digest"].as_str().expect("a digest");
    assert!(said(&answer).starts_with(sentence_of[digest]), "{answer}");
    1
}

fn sentences_by_digest(house: &House) -> BTreeMap<String, &'static str> {
    let out = house.footnote(&["adapters", "show", "law", "--json"]);
    let shown: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let digest = |version: usize| {
        let digest = &shown["adapter"]["versions"][version]["digest"];
        digest.as_str().expect("a digest").to_owned()
    };
    BTreeMap::from([(digest(0), SENTENCES[1]), (digest(1), SENTENCES[2])])
}

/// Edits `law` beside the service, as another process would, until told to stop; returns how often.
fn swap(house: &House, over: &AtomicBool) -> usize {
    let folder = house.data().join("adapters");
    let registry = AdapterRegistry::open(&folder, 8 << 20).expect("opened beside");
    let name = |name: &str| AliasName::parse(name).expect("a name");
    let law = name("law");
    let edits = [
        AliasChange::RollBack { version: 1 },
        AliasChange::RollBack { version: 2 },
        AliasChange::Redirect { to: name("biology") },
        AliasChange::Unredirect,
        AliasChange::Freeze,
        AliasChange::RollBack { version: 1 },
        AliasChange::Unfreeze,
        AliasChange::RollBack { version: 2 },
        AliasChange::Disable,
        AliasChange::Enable,
    ];
    let mut done = 0;
    for edit in edits.iter().cycle() {
        if over.load(Ordering::Relaxed) && done % edits.len() == 0 {
            return done;
        }
        registry.aliases.change(&law, None, edit.clone(), "a race", 0).expect("edited");
        done += 1;
        std::thread::sleep(Duration::from_millis(3));
    }
    done
}
