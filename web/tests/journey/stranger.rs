//! A stranger's verifier, written from docs/receipt.md in another language, agrees with ours: on true
//! receipts, on changed ones, and on the receipts of an epoch.

use crate::house::House;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn verify(file: &Path) -> Output {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/verify/verify.py");
    Command::new("python3")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(script)
        .arg(file)
        .output()
        .expect("python3 runs")
}

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&[&out.stdout[..], &out.stderr[..]].concat()).into_owned()
}

/// The receipt of this file holds.
pub(crate) fn believes(file: &str) {
    let out = verify(Path::new(file));
    assert!(out.status.success(), "{}", said(&out));
}

/// The receipt holds; each change is named by its field.
pub(crate) fn agrees(house: &House, receipt: &str) {
    let file = house.folder.path().join("stranger.json");
    let check = |changed: &str, field: &str| {
        std::fs::write(&file, changed).expect("written");
        let out = verify(&file);
        let told = said(&out);
        assert!(!out.status.success() && told.contains(&format!("`{field}")), "{field}: {told}");
        assert!(!told.contains("Traceback"), "{told}");
        let ours = house.footnote(&["verify", &file.display().to_string()]);
        let told = said(&ours);
        assert!(!ours.status.success() && told.contains(&format!("`{field}")), "{field}: {told}");
    };
    std::fs::write(&file, receipt).expect("written");
    let out = verify(&file);
    assert!(out.status.success(), "{}", said(&out));

    let change = |from: &str, to: &str| {
        let changed = receipt.replacen(from, to, 1);
        assert_ne!(changed, receipt, "{from}");
        changed
    };
    check(&change("\"charged\":\"1", "\"charged\":\"2"), "receipt.charged");
    check(&change("\"gross\":\"12000000\"", "\"gross\":\"99999999999999999999\""), "receipt.gross");
    check(&change("\"epoch\":\"1\"", "\"epoch\":\"01\""), "receipt.epoch");
    check(&change("{\"hash\":", "{\"extra\":\"1\",\"hash\":"), "extra");
    check(&change("{\"hash\":", "{ \"hash\":"), "(envelope)");
    check(&change("\"platform\"", "\"stakers\""), "receipt.lines");
    check(&change("\"time\":\"1", "\"time\":\"2"), "hash");
    check(
        &change("\"wording_least_ppm\":\"350000\"", "\"wording_least_ppm\":\"100000\""),
        "receipt.attribution.constants.wording_least_ppm",
    );
    check(&receipt.replace("\"read\":true", "\"read\":false"), "receipt.attribution.owners");
    check(&change("\"read\":true", "\"read\":null"), "receipt.retrieval");
    let digits = "9".repeat(5_000);
    check(&change("\"gross\":\"12000000\"", &format!("\"gross\":\"{digits}\"")), "receipt.gross");
    check(&change("\"backend\":\"", "\"backend\":\"\\ud800"), "");
    check(&"[".repeat(100_000), "(whole)");
    let (first, rest) = receipt.trim()[1..].split_once(',').expect("has several keys");
    check(&format!("{{{},{first}}}", rest.trim_end_matches('}')), "(envelope)");
    let signature = receipt.find("\"signature\":\"0x").expect("is signed") + 20;
    let digit = if &receipt[signature..=signature] == "a" { "b" } else { "a" };
    let forged = format!("{}{digit}{}", &receipt[..signature], &receipt[signature + 1..]);
    std::fs::write(&file, &forged).expect("written");
    let ours = house.footnote(&["verify", &file.display().to_string()]);
    for out in [verify(&file), ours] {
        let told = said(&out);
        assert!(!out.status.success(), "{told}");
        assert!(told.contains("`signature`") || told.contains("`signer`"), "{told}");
    }
}

/// Every receipt of an epoch's bundle holds and follows the one before it; one left out is noticed.
pub(crate) fn follows_the_epoch(house: &House, at_least: usize) {
    let bundle = house.data().join("bundles/epoch-000001/receipts.jsonl");
    let out = verify(&bundle);
    assert!(out.status.success(), "{}", said(&out));
    let all = std::fs::read_to_string(&bundle).expect("the bundle is published");
    let receipts = all.lines().count();
    assert!(receipts >= at_least, "{receipts}");
    assert!(said(&out).contains(&format!("{receipts} receipt(s)")), "{}", said(&out));
    holds_for_us(house, bundle.parent().expect("a folder"), receipts);
    let gap: Vec<&str> =
        all.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, one)| one).collect();
    let file = house.folder.path().join("gap.jsonl");
    std::fs::write(&file, gap.join("\n")).expect("written");
    let out = verify(&file);
    assert!(!out.status.success() && said(&out).contains("gap.jsonl:2: field `receipt.sequence`"));
    let ours = house.footnote(&["verify", &file.display().to_string()]);
    assert!(!ours.status.success(), "a gap is noticed");
    assert!(said(&ours).contains("line 2: field `receipt.sequence`"), "{}", said(&ours));
}

/// `footnote verify` takes the folder of the bundle, and notices any file that is not as published.
fn holds_for_us(house: &House, bundle: &Path, receipts: usize) {
    let run = |folder: &Path| house.footnote(&["verify", &folder.display().to_string()]);
    let out = run(bundle);
    assert!(out.status.success(), "{}", said(&out));
    assert!(said(&out).contains(&format!("epoch 1 with {receipts} receipts")), "{}", said(&out));
    let copy = house.folder.path().join("copied-bundle");
    std::fs::create_dir_all(&copy).expect("created");
    for file in std::fs::read_dir(bundle).expect("is there") {
        let file = file.expect("is there");
        std::fs::copy(file.path(), copy.join(file.file_name())).expect("copied");
    }
    let balances = copy.join("balances.json");
    let text = std::fs::read_to_string(&balances).expect("is there");
    std::fs::write(&balances, text.replacen("\"value\":[\"0x0", "\"value\":[\"0x1", 1))
        .expect("written");
    let out = run(&copy);
    assert!(!out.status.success() && said(&out).contains("balances.json"), "{}", said(&out));
}
