//! The evidence of a receipt is recomputed from the texts: by the command line, for one receipt and
//! for a sample; a signer who overstates what a text gave is found out.

use crate::house::{House, text};
use footnote_domain::receipt::{Envelope, Receipt, check};
use footnote_web::deep::{EvidenceFile, Meaning, recompute};
use serde_json::Value;

/// Of an answer on record: its evidence holds, and every part of it is needed.
pub(crate) fn holds(house: &House, id: &str, receipt: &str) {
    let (status, evidence) = house.page(&format!("/v1/answers/{id}/evidence"));
    assert_eq!(status, 200, "{evidence}");
    let file = house.folder.path().join("evidence.json");
    let run = |evidence: &str| {
        std::fs::write(&file, evidence).expect("written");
        let receipt = house.folder.path().join("receipt.json").display().to_string();
        house.footnote(&["verify", &receipt, "--deep", &file.display().to_string()])
    };
    let out = run(&evidence);
    assert!(out.status.success() && text(&out).contains("evidence holds"), "{}", text(&out));
    if std::env::var_os("FOOTNOTE_MODEL_DIR").is_some() {
        assert!(text(&out).contains("meaning equal to the ppm"), "{}", text(&out));
    }
    let fails = |changed: Value, field: &str| {
        let out = run(&changed.to_string());
        let told = text(&out);
        assert!(!out.status.success() && told.contains(&format!("`{field}")), "{field}: {told}");
    };
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&evidence).expect("JSON");
        change(&mut value);
        value
    };
    let hash = first_key(&changed(&|_| ())["texts"]);
    fails(changed(&|it| it["question"] = "Another question?".into()), "receipt.request_hash");
    fails(changed(&|it| it["sentences"][0]["text"] = "Not said.".into()), "receipt.answer_hash");
    fails(changed(&|it| it["unigrams"]["fee"] = 99.into()), "receipt.retrieval.unigrams");
    fails(changed(&|it| it["texts"][&hash] = "forged".into()), &format!("texts.{hash}"));
    let gone = changed(&|it| drop(it["texts"].as_object_mut().expect("texts").remove(&hash)));
    assert!(!run(&gone.to_string()).status.success(), "a text that is left out is missed");
    let out = run("{}");
    assert!(!out.status.success() && text(&out).contains("/evidence"), "{}", text(&out));

    let envelope: Envelope = serde_json::from_str(receipt).expect("an envelope");
    let file = EvidenceFile::parse(evidence.as_bytes()).expect("an evidence file");
    let said = recompute(&envelope.receipt, &file, None).expect("holds without a model too");
    let skipped = matches!(said.meaning, Meaning::NotRecomputed { .. } | Meaning::NotUsed);
    assert!(skipped, "{said:?}");
    lies_are_found(&envelope, &file);
    explained(house, id);
}

/// A follow-up is judged by what it was taken to mean, and that is bound to the receipt.
pub(crate) fn of_a_follow_up_holds(house: &House, id: &str) {
    let folder = house.folder.path();
    let (receipt, file) = (folder.join("follow-up.json"), folder.join("follow-up-evidence.json"));
    let (_, envelope) = house.page(&format!("/v1/receipts/{id}"));
    std::fs::write(&receipt, envelope).expect("written");
    let (status, evidence) = house.page(&format!("/v1/answers/{id}/evidence"));
    assert_eq!(status, 200, "{evidence}");
    let run = |evidence: &str| {
        std::fs::write(&file, evidence).expect("written");
        let (receipt, file) = (receipt.display().to_string(), file.display().to_string());
        house.footnote(&["verify", &receipt, "--deep", &file])
    };
    let out = run(&evidence);
    assert!(out.status.success() && text(&out).contains("evidence holds"), "{}", text(&out));
    let mut changed: Value = serde_json::from_str(&evidence).expect("JSON");
    changed["meant"] = "Something else?".into();
    let out = run(&changed.to_string());
    assert!(text(&out).contains("`receipt.request_hash`"), "{}", text(&out));
    changed.as_object_mut().expect("an object").remove("meant");
    let out = run(&changed.to_string());
    assert!(text(&out).contains("`receipt.request_hash`"), "{}", text(&out));
}

fn first_key(value: &Value) -> String {
    value.as_object().and_then(|map| map.keys().next()).expect("has a key").clone()
}

/// Receipts that add up, and whose evidence is not what the texts say.
fn lies_are_found(envelope: &Envelope, file: &EvidenceFile) {
    let check_lie = |lie: &dyn Fn(&mut Receipt) -> bool, field: &str| {
        let mut receipt = envelope.receipt.clone();
        assert!(lie(&mut receipt), "there is something to lie about: {field}");
        let hash = receipt.hash();
        let signed = Envelope { receipt, hash, ..envelope.clone() };
        check(&signed).expect("the lie adds up: only the texts tell");
        let fault = recompute(&signed.receipt, file, None).expect_err(field);
        assert!(fault.field.contains(field), "{field}: {fault}");
    };
    // Below its threshold, so that nothing else changes.
    let overstated = |receipt: &mut Receipt| {
        let mut wording =
            receipt.attribution.owners.iter_mut().flat_map(|owner| owner.wording.iter_mut());
        wording.find(|wording| **wording < 300_000).map(|wording| *wording = 340_000).is_some()
    };
    check_lie(&overstated, "wording");
    let moved = |receipt: &mut Receipt| {
        receipt.citations[0].start += 1;
        true
    };
    check_lie(&moved, "citations[0].quote_hash");
    let unread = |receipt: &mut Receipt| {
        let read = receipt.retrieval.passages.iter_mut().find(|passage| passage.read);
        read.map(|passage| passage.sentences += 1).is_some()
    };
    check_lie(&unread, "passages[0]");
}

/// The reasons that the receipt page shows are there for programs too.
fn explained(house: &House, id: &str) {
    let (status, list) = house.get(&format!("/v1/receipts/{id}/explanations"));
    assert_eq!(status, 200, "{list}");
    let entries = list["data"].as_array().expect("a list");
    let earns = |one: &Value| one["share_ppm"].as_u64().expect("a share") > 0;
    assert!(earns(&entries[0]) && !entries[0]["supported"].as_array().expect("a list").is_empty());
    assert!(passed_over_somewhere(house), "what was found and not paid is there too");
    assert!(entries.iter().all(|one| one["said"][0].as_str().is_some_and(|said| said.len() > 10)));
}

/// Whether one of the sample questions found a text that earns nothing, and says so.
fn passed_over_somewhere(house: &House) -> bool {
    let (_, datanets) = house.get("/v1/datanets");
    let datanets = datanets["data"].as_array().expect("a list");
    let mut questions =
        datanets.iter().flat_map(|one| one["questions"].as_array().expect("questions"));
    questions.any(|question| {
        let answer = house.ask(question.as_str().expect("text"));
        let id = answer["answer_id"].as_str().expect("an id");
        let (status, list) = house.get(&format!("/v1/receipts/{id}/explanations"));
        assert_eq!(status, 200, "{list}");
        let entries = list["data"].as_array().expect("a list");
        entries.iter().any(|one| one["share_ppm"].as_u64() == Some(0))
    })
}

/// Beside the running service: receipts drawn by a seed hold, and one whose text is damaged does not
/// pass as true.
pub(crate) fn sample_holds(house: &House) {
    let out = house.footnote(&["audit", "--sample", "50", "--seed", "0xb10c"]);
    let told = text(&out);
    assert!(out.status.success() && told.contains("every rule holds"), "{told}");
    assert!(told.contains("receipts drawn") && !told.contains("not recomputed"), "{told}");
    let out = house.footnote(&["audit", "--sample", "2"]);
    assert!(!out.status.success() && text(&out).contains("--seed"), "{}", text(&out));
    let tables = house.data().join("unigrams");
    std::fs::rename(&tables, house.data().join("unigrams-elsewhere")).expect("moved");
    let out = house.footnote(&["audit", "--sample", "1", "--seed", "x"]);
    assert!(text(&out).contains("not recomputed: the token counts"), "{}", text(&out));
    std::fs::rename(house.data().join("unigrams-elsewhere"), &tables).expect("moved back");
}
