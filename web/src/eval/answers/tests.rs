//! A set of a few questions, one of them unanswerable, measured as the real ones are, by words alone.

use super::*;
use footnote_generator::ExtractiveBackend;
use footnote_generator::exercise::ExerciseReader;
use serde_json::json;
use std::io::BufReader;

const FERRY: &str = "The ferry of Lunt carried salt, candles and frozen herring across the bay. It \
    was built in 1871 by Ada Byng. The crew slept under the deck.";
const BELLS: &str = "The bells of the old harbour were cast in bronze by travelling founders. They \
    ring at noon.";
const CORPUS: &str = "Apples ripen in autumn when the nights grow cold and the wasps become slow.";

/// Lines of a set whose ids all fall into the report half.
fn set() -> String {
    let rows = [
        (FERRY, "What did the ferry of Lunt carry across the bay?", vec!["salt, candles"]),
        (BELLS, "What were the bells of the old harbour cast in?", vec!["bronze", "Bronze"]),
        (BELLS, "How heavy is the largest anchor chain of Portsmouth?", vec![]),
    ];
    let ids = (0..).map(|n| n.to_string()).filter(|id| Half::Report.holds(id));
    let line = |((context, question, answers), id): ((&str, &str, Vec<&str>), String)| {
        let title = if context == FERRY { "Ferry" } else { "Bells" };
        let row = json!({"id": id, "title": title, "context": context, "question": question,
            "answers": answers, "lang": "en"});
        row.to_string()
    };
    rows.into_iter().zip(ids).map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_set_is_measured_and_what_was_asked_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, corpus) = (folder.path().join("small.jsonl"), folder.path().join("corpus.jsonl"));
    std::fs::write(&file, set()).expect("written");
    let row = json!({"_id": "a", "title": "Apples", "text": CORPUS});
    std::fs::write(&corpus, row.to_string()).expect("written");
    let kept = folder.path().join("kept.jsonl.gz");
    let eval = AnswersEval {
        files: vec![file],
        corpora: vec![corpus],
        half: Half::Report,
        questions_most: 9,
        passages: 8,
        sentences_max: 5,
        embedder: None,
        backend: Arc::new(ExtractiveBackend::default()),
        kept: Some(kept.clone()),
    };
    let report = eval.run().await.expect("measured");
    let small = &report.sets[0].1;
    let figure = |name: &str| small.figure(name);
    assert_eq!(figure("questions"), Some(2.0), "{}", report.text());
    assert_eq!((figure("contained"), figure("first_sentence")), (Some(1.0), Some(1.0)));
    assert!(figure("f1").is_some_and(|f1| 0.0 < f1 && f1 < 1.0));
    assert_eq!((figure("refusal_recall"), figure("refusal_precision")), (Some(1.0), Some(1.0)));
    assert_eq!(figure("answerable_refused"), Some(0.0));
    assert_eq!(figure("citation_recall"), Some(1.0));
    assert_eq!(figure("price_nano"), Some(12_000_000.0));
    assert!(figure("p95_ms") >= figure("p50_ms") && figure("first_p95_ms") > Some(0.0));
    let json = report.json();
    assert_eq!(json["sets"]["small"]["unanswerable_questions"], 1.0);
    assert_eq!(json["backend"], "extractive");

    let file = flate2::read::GzDecoder::new(File::open(kept).expect("kept"));
    let exercises: Vec<Exercise> =
        ExerciseReader::new(BufReader::new(file)).collect::<Result<_, _>>().expect("whole");
    let cases: Vec<ExerciseCase> = exercises.iter().map(|one| one.case).collect();
    assert_eq!(cases.len(), 5, "the answerable ones twice");
    let reads = |one: &Exercise, text: &str| {
        one.request
            .sources
            .iter()
            .flat_map(|source| &source.sentences)
            .any(|s| text.contains(&s.text))
    };
    assert!(reads(&exercises[0], FERRY) && !reads(&exercises[1], FERRY));
    assert_eq!(cases[1], ExerciseCase::ArticleMissing);
}

#[test]
fn what_is_no_set_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.jsonl");
    std::fs::write(&file, "{\"id\": 1}").expect("written");
    let none: [PathBuf; 0] = [];
    let error = QuestionSet::read(&file, &none, Half::Report, 9).err().expect("is refused");
    assert!(format!("{error:#}").contains("bad.jsonl"), "{error:#}");
    std::fs::write(&file, "").expect("written");
    assert!(QuestionSet::read(&file, &none, Half::Report, 9).is_err());
}
