//! Whoever comes too often is told when to come back; others, and what watches the service, are not.

use crate::browser::Browser;
use crate::house;
use std::time::Duration;

#[test]
fn a_flood_is_told_when_to_come_back() {
    let Some(mut house) = house::open() else { return };
    house.write_config("[limits]\nrequests_per_minute = 240\n");
    house.serve();
    let call = || {
        let request = house.client().get(format!("{}/v1/models", house.url));
        request.send().expect("a reply")
    };
    let flood = || (0..400).map(|_| call()).find(|reply| reply.status() != 200).expect("refused");
    let refused = flood();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let wait =
        refused.headers()["retry-after"].to_str().expect("text").parse::<u64>().expect("a number");
    assert!((1..=60).contains(&wait), "{wait}");
    let problem: serde_json::Value = refused.json().expect("JSON");
    assert_eq!((&problem["code"], &problem["status"]), (&"rate_limited".into(), &429.into()));

    // The page says it in the reader's language; a key that opens nothing is no way round.
    flood();
    let page = Browser::speaking(&house, "es").open("/datanets");
    assert!(page.status == 429 && page.says("Fueron muchas peticiones"), "{}", page.text);
    assert!(page.headers.contains_key("retry-after"));
    flood();
    let (status, problem) = house.get_as(&format!("sk_{}", "0".repeat(64)), "/v1/keys");
    assert_eq!((status, &problem["code"]), (429, &"rate_limited".into()));
    flood();
    assert_eq!(house.page("/readyz").0, 200);
    assert_eq!(house.page("/metrics").0, 200);

    std::thread::sleep(Duration::from_secs(wait + 1));
    assert_eq!(call().status(), 200, "after the time it was told");
}
