//! Texts and questions that nobody means well: nothing panics, nothing hangs, what can be found is.

use crate::corpus::{self, CHAIN};
use crate::search::hits;
use footnote_domain::corpus::Standing;
use footnote_domain::text::Language;
use footnote_retriever::{
    DocumentInput, Generation, Mode, SearchRequest, VectorEngine, quoted, write_generation_on,
};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn generation(root: &Path, texts: &[&str]) -> Arc<Generation> {
    let document = |(number, text): (u32, &&str)| -> DocumentInput {
        corpus::document(number, CHAIN, "", text, Standing::Live)
    };
    let documents = (0u32..).zip(texts).map(document).collect();
    let input = corpus::input(20, documents);
    let id = write_generation_on(root, input, VectorEngine::Flat, &|_| {}).expect("written");
    Generation::open(root, &id).expect("opened")
}

fn ask(generation: &Generation, typed: &str) -> Vec<String> {
    let typed = quoted::parse(typed);
    let language = Language::detect(&typed.text);
    let request = SearchRequest {
        vector: Some(corpus::vector(&typed.text)),
        mode: Mode::Lexical,
        phrases: typed.phrases.clone(),
        ..SearchRequest::new(&typed.text, language)
    };
    hits(generation, &request)
        .iter()
        .map(|hit| generation.text(hit.document).chars().take(20).collect())
        .collect()
}

#[test]
fn odd_questions_find_what_their_words_say() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = generation(
        root.path(),
        &[
            "The base fee is burned in every block of the chain.",
            "El café con leche se toma por la mañana en la cocina.",
            "绿茶应当用八十度的水冲泡，base fee 除外。",
            "To be or not to be, that is the question of the play.",
        ],
    );
    let first = |typed: &str| ask(&generation, typed).into_iter().next().unwrap_or_default();
    for (typed, begins) in [
        // Composed and decomposed accents are the same word, and so is a word without them.
        ("café con leche", "El café"),
        ("cafe\u{301} con leche", "El café"),
        ("¿cafe por la mañana?", "El café"),
        // Characters that show nothing are not there.
        ("bu\u{200b}rned ba\u{ad}se f\u{2060}ee", "The base"),
        ("\u{feff}绿\u{200d}茶", "绿茶"),
        // Scripts side by side.
        ("绿茶 water 80 مرحبا", "绿茶"),
        // Only words that say nothing: they are all there is, so they count.
        ("to be or not to be", "To be or"),
        // Marks that do not close, and marks that do.
        ("\"burned in every", "The base"),
        ("\"every block\" \"", "The base"),
        ("“BURNED  in” every", "The base"),
        // Full-width letters.
        ("ｂａｓｅ ｆｅｅ ｂｕｒｎｅｄ", "The base"),
    ] {
        assert!(first(typed).starts_with(begins), "{typed:?}: {:?}", ask(&generation, typed));
    }
    for nothing in ["?!…", "\"\"", "🙂", "\u{200b}", "\"never said so\""] {
        assert_eq!(ask(&generation, nothing), [""; 0], "{nothing:?}");
    }
}

#[test]
fn ten_thousand_words_are_answered_in_time() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Flat);
    let long: String = (0..10_000).map(|at| format!("word{at} block ")).collect();
    let quoted = format!("\"{long}\"");
    for typed in [long.as_str(), quoted.as_str(), &"\"a\" ".repeat(10_000), &"\"".repeat(10_001)] {
        let began = Instant::now();
        ask(&generation, typed);
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
}

#[test]
fn shapeless_texts_are_written_and_found() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let one_line = "the fee of the block ".repeat(20_000);
    let one_byte = "a".repeat(400_000);
    let one_space = " ".repeat(10_000);
    let texts =
        [one_line.as_str(), one_byte.as_str(), one_space.as_str(), "", "…", "a needle in it all"];
    let generation = generation(root.path(), &texts);
    assert_eq!(ask(&generation, "needle"), ["a needle in it all"]);
    assert_eq!(ask(&generation, "\"needle in it\""), ["a needle in it all"]);
    assert_eq!(generation.count_phrase("fee of the block"), 20_000);
    assert_eq!(generation.count_phrase(&one_byte), 1);
}

#[test]
fn very_many_tiny_texts_are_written_and_found() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let texts: Vec<String> = (0..20_000).map(|at| format!("Tiny text n{at}.")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let generation = generation(root.path(), &texts);
    assert_eq!(ask(&generation, "n19999"), ["Tiny text n19999."]);
    assert_eq!(ask(&generation, "tiny").len(), 10);
    let common = SearchRequest {
        phrases: vec!["tiny text".to_owned()],
        ..SearchRequest::new("n77", Language::English)
    };
    let found = generation.search(&common).expect("searched");
    assert!(found.partial, "the phrase stands in as many places as are looked at");
    assert_eq!(found.hits.len(), 10);
}
