//! Texts from a folder and from JSONL: bad lines are named, only changes are registered, escrow
//! authors' shares are held.

use crate::house::{self, text};

#[test]
fn import_again_and_change_one() {
    let Some(house) = house::ready() else { return };
    let file = house.folder.path().join("birds.jsonl");
    let line = |doc: &str, body: &str| {
        format!(
            "{{\"doc_id\":\"{doc}\",\"title\":\"{doc}\",\"text\":\"{body}\",\"contributors\":[{{\"name\":\"Nora Quill\"}}]}}\n"
        )
    };
    let first = line(
        "storm-petrel",
        "The storm petrel of Vantor nests in burrows and lays a single egg in June.",
    );
    let second = line("tern", "The arctic tern of Vantor flies ninety thousand kilometres a year.");
    std::fs::write(&file, format!("{first}{{broken\n{second}")).expect("written");
    let path = file.display().to_string();
    let import = || {
        let out =
            house.footnote(&["import", &path, "--datanet", "birds", "--title", "Birds of Vantor"]);
        assert!(out.status.success(), "{}", text(&out));
        text(&out)
    };
    let said = import();
    assert!(said.contains("birds.jsonl:2") && said.contains("2 texts registered"), "{said}");
    let answer = house.ask("How many kilometres does the arctic tern of Vantor fly in a year?");
    assert_eq!(answer["citations"][0]["datanet_slug"], "birds", "{answer}");
    let payee = &answer["attribution"][0]["payees"][0];
    assert_eq!((&payee["name"], &payee["escrow"]), (&"Nora Quill".into(), &true.into()));
    let (_, held) = house.get(&format!("/v1/earnings/{}", payee["payee"].as_str().expect("an id")));
    assert_eq!(held["held"], payee["amount"]);

    assert!(import().contains("0 texts registered, 2 unchanged"));
    let changed =
        line("tern", "The arctic tern of Vantor flies seventy thousand kilometres a year.");
    std::fs::write(&file, format!("{first}{changed}")).expect("written");
    assert!(import().contains("1 texts registered, 1 unchanged"));
    let answer = house.ask("How many kilometres does the arctic tern of Vantor fly in a year?");
    let content = answer["choices"][0]["message"]["content"].as_str().expect("text");
    assert!(content.contains("seventy") && !content.contains("ninety"), "{content}");

    let as_bo = |more: &[&str]| {
        let wren = line("wren", "The wren of Vantor weighs nine grams and sings the loudest.");
        std::fs::write(&file, wren).expect("written");
        let own = ["import", &path, "--datanet", "birds", "--as", "bo"];
        house.footnote(&[&own[..], more].concat())
    };
    let out = as_bo(&[]);
    assert!(out.status.success(), "{}", text(&out));
    let answer = house.ask("How many grams does the wren of Vantor weigh?");
    assert_eq!(answer["citations"][0]["datanet_slug"], "birds", "{answer}");
    let named = |datanets: &serde_json::Value| {
        let all = datanets["data"].as_array().expect("a list").iter();
        all.filter(|one| one["slug"] == "birds").count()
    };
    assert_eq!(named(&house.get("/v1/datanets").1), 1, "an open Datanet takes another's texts");

    let out = as_bo(&["--own"]);
    assert!(out.status.success(), "{}", text(&out));
    assert_eq!(named(&house.get("/v1/datanets").1), 2);
    let out = house.footnote(&["ask", "How heavy is the wren?", "--datanet", "birds"]);
    assert!(!out.status.success() && text(&out).contains("several Datanets"), "{}", text(&out));
}
