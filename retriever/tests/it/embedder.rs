//! The model gives the reference cosines, and the same bits alone and among others. Needs
//! `FOOTNOTE_ONNXRUNTIME` and `FOOTNOTE_MODEL_DIR`; without them the tests say that they were skipped.

use footnote_domain::embed::{Embed, cosine};
use footnote_domain::text::Language;
use footnote_retriever::{FastEmbedder, RetrieverError};
use std::path::{Path, PathBuf};

pub(crate) fn tools() -> Option<(PathBuf, PathBuf)> {
    let path = |name| std::env::var_os(name).map(PathBuf::from);
    let tools = path("FOOTNOTE_MODEL_DIR").zip(path("FOOTNOTE_ONNXRUNTIME"));
    if tools.is_none() {
        println!("skipped: FOOTNOTE_MODEL_DIR and FOOTNOTE_ONNXRUNTIME are not set");
    }
    tools
}

fn embedder() -> Option<FastEmbedder> {
    let (model, runtime) = tools()?;
    Some(FastEmbedder::open(&model, &runtime, vec![Language::English]).expect("a usable model"))
}

#[test]
fn reference_cosines() {
    let Some(embedder) = embedder() else { return };
    assert_eq!(embedder.model().dimensions, 384);
    let embed = |text: &str| embedder.embed(&[text]).expect("embedded").remove(0);
    let person = embed("That is a happy person");
    for (text, wanted) in [
        ("That is a happy dog", 0.6946),
        ("That is a very happy person", 0.9429),
        ("Today is a sunny day", 0.2569),
    ] {
        let found = cosine(&person, &embed(text));
        assert!((found - wanted).abs() < 0.03, "{text}: {found}, reference {wanted}");
    }
    assert!((cosine(&person, &person) - 1.0).abs() < 1e-4, "vectors have length one");
}

#[test]
fn the_same_bits_alone_and_among_others() {
    let Some(embedder) = embedder() else { return };
    let long = "A much longer text than the others, about fees and receipts. ".repeat(40);
    let texts = ["short", &long, "绿茶", "", "That is a happy person", "and one more"];
    let together = embedder.embed(&texts).expect("embedded");
    for (text, vector) in texts.iter().zip(&together) {
        assert_eq!(&embedder.embed(&[text]).expect("embedded")[0], vector, "{text:?}");
    }
    assert_eq!(embedder.embed(&[]).expect("nothing"), Vec::<Vec<f32>>::new());
}

#[test]
fn what_is_missing_is_named() {
    let nowhere = Path::new("/nowhere/libonnxruntime.so");
    let error = FastEmbedder::open(Path::new("/nowhere/model"), nowhere, Vec::new()).err();
    let error = error.expect("there is no such library");
    assert!(matches!(error, RetrieverError::Runtime { .. }), "{error}");
    assert!(error.to_string().contains("/nowhere/libonnxruntime.so"), "{error}");
    let Some((_, runtime)) = tools() else { return };
    let error = FastEmbedder::open(Path::new("/nowhere/model"), &runtime, Vec::new()).err();
    let error = error.expect("there is no such model");
    assert!(error.to_string().contains("/nowhere/model/model.onnx"), "{error}");
}
