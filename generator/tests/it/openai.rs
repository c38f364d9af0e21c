//! The OpenAI-compatible backend against servers that keep the protocol, and servers that break it.

use super::request::request;
use super::server::{Server, Step, answer, end, event, head, piece, serve};
use footnote_generator::{
    ApiKey, Backend, Event, GenerateError, OpenAiBackend, OpenAiSettings, Refusal, Request,
    TokenLimits, Usage, Waits,
};
use futures::StreamExt;
use serde_json::json;
use std::time::{Duration, Instant};

const TEA: &[&str] = &["Green tea is steeped at 80 °C.", "Black tea likes it hotter."];

fn settings(server: &Server) -> OpenAiSettings {
    OpenAiSettings {
        base_url: server.base_url.clone(),
        model: "tea-7b".into(),
        key: None,
        limits: TokenLimits { tokens_in: 3_000, tokens_out: 60 },
        waits: Waits {
            connect: Duration::from_secs(2),
            first_token: Duration::from_millis(700),
            between_tokens: Duration::from_millis(500),
            total: Duration::from_secs(4),
        },
        tries: 3,
    }
}

/// What a question came to: sentences, refusal, usage, failure.
#[derive(Debug, Default)]
struct Outcome {
    sentences: Vec<String>,
    refusal: Option<Refusal>,
    usage: Option<Usage>,
    failure: Option<String>,
}

async fn ask_for(settings: OpenAiSettings, request: Request) -> Outcome {
    let backend = OpenAiBackend::open(settings).await.expect("opens");
    let mut outcome = Outcome::default();
    let mut events = match backend.generate(request).await {
        Ok(events) => events,
        Err(error) => return Outcome { failure: Some(error.to_string()), ..outcome },
    };
    while let Some(event) = events.next().await {
        assert!(outcome.usage.is_none() && outcome.failure.is_none(), "nothing follows the end");
        match event {
            Ok(Event::Sentence { text, quoted, .. }) => {
                assert!(quoted.is_none() && outcome.refusal.is_none());
                outcome.sentences.push(text);
            }
            Ok(Event::Refused { reason }) => outcome.refusal = Some(reason),
            Ok(Event::Done { usage }) => outcome.usage = Some(usage),
            Err(error) => outcome.failure = Some(error.to_string()),
        }
    }
    outcome
}

async fn ask(scripts: Vec<Vec<Step>>) -> (Outcome, Server) {
    let server = serve(&["tea-7b"], scripts).await;
    (ask_for(settings(&server), request(TEA)).await, server)
}

fn asked(server: &Server) -> usize {
    server.seen.lock().expect("whole").questions.len()
}

async fn check_failure(script: Vec<Step>, wanted: &str, times: usize) {
    let (outcome, server) = ask(vec![script]).await;
    let failure = outcome.failure.expect("a failure");
    assert!(failure.contains(wanted), "{failure}");
    assert!(outcome.usage.is_none() && outcome.sentences.is_empty());
    assert_eq!(asked(&server), times, "{failure}");
}

#[tokio::test]
async fn a_faithful_server_is_asked_once_and_read_sentence_by_sentence() {
    let (outcome, server) =
        ask(vec![answer(&["At 80", " °C [", "1]. Not", " boiling【2†x】."])]).await;
    assert_eq!(outcome.sentences, ["At 80 °C.", "Not boiling."]);
    assert_eq!(outcome.usage, Some(Usage { tokens_in: 210, tokens_out: 17, sentences: 2 }));
    assert!(outcome.refusal.is_none() && outcome.failure.is_none(), "{outcome:?}");
    let seen = server.seen.lock().expect("whole");
    let body = &seen.questions[0];
    assert_eq!((&body["model"], &body["stream"]), (&json!("tea-7b"), &json!(true)));
    assert_eq!(body["max_tokens"], 60);
    assert_eq!(body["stream_options"]["include_usage"], true);
    let user = body["messages"][1]["content"].as_str().expect("text");
    assert!(user.contains("<passage number=\"2\"") && user.ends_with("green tea?"));
    assert!(!seen.heads.concat().to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn an_adapter_is_a_name_and_an_unknown_one_is_refused_at_the_start() {
    let server = serve(&["base", "tea-lora"], vec![answer(&["Warm."])]).await;
    let named = |model: &str| OpenAiSettings { model: model.into(), ..settings(&server) };
    let outcome = ask_for(named("tea-lora"), request(TEA)).await;
    assert_eq!(outcome.sentences, ["Warm."]);
    assert_eq!(server.seen.lock().expect("whole").questions[0]["model"], "tea-lora");
    let error = OpenAiBackend::open(named("coffee")).await.err().expect("refused").to_string();
    assert!(error.contains("no `coffee`") && error.contains("base, tea-lora"), "{error}");
}

#[tokio::test]
async fn the_key_goes_into_one_header_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    std::fs::write(&path, "sk-very-secret\n").expect("written");
    let key = Some(ApiKey::from_file(&path).expect("a key"));
    let refusing = vec![
        Step::Head(400, "application/json", ""),
        Step::Body(
            json!({"error": {"message": "sk-very-secret asks too much"}}).to_string().into(),
        ),
    ];
    let server = serve(&["tea-7b"], vec![refusing]).await;
    let with_key = OpenAiSettings { key, ..settings(&server) };
    assert!(!format!("{with_key:?}").contains("secret"));
    let failure = ask_for(with_key, request(TEA)).await.failure.expect("a failure");
    assert!(failure.contains("asks too much") && !failure.contains("secret"), "{failure}");
    let seen = server.seen.lock().expect("whole");
    assert!(seen.heads.iter().all(|head| head.contains("Bearer sk-very-secret")));
    assert!(!seen.questions[0].to_string().contains("secret"));
}

#[tokio::test]
async fn an_overloaded_server_is_asked_again_when_it_wishes() {
    let busy = vec![Step::Head(429, "application/json", "retry-after: 1\r\n")];
    let starting = vec![Step::Head(503, "text/html", ""), Step::Body(b"<html>Loading".to_vec())];
    let started = Instant::now();
    let (outcome, server) = ask(vec![busy, starting, answer(&["At 80 °C."])]).await;
    assert_eq!(outcome.sentences, ["At 80 °C."], "{outcome:?}");
    assert_eq!(asked(&server), 3);
    assert!(started.elapsed() >= Duration::from_secs(1), "it wished to be left alone");
}

#[tokio::test]
async fn statuses_that_last_are_not_tried_again_and_pages_are_not_quoted() {
    let status = |code, kind, body: &str| {
        vec![Step::Head(code, kind, ""), Step::Body(body.as_bytes().to_vec())]
    };
    let page = "<html><script>alert(1)</script>Bad gateway";
    check_failure(status(502, "text/html", page), "answered 502", 3).await;
    let (outcome, _) = ask(vec![status(502, "text/html", page)]).await;
    assert!(!outcome.failure.expect("a failure").contains("script"));
    check_failure(status(500, "application/json", r#"{"error":"out of memory"}"#), "memory", 3)
        .await;
    check_failure(status(401, "application/json", "{}"), "api_key_env", 1).await;
    check_failure(status(404, "text/plain", "no"), "base_url", 1).await;
    check_failure(status(400, "application/json", r#"{"error":{"message":"bad"}}"#), "bad", 1)
        .await;
    check_failure(status(302, "text/plain", ""), "302", 1).await;
    check_failure(status(200, "text/html", page), "sent text/html", 1).await;
    let long = vec![Step::Head(429, "text/plain", "retry-after: 3600\r\n")];
    check_failure(long, "asked again in 3600 s", 1).await;
}

#[tokio::test]
async fn a_stream_cut_before_the_first_token_is_asked_for_again_and_later_never() {
    let (outcome, server) = ask(vec![head(), answer(&["At 80 °C."])]).await;
    assert_eq!((outcome.sentences.len(), asked(&server)), (1, 2));
    let mut cut = head();
    cut.extend([piece("At 80 °C. Not "), piece("boiling")]);
    let (outcome, server) = ask(vec![cut, answer(&["Something else."])]).await;
    assert_eq!(outcome.sentences, ["At 80 °C."], "what was whole was shown");
    assert!(outcome.failure.expect("a failure").contains("cut off in the middle"));
    assert_eq!((outcome.usage, asked(&server)), (None, 1));
}

#[tokio::test]
async fn slow_servers_are_given_up_at_each_stage() {
    let slow = |steps: Vec<Step>| {
        let mut all = steps;
        all.push(Step::Wait(Duration::from_secs(20)));
        all
    };
    check_failure(slow(Vec::new()), "did not begin to answer", 1).await;
    check_failure(slow(head()), "did not begin to answer", 1).await;
    let mut begun = head();
    begun.push(piece("At 80"));
    check_failure(slow(begun.clone()), "did not go on", 1).await;
    // Comments that keep the connection alive are no answer.
    begun.push(Step::Forever(b": ping\n\n".to_vec()));
    check_failure(begun, "did not go on", 1).await;
    let mut thinking = head();
    let thought = json!({"choices": [{"delta": {"reasoning_content": "Hm."}}]});
    thinking.push(Step::Forever(format!("data: {thought}\n\n").into_bytes()));
    check_failure(thinking, "did not end its answer", 1).await;
}

#[tokio::test]
async fn messages_that_are_none_are_named() {
    let after = |step: Step| {
        let mut steps = head();
        steps.push(step);
        steps
    };
    check_failure(after(Step::Body(b"data: {\"choi\n\n".to_vec())), "no JSON", 1).await;
    check_failure(after(Step::Body(b"data: [1]\n\n".to_vec())), "another shape", 1).await;
    check_failure(after(Step::Body(b"data: \xff\xfe\n\n".to_vec())), "no UTF-8", 1).await;
    let huge = vec![b'x'; 3 << 20];
    check_failure(after(Step::Body(huge)), "longer than", 1).await;
    let error = json!({"error": {"message": "CUDA out of memory"}});
    check_failure(after(event(&error)), "CUDA out of memory", 1).await;
}

#[tokio::test]
async fn counts_that_cannot_be_true_are_bounded() {
    let count = async |usage| {
        let mut steps = head();
        steps.push(piece("At 80 degrees."));
        steps.extend(end("stop", usage));
        let (outcome, _) = ask(vec![steps]).await;
        let usage = outcome.usage.expect("an end");
        (usage.tokens_in, usage.tokens_out)
    };
    let (tokens_in, tokens_out) =
        count(json!({"prompt_tokens": 1e15 as u64, "completion_tokens": 999_999})).await;
    assert!(tokens_in <= 3_000 && tokens_out == 60);
    // Words are counted where there is no count.
    for none in [json!(null), json!({}), json!({"prompt_tokens": -5, "completion_tokens": "3"})] {
        let (tokens_in, tokens_out) = count(none).await;
        assert!((50..400).contains(&tokens_in) && tokens_out == 3, "{tokens_in} {tokens_out}");
    }
}

#[tokio::test]
async fn an_answer_is_whole_once_its_end_was_told() {
    let mut no_count = head();
    no_count.extend([piece("At 80 °C."), end("stop", json!(null)).remove(0)]);
    let (outcome, _) = ask(vec![no_count]).await;
    assert_eq!((outcome.sentences.len(), outcome.failure), (1, None));
    let mut only_done = head();
    only_done.extend([piece("At 80 °C."), Step::Body(b"data: [DONE]\n\n".to_vec())]);
    let (outcome, _) = ask(vec![only_done]).await;
    assert_eq!((outcome.sentences.len(), outcome.failure), (1, None));
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let whole = json!({
        "choices": [{"message": {"content": "At 80 °C [1]. Not more."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 99, "completion_tokens": 9},
    });
    let steps = vec![Step::Head(200, "application/json", ""), Step::Body(whole.to_string().into())];
    let (outcome, _) = ask(vec![steps]).await;
    assert_eq!(outcome.sentences, ["At 80 °C.", "Not more."]);
    assert_eq!(outcome.usage.expect("an end").tokens_in, 99);
}

#[tokio::test]
async fn what_models_do_when_they_do_not_answer() {
    for pieces in [&[][..], &["[1]", "[2]【3】"], &["NO_", "ANSWER"], &["<think>80?"], &["\n \n"]]
    {
        let (outcome, _) = ask(vec![answer(pieces)]).await;
        assert_eq!(outcome.refusal, Some(Refusal::NothingWritten), "{pieces:?}");
        assert!(outcome.sentences.is_empty() && outcome.failure.is_none());
    }
    // Cut off at the limit: the last sentence has no end and is not shown.
    let mut long = head();
    long.push(piece("At 80 °C. Not any"));
    long.extend(end("length", json!(null)));
    assert_eq!(ask(vec![long]).await.0.sentences, ["At 80 °C."]);
}

#[tokio::test]
async fn a_model_that_never_ends_is_left() {
    let endless = |text: &str| {
        let message = json!({"choices": [{"delta": {"content": text}}]});
        let mut steps = head();
        steps.push(Step::Forever(format!("data: {message}\n\n").into_bytes()));
        steps
    };
    let (outcome, server) = ask(vec![endless("At 80 °C. ")]).await;
    assert_eq!(outcome.sentences, ["At 80 °C."], "{outcome:?}");
    assert!(outcome.usage.expect("an end").tokens_out <= 60);
    until(|| server.seen.lock().expect("whole").gone == 1).await;
    let (outcome, _) = ask(vec![endless("no end ")]).await;
    assert_eq!(outcome.refusal, Some(Refusal::NothingWritten), "no sentence was ever whole");
}

#[tokio::test]
async fn a_reader_who_goes_frees_the_server() {
    let mut steps = head();
    steps.extend([piece("At 80 °C. Not "), Step::Wait(Duration::from_secs(20))]);
    let server = serve(&["tea-7b"], vec![steps]).await;
    let patient = Waits { between_tokens: Duration::from_secs(20), ..settings(&server).waits };
    let patient = Waits { total: Duration::from_secs(20), ..patient };
    let opened = OpenAiSettings { waits: patient, ..settings(&server) };
    let backend = OpenAiBackend::open(opened).await.expect("opens");
    let mut events = backend.generate(request(TEA)).await.expect("starts");
    assert!(matches!(events.next().await, Some(Ok(Event::Sentence { .. }))));
    drop(events);
    until(|| server.seen.lock().expect("whole").gone == 1).await;
}

#[tokio::test]
async fn passages_are_left_out_from_the_end_when_the_context_is_full() {
    let full = "This model's maximum context length is 512 tokens, you requested 700";
    let full = vec![
        Step::Head(400, "application/json", ""),
        Step::Body(json!({"object": "error", "message": full}).to_string().into()),
    ];
    let (outcome, server) = ask(vec![full.clone(), answer(&["At 80 °C."])]).await;
    assert_eq!(outcome.sentences.len(), 1, "{outcome:?}");
    {
        let seen = server.seen.lock().expect("whole");
        let users: Vec<String> =
            seen.questions.iter().map(|body| body["messages"][1].to_string()).collect();
        assert_eq!(users.len(), 2);
        assert!(
            users[0].contains(TEA[1]) && users[1].contains(TEA[0]) && !users[1].contains(TEA[1])
        );
    }
    let (outcome, _) = ask(vec![full]).await;
    assert!(outcome.failure.expect("a failure").contains("maximum context length"));
    // What cannot fit by our own estimate is not sent at all.
    let server = serve(&["tea-7b"], vec![answer(&["Warm."])]).await;
    let narrow = TokenLimits { tokens_in: 20, tokens_out: 60 };
    let outcome =
        ask_for(OpenAiSettings { limits: narrow, ..settings(&server) }, request(TEA)).await;
    assert!(outcome.failure.expect("a failure").contains("generation.tokens_in"));
    assert_eq!(asked(&server), 0);
}

#[tokio::test]
async fn a_server_that_is_away_is_an_error_of_the_question_not_of_the_start() {
    let server = serve(&["tea-7b"], vec![answer(&["Warm."])]).await;
    let away = OpenAiSettings { base_url: "http://127.0.0.1:9/v1".into(), ..settings(&server) };
    let failure = ask_for(away, request(TEA)).await.failure.expect("a failure");
    assert!(failure.contains("no connection"), "{failure}");
    let nowhere = OpenAiSettings { base_url: "nowhere".into(), ..settings(&server) };
    let error = OpenAiBackend::open(nowhere).await.err().expect("refused").to_string();
    assert!(error.contains("generation.base_url"), "{error}");
    let mut none = request(TEA);
    none.max_sentences = 0;
    let backend = OpenAiBackend::open(settings(&server)).await.expect("opens");
    let error = backend.generate(none).await.err().expect("refused");
    assert!(matches!(error, GenerateError::NoSentencesAllowed));
}

/// Waits until something has happened that must happen soon.
async fn until(happened: impl Fn() -> bool) {
    for _ in 0..200 {
        if happened() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it did not happen");
}

#[tokio::test]
async fn what_a_follow_up_means_is_asked_before_the_answer() {
    let server = serve(
        &["tea-7b"],
        vec![
            answer(&["How hot is ", "black tea [1]?\nAt 95"]),
            vec![Step::Head(400, "application/json", ""), Step::Body(b"{}".to_vec())],
        ],
    )
    .await;
    let backend = OpenAiBackend::open(settings(&server)).await.expect("opens");
    let earlier = ["How hot is green tea?".to_owned()];
    let meant = backend.in_context(&earlier, "And black?").await.expect("answers");
    assert_eq!(meant.as_deref(), Some("How hot is black tea?"));
    let user = server.seen.lock().expect("whole").questions[0]["messages"][1]["content"].clone();
    assert_eq!(user, "Before: How hot is green tea?\nLast: And black?");
    assert!(backend.in_context(&earlier, "And black?").await.is_err(), "a failure is said");
}
