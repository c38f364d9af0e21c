//! A set of two questions, measured and attacked as the real ones are, by words alone.

use super::attack::{ATTACKS, Attack};
use super::dataset::Half;
use super::*;
use footnote_domain::attribution::Constants;
use footnote_generator::ExtractiveBackend;
use measure::AnswerKind;

const SET: &str = r#"[
  {"_id": "one", "question": "Which river flows through the town where Ada Byng was born?",
   "supporting_facts": [["Ada Byng", 0], ["Marlow", 1]],
   "context": [
     ["Ada Byng", ["Ada Byng was born in the quiet market town of Marlow in the spring of 1871.", " She painted orchards."]],
     ["Marlow", ["Marlow is old.", " The slow river Wend flows through Marlow below the ruined abbey and its seven bridges."]],
     ["Orchards", ["Apples ripen in autumn when the nights grow cold and the wasps become slow."]]]},
  {"_id": "two", "question": "What did the ferry of Lunt carry in winter?",
   "supporting_facts": [["Lunt", 0]],
   "context": [
     ["Lunt", ["The ferry of Lunt carried salt, candles and frozen herring across the bay every winter."]],
     ["Bells", ["The bells of the old harbour were cast in bronze by a family of travelling founders."]]]}
]"#;

fn eval_of(files: Vec<PathBuf>) -> AttributionEval {
    AttributionEval {
        files,
        questions_most: 9,
        attacks: true,
        passages: 8,
        sentences_max: 4,
        half: Half::Report,
        constants: Constants::PUBLISHED,
        embedder: None,
        backend: Arc::new(ExtractiveBackend::default()),
    }
}

async fn report() -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("small.json");
    std::fs::write(&file, SET).expect("written");
    eval_of(vec![file]).run().await.expect("measured")
}

#[tokio::test(flavor = "multi_thread")]
async fn gold_is_paid_and_copiers_are_not() {
    let report = report().await;
    let reference = &report.sets[0].1[&AnswerKind::Reference];
    assert!(reference.iter().all(|one| one.gold_share > 0.99 && one.gold_paid == 1.0));
    assert_eq!(report.attacks.len(), ATTACKS.len(), "every attack is measured");
    let on_reference = |name: &str| {
        let found = report.attacks.iter().find(|one| one.name == name).expect("measured");
        found.by_answer[0].1
    };
    for name in [
        "stuffing",
        "question_echo_share",
        "foreign_copies_share",
        "foreign_copies_5_share",
        "foreign_copies_10_share",
        "bridge_share",
        "cite_me_share",
        "fragments_share",
        "removed_owner_share",
        "zero_width_share",
    ] {
        assert!(on_reference(name) < 0.01, "{name}: {}", on_reference(name));
    }
    let gain = on_reference("self_copies_gain");
    // Copies make their words more frequent, and so a little less telling, in so small a corpus.
    assert!((0.9..1.02).contains(&gain), "copies of one's own text: {gain}");
    let json = report.json();
    assert!(json["sets"]["small"]["generated"]["citation_recall"].is_number());
    assert!(json["attacks"]["near_copies_gain"].is_number());
    assert!(report.text().contains("sybil_share"));
}

/// Two questions about one paragraph and one about another, in the layout of SQuAD.
#[tokio::test(flavor = "multi_thread")]
async fn sets_with_shared_sources_are_attacked_too() {
    const TOWNS: [&str; 2] = [
        "The quiet market town of Marlow lies on the upper Thames. Its bridge was opened in 1832.",
        "The harbour of Whitby faces the cold North Sea. Its abbey was founded in the year 657.",
    ];
    let line = |id: usize, town: usize, question: &str, answer: &str| {
        let (title, context) = (format!("Town {town}"), TOWNS[town]);
        serde_json::json!({
            "id": id.to_string(), "title": title, "context": context, "question": question,
            "answers": [{"text": answer}],
        })
        .to_string()
    };
    let mut lines = Vec::new();
    // Ids enough that each question falls into the report half once.
    for id in 0..8 {
        lines.push(line(id, 0, "When was the bridge of Marlow opened?", "1832"));
        lines.push(line(id + 8, 1, "When was the abbey of Whitby founded?", "657"));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("towns.jsonl");
    std::fs::write(&file, lines.join("\n")).expect("written");
    let set = Dataset::read(&file, 99, Half::Report).expect("reads");
    let attacked = set.to_attack();
    assert!(set.cases.len() > 2 && attacked.cases.len() == 2, "one question about each text");
    let texts = Attack::ForeignCopies(0).texts(&attacked);
    assert_eq!(texts.len(), 4, "each copies the text of its own question");
    let eval = AttributionEval { files: vec![file], questions_most: 99, ..eval_of(Vec::new()) };
    let report = eval.run().await.expect("measured");
    let copies = report.attacks.iter().find(|one| one.name == "foreign_copies_share");
    assert!(copies.expect("measured").by_answer.iter().all(|(_, share)| *share < 0.01));
    assert!(report.json()["attacks_by_set"]["towns"]["stuffing"]["reference"].is_number());
}
