//! What is shared with other processes goes away and comes back: refused by name, charged once.

use crate::house;
use crate::redis::Server;
use serde_json::Value;
use std::time::{Duration, Instant};

const QUESTION: &str = "How are the shares of an answer computed?";

#[test]
fn guests_are_told_while_redis_is_away_and_nothing_is_charged_twice() {
    let Some(mut redis) = Server::start() else { return };
    let Some(mut house) = house::open() else { return };
    house.write_config(&format!("[cache]\nredis_url = {:?}\n", redis.url()));
    house.serve();
    assert_eq!(house.get("/readyz").1["shared_memory"], "redis");
    let first = house.ask(QUESTION);
    let charged = sequence(&house, &first);

    redis.stop();
    let (status, refused) = house.ask_raw(QUESTION, Some("while it was away"));
    assert_eq!(
        (status, &refused["error"]["code"]),
        (503, &"shared_memory_away".into()),
        "{refused}"
    );
    let (status, ready) = house.get("/readyz");
    assert_eq!(status, 503, "{ready}");
    assert!(ready["shared_memory"].as_str().is_some_and(|said| said.contains("Redis")), "{ready}");
    let stored = format!("/v1/answers/{}", first["answer_id"].as_str().expect("an id"));
    assert_eq!(house.get(&stored).0, 200, "what is stored can be read all the same");

    redis.serve();
    let began = Instant::now();
    while house.get("/readyz").0 != 200 {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", house.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    let (status, second) = house.ask_raw(QUESTION, Some("while it was away"));
    assert_eq!(status, 200, "{second}");
    let (_, again) = house.ask_raw(QUESTION, Some("while it was away"));
    assert_eq!(again["answer_id"], second["answer_id"]);
    assert_eq!(sequence(&house, &second), charged + 1, "one charge since");
    let out = house.footnote(&["audit"]);
    assert!(out.status.success(), "{}", house::text(&out));
}

fn sequence(house: &house::House, answer: &Value) -> u64 {
    let (_, receipt) = house.get(answer["receipt"].as_str().expect("a receipt"));
    receipt["receipt"]["sequence"].as_str().and_then(|text| text.parse().ok()).expect("a number")
}
