//! Adapters as their developers and operators meet them: added, refused, governed here, and governed
//! by the registry on chain.

use crate::house::{self, text};
use footnote_generator::adapter::{BaseShape, PeftDtype, PeftFolder, Projection, RandomAdapter};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A base model's folder that says what fits, without a model in it.
fn write_base(folder: &Path) -> BaseShape {
    std::fs::create_dir_all(folder).expect("made");
    let config = r#"{"model_type":"llama","num_hidden_layers":2,"hidden_size":16,
        "intermediate_size":24,"num_attention_heads":4,"num_key_value_heads":2}"#;
    std::fs::write(folder.join("config.json"), config).expect("written");
    std::fs::write(folder.join("model.safetensors"), b"weights").expect("written");
    BaseShape::of_model_folder(folder).expect("a base")
}

fn write_adapter(base: &BaseShape, folder: &Path, seed: u64) {
    let projections = [Projection::Q, Projection::V];
    let dtype = PeftDtype::Bf16;
    let wanted = RandomAdapter { base, rank: 4, projections: &projections, dtype, seed };
    PeftFolder::random(&wanted).write(folder).expect("written");
}

/// A folder with a base, two adapters, and one that is refused.
struct Workshop {
    folder: tempfile::TempDir,
}

impl Workshop {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let base = write_base(&folder.path().join("base"));
        for seed in [1, 2] {
            write_adapter(&base, &folder.path().join(format!("lora-{seed}")), seed);
        }
        write_adapter(&base, &folder.path().join("pickled"), 3);
        std::fs::write(folder.path().join("pickled/adapter_model.bin"), "x").expect("written");
        let config = folder.path().join("footnote.toml");
        std::fs::write(config, "[data]\ndir = \"data\"\n").expect("written");
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_footnote"));
        command.arg("adapters").args(arguments).current_dir(self.folder.path());
        command.env("FOOTNOTE_CONFIG", self.folder.path().join("footnote.toml"));
        command.output().expect("the binary starts")
    }

    fn good(&self, arguments: &[&str]) -> String {
        let out = self.run(arguments);
        assert!(out.status.success(), "{arguments:?}: {}", text(&out));
        text(&out)
    }

    fn refused(&self, arguments: &[&str], wanted: &str) {
        let out = self.run(arguments);
        let said = text(&out);
        assert!(!out.status.success() && said.contains(wanted), "{arguments:?}: {said}");
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let out = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out)))
    }
}

#[test]
fn an_operator_governs_adapters_without_a_chain() {
    let shop = Workshop::new();
    assert!(shop.good(&["list"]).contains("No adapters yet"));
    let add = |folder: &'static str, alias: &'static str| {
        ["add", folder, "--alias", alias, "--base", "base"]
    };
    let payee = "0x00000000000000000000000000000000000000aa";
    let said = shop.good(&[&add("lora-1", "tea")[..], &["--payee", payee]].concat());
    assert!(said.contains("tea: live 0x") && said.contains(payee), "{said}");
    shop.refused(&add("lora-1", "te/a"), "no alias");
    shop.refused(&add("pickled", "tea"), "[pickled_weights]");
    let refused = shop.json(&add("pickled", "tea"));
    assert_eq!(refused["error"]["code"], "pickled_weights");
    shop.refused(&["add", "lora-2", "--alias", "tea"], "--base");

    shop.good(&add("lora-2", "tea"));
    let adapter = |name: &str| shop.json(&["show", name])["adapter"].clone();
    assert_eq!(
        (&adapter("tea")["current"], &adapter("tea")["versions"][0]["payee"]),
        (&2.into(), &format!("0x{}{}", "0".repeat(24), &payee[2..]).into())
    );
    let digest = |version: usize| adapter("tea")["versions"][version]["digest"].clone();
    assert_eq!(adapter("tea")["state"]["live"], digest(1));
    shop.good(&["rollback", "tea"]);
    assert_eq!(adapter("tea")["state"]["live"], digest(0));
    shop.refused(&["rollback", "tea"], "--to");
    shop.refused(&["rollback", "tea", "--to", "9"], "no version 9");

    shop.good(&["freeze", "tea"]);
    assert_eq!(adapter("tea")["state"]["frozen"], digest(0));
    shop.refused(&add("lora-2", "tea"), "unfreeze tea");
    shop.refused(&["freeze", "tea"], "already");
    shop.good(&["unfreeze", "tea"]);

    shop.good(&add("lora-2", "herbs"));
    shop.good(&["redirect", "tea", "herbs"]);
    assert_eq!(adapter("tea")["state"]["redirect"], "herbs");
    shop.refused(&["redirect", "herbs", "tea"], "cannot redirect");
    shop.refused(&["redirect", "herbs", "nothing"], "no adapter is called `nothing`");
    shop.good(&["redirect", "tea", "--off"]);
    shop.good(&["disable", "tea"]);
    assert_eq!(adapter("tea")["state"], "disabled");
    shop.refused(&add("lora-2", "tea"), "enable tea");
    shop.good(&["enable", "tea"]);

    let list = shop.json(&["list"]);
    let names: Vec<&str> = list["data"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["alias"].as_str())
        .collect();
    assert_eq!(names, ["herbs", "tea"]);
    let said = shop.good(&["show", "tea"]);
    assert!(said.contains("rank 4, 4 layers") && said.contains("→ frozen"), "{said}");
    let edits = shop.json(&["show", "tea"])["edits"].as_array().expect("edits").len();
    assert_eq!(edits, 9, "every edit that was made, none that was refused");
}

#[test]
fn an_adapter_in_the_registry_is_governed_by_its_owner() {
    let Some(house) = house::ready() else { return };
    let shop = Workshop::new();
    let run = |arguments: &[&str]| house.footnote(&[&["adapters"], arguments].concat());
    let good = |arguments: &[&str]| {
        let out = run(arguments);
        assert!(out.status.success(), "{arguments:?}: {}", text(&out));
        text(&out)
    };
    let adapter = || -> Value {
        let out = run(&["show", "tea", "--json"]);
        let shown: Value = serde_json::from_slice(&out.stdout).expect("JSON");
        shown["adapter"].clone()
    };
    let publish = |folder: &str| {
        let (folder, base) = (shop.path(folder), shop.path("base"));
        good(&["add", &folder, "--alias", "tea", "--base", &base, "--publish", "--as", "ana"])
    };
    let said = publish("lora-1");
    assert!(said.contains("tea: live") && said.contains("follows 0x"), "{said}");
    let first = adapter();
    let entry = first["follows"].as_str().expect("follows").to_owned();
    assert!(first["versions"][0]["payee"].as_str().expect("the owner").starts_with("0x000000"));
    publish("lora-1");
    assert_eq!(adapter()["versions"].as_array().map(Vec::len), Some(1), "published once");
    publish("lora-2");
    assert_eq!(adapter()["current"], 2);
    good(&["rollback", "tea", "--as", "ana"]);
    assert_eq!(adapter()["state"]["live"], adapter()["versions"][0]["digest"]);
    let out = run(&["freeze", "tea", "--as", "bo"]);
    assert!(!out.status.success() && text(&out).contains("does not own"), "{}", text(&out));

    // Another machine follows the entry and its owner freezes it from there; here the running service
    // takes it over.
    let elsewhere = shop.path("elsewhere");
    let config = std::fs::read_to_string(house.folder.path().join("footnote.toml")).expect("read");
    let deployment = house.data().join("chain/deployment.json");
    let config = config
        .replacen(
            &format!("dir = {:?}", house.data().display().to_string()),
            &format!("dir = {elsewhere:?}"),
            1,
        )
        .replacen("[chain]\n", &format!("[chain]\ndeployment = {deployment:?}\n"), 1);
    std::fs::write(shop.folder.path().join("footnote.toml"), config).expect("written");
    let said = shop.good(&["follow", "their-tea", &entry]);
    assert!(said.contains("weights not here"), "{said}");
    shop.good(&["freeze", "their-tea", "--as", "ana"]);
    let began = Instant::now();
    while adapter()["state"]["frozen"].is_null() {
        assert!(began.elapsed() < Duration::from_secs(60), "{}\n{}", adapter(), house.log());
        std::thread::sleep(Duration::from_millis(200));
    }
    let out = run(&["disable", "tea"]);
    assert!(out.status.success(), "{}", text(&out));
    shop.good(&["unfreeze", "their-tea", "--as", "ana"]);
    good(&["sync"]);
    assert_eq!(adapter()["state"], "disabled", "the chain does not enable what is disabled here");
    let unknown = "0x".to_owned() + &"7".repeat(64);
    shop.refused(&["follow", "nothing", &unknown], "no entry");
}
