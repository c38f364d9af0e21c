//! Receipts verify offline; an epoch settles on chain; a claim pays exactly what was earned.

use crate::evidence;
use crate::house::{self, text};
use crate::stranger;
use serde_json::Value;

#[test]
fn from_a_receipt_to_tokens_on_chain() {
    let Some(mut house) = house::ready() else { return };
    let answer = house.ask("When can a contributor claim earnings on chain?");
    let id = answer["answer_id"].as_str().expect("an id").to_owned();
    let (_, receipt) = house.page(&format!("/v1/receipts/{id}"));
    let file = house.folder.path().join("receipt.json");
    std::fs::write(&file, &receipt).expect("written");
    let path = file.display().to_string();
    let out = house.footnote(&["verify", &path]);
    assert!(out.status.success(), "{}", text(&out));
    every_changed_byte_is_noticed(&house, &receipt);
    stranger::agrees(&house, &receipt);
    evidence::holds(&house, &id, &receipt);
    for question in ["How are the shares of an answer computed?", "What is a Datanet?"] {
        assert_eq!(house.ask(question)["outcome"], "answered", "{question}");
    }

    let payee = first_paid(&answer);
    let earned = nano(&house.get(&format!("/v1/earnings/{payee}")).1["estimated"]);
    assert!(earned > 0);
    let out = house.footnote(&["settle"]);
    assert!(out.status.success(), "{}", text(&out));
    let (_, after) = house.get(&format!("/v1/earnings/{payee}"));
    assert_eq!((nano(&after["estimated"]), nano(&after["payable"])), (0, earned));
    stranger::follows_the_epoch(&house, 3);

    let name = contributor(&house, &payee);
    let out = house.footnote(&["claim", "--as", &name]);
    assert!(out.status.success(), "{}", text(&out));
    let paid = format!("+ {}", i128::from(earned) * 1_000_000_000);
    assert!(text(&out).contains(&paid), "{paid} in {}", text(&out));
    let (_, after) = house.get(&format!("/v1/earnings/{payee}"));
    assert_eq!((nano(&after["payable"]), nano(&after["paid"])), (0, earned));
    let out = house.footnote(&["claim", "--as", &name]);
    assert!(!out.status.success() && text(&out).contains("nothing"), "{}", text(&out));

    // Beside the running service: the books are true, and the bundle can be had again.
    let out = house.footnote(&["audit"]);
    assert!(out.status.success() && text(&out).contains("every rule holds"), "{}", text(&out));
    evidence::sample_holds(&house);
    let out = house.footnote(&["bundle", "1"]);
    assert!(out.status.success() && text(&out).contains("epoch-000001"), "{}", text(&out));
    let out = house.footnote(&["bundle", "99"]);
    assert!(!out.status.success() && text(&out).contains("99"), "{}", text(&out));

    // The books outlive the process.
    house.stop();
    house.serve();
    let (_, again) = house.get(&format!("/v1/earnings/{payee}"));
    assert_eq!(nano(&again["paid"]), earned);
    assert_eq!(house.page(&format!("/v1/receipts/{id}")).1, receipt);
}

fn nano(value: &Value) -> i64 {
    value.as_str().expect("an amount").parse().expect("a number")
}

/// The payee of the largest data line that has an address.
fn first_paid(answer: &Value) -> String {
    let sources = answer["attribution"].as_array().expect("attribution");
    let payees = sources.iter().flat_map(|source| source["payees"].as_array().expect("payees"));
    let best =
        payees.filter(|payee| payee["escrow"] == false).max_by_key(|payee| nano(&payee["amount"]));
    best.expect("a payee with an address")["payee"].as_str().expect("an id").to_owned()
}

fn contributor(house: &house::House, payee: &str) -> String {
    let (_, one) = house.get(&format!("/v1/earnings/{payee}"));
    let name = one["name"].as_str().expect("a name");
    name.split(' ').next().expect("a first name").to_lowercase()
}

/// One digit or letter of every field is changed, one at a time.
fn every_changed_byte_is_noticed(house: &house::House, receipt: &str) {
    let bytes: Vec<usize> = receipt
        .bytes()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_alphanumeric())
        .map(|(at, _)| at)
        .collect();
    let step = (bytes.len() / 60).max(1);
    for at in bytes.into_iter().step_by(step) {
        let mut changed = receipt.as_bytes().to_vec();
        changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
        let file = house.folder.path().join("changed.json");
        std::fs::write(&file, &changed).expect("written");
        let out = house.footnote(&["verify", &file.display().to_string()]);
        let around = String::from_utf8_lossy(&changed[at.saturating_sub(30)..=at]).into_owned();
        assert!(!out.status.success(), "not noticed at {at}: …{around}");
        assert!(text(&out).contains("field"), "{}", text(&out));
    }
}
