//! Killed at any moment, everything comes back as it should be.

use crate::house::{self, text};
use serde_json::json;
use std::time::Duration;

#[test]
fn killed_while_answering_and_while_importing() {
    let Some(mut house) = house::ready() else { return };
    let url = format!("{}/v1/chat/completions", house.url);
    let client = house.client().clone();
    let body = json!({"model": "footnote", "messages": [{"role": "user", "content": "How are the shares of an answer computed?"}]});
    let asking = std::thread::spawn(move || {
        (0..200).take_while(|_| client.post(&url).json(&body).send().is_ok()).count()
    });
    std::thread::sleep(Duration::from_millis(400));
    house.kill();
    let answered = asking.join().expect("the thread ends");
    house.serve();
    let (_, earnings) = house.get("/v1/earnings");
    assert!(answered == 0 || !earnings["data"].as_array().expect("a list").is_empty());
    let answer = house.ask("What is a Datanet?");
    assert_eq!(answer["outcome"], "answered");
    let receipt = house.get(answer["receipt"].as_str().expect("a receipt")).1;
    // Receipts are numbered without a gap, so the next number tells how many answers were charged.
    let sequence: u64 =
        receipt["receipt"]["sequence"].as_str().expect("text").parse().expect("a number");
    assert!(sequence as usize > answered, "no charged answer was lost: {sequence} > {answered}");

    let texts = house.folder.path().join("texts");
    std::fs::create_dir(&texts).expect("made");
    for n in 0..120 {
        let text = format!(
            "# Lighthouse {n}\n\nThe lighthouse number {n} of Pelagia blinks every {n} seconds and was built in {}.\n",
            1700 + n
        );
        std::fs::write(texts.join(format!("{n:03}.md")), text).expect("written");
    }
    let path = texts.display().to_string();
    let out = house.footnote(&["import", &path, "--datanet", "pelagia", "--no-wait"]);
    assert!(out.status.success(), "{}", text(&out));
    house.kill();
    house.serve();
    house.wait_indexed();
    house.wait_status(|status| status["documents"].as_u64() >= Some(120 + 40));
    let answer = house.ask("When was lighthouse number 77 of Pelagia built?");
    assert_eq!(answer["outcome"], "answered", "{answer}");
    assert!(
        answer["choices"][0]["message"]["content"].as_str().expect("text").contains("1777"),
        "{answer}"
    );
}

#[test]
fn the_chain_is_killed_and_comes_back() {
    let Some(mut house) = house::ready() else { return };
    house.kill_chain();
    // Questions on existing credit go on without the chain.
    assert_eq!(house.ask("What is a Datanet?")["outcome"], "answered");
    house.stop();
    house.start_serving();
    house.wait_status(|status| status["last_error"].is_string());
    assert_eq!(house.ask("What is a Datanet?")["outcome"], "answered");
    house.start_chain();
    house.wait_status(|status| status["last_error"].is_null() && status["phase"] == "ready");
    let out = house.footnote(&["settle"]);
    assert!(out.status.success(), "{}", text(&out));
}
