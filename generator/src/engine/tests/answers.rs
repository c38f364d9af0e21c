//! The engine as a backend: a model that the tests write says a few words, and an adapter makes it say
//! others.

use super::*;
use crate::adapter::{LoraAdapter, LoraPair, Projection, Site};
use crate::model::NO_ANSWER;
use crate::tiny::{ASSISTANT, FIRST, INNER, Shape, WIDTH, tea_request, write_model};
use crate::{Backend, Event, Expert, GenerateError, Refusal, Request, TokenLimits};
use footnote_domain::id::Digest;
use footnote_domain::score::{Score, ScoreRow};
use futures::TryStreamExt;
use std::path::Path;
use std::sync::Arc;

const SCRIPT: [&str; 9] =
    ["Green", " tea", " is", " green", ". [1]", " Black", " coffee", " was", " black."];

fn request(passages: usize, adapters: Vec<Expert>) -> Request {
    Request { question: "Which colour has tea?".into(), adapters, ..tea_request(passages) }
}

async fn opened(shape: Shape, script: &[&str]) -> (TempDir, EngineBackend) {
    let folder = tempfile::tempdir().expect("a folder");
    write_model(folder.path(), shape, script);
    let backend = open(folder.path(), 3_000).await.expect("loads");
    (folder, backend)
}

async fn open(folder: &Path, tokens_in: u64) -> Result<EngineBackend, EngineOpenError> {
    let limits = TokenLimits { tokens_in, tokens_out: 60 };
    let settings = EngineSettings::new(folder.to_owned(), limits);
    EngineBackend::open(EngineSettings { cache_bytes: 64 << 20, ..settings }).await
}

/// An adapter after which the answer begins behind `word` of the script: where the model would begin to
/// speak, it thinks that it has just said that word.
fn begins_behind(word: usize, base_digest: Option<Digest>) -> Vec<Expert> {
    let one = |length: usize, at: usize| {
        let mut numbers = vec![0.0; length];
        numbers[at] = 1.0;
        numbers
    };
    let pair = |(inputs, from): (usize, usize), (outputs, to): (usize, usize)| LoraPair {
        a: one(inputs, from),
        b: one(outputs, to),
        rank: 1,
        inputs,
        outputs,
    };
    let site = |projection| Site { layer: 0, projection };
    let sites = [
        (site(Projection::Gate), pair((WIDTH, ASSISTANT), (INNER, 0))),
        (site(Projection::Up), pair((WIDTH, ASSISTANT), (INNER, 0))),
        (site(Projection::Down), pair((INNER, 0), (WIDTH, FIRST + word))),
    ];
    let digest = Digest::of(&[b"begins behind", &word.to_be_bytes()]);
    let adapter = LoraAdapter {
        digest,
        base_digest,
        rank: 1,
        scale: 1.0,
        sites: sites.into_iter().collect(),
    };
    vec![Expert { adapter: Arc::new(adapter), weight: 1.0 }]
}

async fn said(backend: &EngineBackend, request: Request) -> Result<Vec<Event>, GenerateError> {
    backend.generate(request).await?.try_collect().await
}

fn texts(events: &[Event]) -> Vec<&str> {
    fn sentence(event: &Event) -> Option<&str> {
        match event {
            Event::Sentence { text, .. } => Some(text),
            _ => None,
        }
    }
    events.iter().filter_map(sentence).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_base_answers_and_each_expert_in_its_own_way_at_the_same_time() {
    for shape in [Shape::Llama, Shape::Qwen2] {
        let (_folder, backend) = opened(shape, &SCRIPT).await;
        let base = backend.capabilities().model_digest;
        let whole = said(&backend, request(2, Vec::new())).await.expect("answers");
        assert_eq!(texts(&whole), ["Green tea is green.", "Black coffee was black."]);
        let Some(Event::Done { usage }) = whole.last() else { panic!("no end: {whole:?}") };
        assert!(usage.tokens_in > 300 && usage.tokens_out == 9 && usage.sentences == 2);
        let variants: [(Vec<Expert>, &[&str]); 4] = [
            (Vec::new(), &["Green tea is green.", "Black coffee was black."]),
            (begins_behind(4, base), &["Black coffee was black."]),
            (begins_behind(5, None), &["coffee was black."]),
            (begins_behind(0, base), &["tea is green.", "Black coffee was black."]),
        ];
        let asked = (0..16).map(|at| said(&backend, request(1, variants[at % 4].0.clone())));
        let found = futures::future::join_all(asked).await;
        for (at, found) in found.into_iter().enumerate() {
            assert_eq!(texts(&found.expect("answers")), variants[at % 4].1, "{shape:?}, {at}");
        }
    }
}

/// What a sentence needed is judged by what wrote it.
#[tokio::test(flavor = "multi_thread")]
async fn a_scorer_with_adapters_finds_likely_what_they_say() {
    let (_folder, backend) = opened(Shape::Llama, &SCRIPT).await;
    let row = ScoreRow { prompt: "<|assistant|>".into(), continuation: "Green".into() };
    let rows = std::slice::from_ref(&row);
    let scored = |adapters: Vec<Expert>| {
        let scorer = backend.scorer_with(adapters).expect("scores");
        async move { scorer.log_probs(rows).await.expect("scored") }
    };
    let bare = scored(Vec::new()).await;
    assert_eq!(bare, backend.log_probs(rows).await.expect("scored"));
    let adapters = begins_behind(4, None);
    let under = scored(adapters.clone()).await;
    assert_eq!(under, backend.log_probabilities(rows, adapters.clone()).await.expect("scored"));
    assert_ne!(under, bare, "it would say something else");
    assert!(backend.takes_adapters() && !crate::ExtractiveBackend::default().takes_adapters());
    assert!(crate::ExtractiveBackend::default().scorer_with(adapters).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_of_another_base_is_an_error_and_never_the_base_alone() {
    let (_folder, backend) = opened(Shape::Llama, &SCRIPT).await;
    let other = begins_behind(0, Some(Digest::of(&[b"another base"])));
    let error = said(&backend, request(1, other)).await.expect_err("belongs to another");
    assert!(error.to_string().contains("made for the base model"), "{error}");
    let mut misfit = begins_behind(0, None);
    let adapter = Arc::make_mut(&mut misfit[0].adapter);
    for pair in adapter.sites.values_mut() {
        pair.a.push(0.0);
        pair.inputs += 1;
    }
    let error = said(&backend, request(1, misfit)).await.expect_err("does not fit");
    assert!(error.to_string().contains("the base model's is"), "{error}");
    let extractive = crate::ExtractiveBackend::default();
    let error = extractive.generate(request(1, begins_behind(0, None))).await.err();
    assert!(matches!(error, Some(GenerateError::NoAdapters { backend: "extractive" })));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_long_prompts_and_readers_who_leave() {
    let (folder, backend) = opened(Shape::Llama, &[NO_ANSWER]).await;
    let events = said(&backend, request(1, Vec::new())).await.expect("answers");
    assert_eq!(events[0], Event::Refused { reason: Refusal::NothingWritten });
    assert!(matches!(events[1], Event::Done { .. }) && events.len() == 2);
    let narrow = open(folder.path(), 10).await.expect("loads");
    let error = said(&narrow, request(3, Vec::new())).await.expect_err("too long");
    assert!(matches!(error, GenerateError::TooLong { most: 10, .. }), "{error}");
    let wide = open(folder.path(), 5_000).await.err().expect("more than the model holds");
    assert!(wide.to_string().contains("5060 together"), "{wide}");
    for _ in 0..20 {
        drop(backend.generate(request(1, Vec::new())).await.expect("starts"));
    }
    assert_eq!(said(&backend, request(1, Vec::new())).await.expect("answers"), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_text_ends_the_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    write_model(folder.path(), Shape::Llama, &SCRIPT);
    let limits = TokenLimits { tokens_in: 3_000, tokens_out: 60 };
    let settings = EngineSettings::new(folder.path().to_owned(), limits);
    let stops = vec!["ack coffee".to_owned()];
    let settings = EngineSettings { cache_bytes: 64 << 20, stops, ..settings };
    let backend = EngineBackend::open(settings).await.expect("loads");
    let events = said(&backend, request(1, Vec::new())).await.expect("answers");
    assert_eq!(texts(&events), ["Green tea is green.", "Bl"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_answers_are_scored() {
    let (_folder, backend) = opened(Shape::Llama, &SCRIPT).await;
    let row = |prompt: &str, continuation: &str| ScoreRow {
        prompt: prompt.into(),
        continuation: continuation.into(),
    };
    let rows = [row("Tea", "is"), row("", "x"), row("Tea", ""), row("", "<|assistant|>")];
    let found = backend.log_probs(&rows).await.expect("scores");
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 0, 1]);
    // Whatever is not in the script is followed by the end: everything else is as unlikely.
    let sure = (1.0 / (1.0 / WIDTH as f64 + 1e-5)).sqrt();
    let wanted = -(sure.exp() + (WIDTH - 1) as f64).ln();
    for found in found.iter().flatten() {
        assert!((f64::from(*found) - wanted).abs() < 1e-3, "{found} {wanted}");
    }
}
