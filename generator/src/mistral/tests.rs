//! A model of two layers that the tests write themselves, loaded and asked as any other.

use super::*;
use crate::Refusal;
use crate::model::NO_ANSWER;
use crate::tiny::{Shape, tea_request, write_model};
use futures::TryStreamExt;
use std::fs;

const ANSWER: [&str; 8] = ["Green", " tea", " is", " steeped", " at", " 80", " °C", ". [1]"];

fn settings(dir: &Path) -> MistralSettings {
    let limits = TokenLimits { tokens_in: 3_000, tokens_out: 60 };
    MistralSettings { model_dir: dir.to_owned(), limits }
}

async fn refused(dir: &Path) -> String {
    match MistralBackend::open(settings(dir)).await {
        Ok(_) => panic!("a damaged model was loaded"),
        Err(error) => error.to_string(),
    }
}

async fn answers(shape: Shape) {
    let folder = tempfile::tempdir().expect("a folder");
    write_model(folder.path(), shape, &ANSWER);
    let backend = MistralBackend::open(settings(folder.path())).await.expect("loads");
    let known = backend.capabilities();
    assert!(known.model_digest.is_some() && known.limits.is_some());
    let events = backend.generate(tea_request(2)).await.expect("starts");
    let events: Vec<Event> = events.try_collect().await.expect("no failure");
    let text = "Green tea is steeped at 80 °C.".to_owned();
    let sentence = Event::Sentence { text, quoted: None, paragraph_break_before: false };
    assert_eq!(events[0], sentence, "the marker is gone");
    let Some(Event::Done { usage }) = events.last() else { panic!("no end: {events:?}") };
    assert_eq!((events.len(), usage.sentences), (2, 1));
    assert!(usage.tokens_in > 300 && (8..=9).contains(&usage.tokens_out), "{usage:?}");
    // A reader who goes away in the middle leaves the model free for the next one.
    drop(backend.generate(tea_request(1)).await.expect("starts"));
    let again = backend.generate(tea_request(1)).await.expect("starts");
    assert_eq!(again.try_collect::<Vec<_>>().await.expect("no failure")[0], sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tiny_llama_answers_sentence_by_sentence() {
    answers(Shape::Llama).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tiny_qwen2_answers_sentence_by_sentence() {
    answers(Shape::Qwen2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_finds_no_answer_refuses() {
    let folder = tempfile::tempdir().expect("a folder");
    write_model(folder.path(), Shape::Llama, &[NO_ANSWER]);
    let backend = MistralBackend::open(settings(folder.path())).await.expect("loads");
    let events = backend.generate(tea_request(1)).await.expect("starts");
    let events: Vec<Event> = events.try_collect().await.expect("no failure");
    assert_eq!(events[0], Event::Refused { reason: Refusal::NothingWritten });
    assert!(matches!(events[1], Event::Done { .. }) && events.len() == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn passages_that_do_not_fit_are_left_out_and_one_that_never_fits_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    write_model(folder.path(), Shape::Llama, &ANSWER);
    let mut backend = MistralBackend::open(settings(folder.path())).await.expect("loads");
    let whole = backend.fitting(&tea_request(3)).await.expect("fits");
    assert_eq!(whole.dropped, 0);
    backend.limits.tokens_in = backend.tokens(&whole).await.expect("counts") - 1;
    assert_eq!(backend.fitting(&tea_request(3)).await.expect("fits").dropped, 1);
    backend.limits.tokens_in = 10;
    let error = backend.generate(tea_request(3)).await.err().expect("too long").to_string();
    assert!(error.contains("may read 10") && error.contains("generation.tokens_in"), "{error}");
}

#[tokio::test]
async fn what_is_missing_or_damaged_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    assert!(refused(&root.join("nowhere")).await.contains("nowhere"));
    assert!(refused(root).await.contains("config.json"));
    write_model(root, Shape::Llama, &ANSWER);
    let weights = root.join("model.safetensors");
    let bytes = fs::read(&weights).expect("written");
    fs::write(&weights, &bytes[..bytes.len() - 7]).expect("written");
    let error = refused(root).await;
    assert!(error.contains("model.safetensors is damaged"), "{error}");
    fs::write(&weights, [0xff; 16]).expect("written");
    assert!(refused(root).await.contains("header"));
    fs::write(&weights, &bytes).expect("written");
    fs::write(root.join("tokenizer.json"), "{}").expect("written");
    let error = refused(root).await;
    assert!(error.contains("cannot be loaded"), "{error}");
    fs::remove_file(root.join("tokenizer.json")).expect("removed");
    assert!(refused(root).await.contains("lacks tokenizer.json"));
}
