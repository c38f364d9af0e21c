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
}
