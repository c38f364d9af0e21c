//! A language model's client comes by: it says hello, looks at the tools, searches, reads and asks.

use crate::house::{self, House};
use serde_json::{Value, json};

const QUESTION: &str = "When can a contributor claim earnings on chain?";

fn send(house: &House, body: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut request = house.client().post(format!("{}/v1/mcp", house.url));
    request = request.header("content-type", "application/json");
    request = request.header("accept", "application/json, text/event-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let reply = request.body(body.to_owned()).send().expect("a reply");
    (reply.status().as_u16(), reply.json().unwrap_or(Value::Null))
}

fn call(house: &House, method: &str, params: Value) -> Value {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let version = [("mcp-protocol-version", "2025-06-18")];
    let (status, reply) = send(house, &body.to_string(), &version);
    assert_eq!(
        (status, &reply["id"], &reply["jsonrpc"]),
        (200, &json!(7), &json!("2.0")),
        "{reply}"
    );
    reply
}

fn tool(house: &House, name: &str, arguments: Value) -> Value {
    call(house, "tools/call", json!({"name": name, "arguments": arguments}))["result"].take()
}

#[test]
fn a_model_searches_reads_and_asks() {
    let Some(house) = house::ready() else { return };
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let hello = call(&house, "initialize", hello)["result"].take();
    assert_eq!(hello["protocolVersion"], "2025-06-18");
    let notice = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(send(&house, &notice.to_string(), &[]).0, 202);
    let tools = call(&house, "tools/list", json!({}))["result"]["tools"].take();
    let names = tools.as_array().expect("a list").iter().map(|tool| tool["name"].clone());
    assert_eq!(names.collect::<Vec<_>>(), ["search", "get_document", "ask"]);

    let found = tool(&house, "search", json!({"query": "claim earnings", "limit": 3}));
    assert_eq!(found["isError"], false, "{found}");
    let hit = &found["structuredContent"]["hits"][0];
    let (start, end) =
        (hit["start"].as_u64().expect("a start"), hit["end"].as_u64().expect("an end"));
    let wanted = json!({"document": hit["document"], "start": start, "end": end});
    let read = tool(&house, "get_document", wanted);
    assert_eq!(read["structuredContent"]["text"], hit["text"], "the passage, read in its text");

    let answer = tool(&house, "ask", json!({"question": QUESTION}));
    assert_eq!(
        (&answer["isError"], &answer["structuredContent"]["outcome"]),
        (&json!(false), &json!("answered"))
    );
    let text = answer["content"][0]["text"].as_str().expect("text");
    assert!(
        text.contains("[1]") && text.contains("Sources:") && text.contains("Charged: 0.01"),
        "{text}"
    );
    let stored = house
        .get(&format!("/v1/answers/{}", answer["structuredContent"]["id"].as_str().expect("an id")))
        .1;
    assert_eq!(stored, answer["structuredContent"], "the same document by every door");
    let none = tool(&house, "ask", json!({"question": "Who won the cup in Ruritania?"}));
    assert_eq!(none["structuredContent"]["price"]["charged"], "0", "{none}");

    what_is_wrong_is_told(&house);
}

fn what_is_wrong_is_told(house: &House) {
    for (name, arguments) in [
        ("search", json!({})),
        ("search", json!({"query": "tea", "limit": 5_000})),
        ("search", json!({"query": "tea", "datanets": ["nowhere"]})),
        ("search", json!({"query": "tea", "offset": u64::MAX, "limit": 1, "magic": true})),
        ("get_document", json!({"document": "0x12"})),
        ("get_document", json!({"document": format!("0x{}", "0".repeat(64))})),
        ("ask", json!({"question": " "})),
    ] {
        let told = tool(house, name, arguments.clone());
        assert_eq!(told["isError"], true, "{name} {arguments}: {told}");
        assert!(!told["content"][0]["text"].as_str().expect("text").is_empty());
    }
    let beyond = tool(house, "search", json!({"query": "tea", "offset": u32::MAX}));
    assert_eq!(beyond["structuredContent"]["hits"], json!([]), "{beyond}");
    assert_eq!(call(house, "tools/call", json!({"name": "magic"}))["error"]["code"], -32_602);
    assert_eq!(call(house, "resources/list", json!({}))["error"]["code"], -32_601);
    assert_eq!(send(house, "{", &[]).1["error"]["code"], -32_700);
    assert_eq!(send(house, "[]", &[]).1["error"]["code"], -32_600);
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
    assert_eq!(send(house, &ping, &[("origin", "https://evil.example")]).0, 403);
    assert_eq!(send(house, &ping, &[("origin", &house.url)]).0, 200);
    assert_eq!(send(house, &ping, &[("mcp-protocol-version", "1999-01-01")]).0, 400);
    let (status, problem) = send(house, &ping, &[("authorization", "Bearer sk_nonsense")]);
    assert_eq!((status, &problem["code"]), (401, &json!("invalid_api_key")));
    assert_eq!(house.get("/v1/mcp").0, 405, "no stream is offered");
}
