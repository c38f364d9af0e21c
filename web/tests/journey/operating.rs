//! What an operator does: ask the doctor, back up, restore.

use crate::house::{self, House, text};
use serde_json::Value;
use std::path::Path;

const QUESTION: &str = "How are the shares of an answer computed?";

#[test]
fn the_doctor_names_what_is_amiss_and_the_next_step() {
    let Some(mut house) = house::open() else { return };
    let out = house.footnote(&["doctor"]);
    assert!(out.status.success(), "{}", text(&out));
    let before = text(&out);
    for part in ["configuration", "files", "disk", "books", "chain", "clock", "answers"] {
        assert!(before.contains(&format!("ok       {part}: ")), "{part} in {before}");
    }
    house.serve();
    let (good, report) = doctor(&house);
    assert!(good && finding(&report, "configuration")["found"].as_str().is_some_and(in_use));

    let key = house.data().join("keys/receipts.key");
    set_mode(&key, 0o644);
    let (good, report) = doctor(&house);
    let files = finding(&report, "files");
    assert!(!good && files["next"].as_str().is_some_and(|next| next.contains("chmod go-rwx")));
    set_mode(&key, 0o600);

    house.kill_chain();
    let (good, report) = doctor(&house);
    assert!(!good && finding(&report, "chain")["next"].is_string(), "{report}");
    assert_eq!(finding(&report, "books")["ok"], true, "{report}");

    std::fs::write(house.folder.path().join("footnote.toml"), "[sever]\n").expect("written");
    let out = house.footnote(&["doctor"]);
    assert!(!out.status.success() && text(&out).contains("sever"), "{}", text(&out));
}

fn in_use(found: &str) -> bool {
    found.contains("in use by process")
}

fn doctor(house: &House) -> (bool, Value) {
    let out = house.footnote(&["doctor", "--json"]);
    let report: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(report["ok"], out.status.success(), "{report}");
    (out.status.success(), report)
}

fn finding<'a>(report: &'a Value, check: &str) -> &'a Value {
    let findings = report["checks"].as_array().expect("a list");
    findings.iter().find(|one| one["check"] == check).unwrap_or_else(|| panic!("{check}: {report}"))
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn a_backup_restores_to_books_that_settle_and_one_that_is_too_old_halts() {
    let Some(mut house) = house::ready() else { return };
    house.ask(QUESTION);
    assert_settles(&house);
    let kept = house.ask("What is a Datanet?");
    let backup = house.folder.path().join("backup");
    let path = backup.display().to_string();
    let out = house.footnote(&["backup", &path]);
    assert!(out.status.success(), "beside a running service: {}", text(&out));
    let out = house.footnote(&["backup", &path]);
    assert!(!out.status.success(), "an older backup is never written over: {}", text(&out));
    let lost = house.ask(QUESTION);

    house.kill();
    restore(&house, &backup);
    house.serve();
    let known = |answer: &Value| {
        house.get(&format!("/v1/answers/{}", answer["answer_id"].as_str().expect("an id"))).0
    };
    assert_eq!((known(&kept), known(&lost)), (200, 404));
    let out = house.footnote(&["audit"]);
    assert!(out.status.success(), "{}", text(&out));
    assert_eq!(house.ask(QUESTION)["outcome"], "answered");
    assert_settles(&house);

    // The chain has an epoch now that this backup never made.
    house.kill();
    restore(&house, &backup);
    house.serve();
    house.ask("When can a contributor claim earnings on chain?");
    let out = house.footnote(&["settle"]);
    assert!(
        !out.status.success() && text(&out).contains("differs from these books"),
        "{}",
        text(&out)
    );
}

fn assert_settles(house: &House) {
    let out = house.footnote(&["settle"]);
    assert!(out.status.success(), "{}", text(&out));
}

/// As docs/operations.md says: the folder of the backup over the data folder, the books' log away.
fn restore(house: &House, backup: &Path) {
    let data = house.data();
    for part in ["-wal", "-shm"] {
        // A log that the kill left behind belongs to the books that are replaced.
        let _ = std::fs::remove_file(data.join(format!("ledger.sqlite{part}")));
    }
    let copied = std::process::Command::new("cp")
        .args(["-a", &format!("{}/.", backup.display()), &data.display().to_string()])
        .status();
    assert!(copied.expect("cp starts").success());
}
