//! Where do the seconds of a generation go, and how many bytes does the next one write? Not a check:
//! `cargo test -p footnote-retriever --test it -- --ignored --nocapture cost`, with the number of
//! passages in `FOOTNOTE_PASSAGES`.

use crate::corpus::{self, CHAIN};
use crate::parts::bytes_written;
use footnote_domain::corpus::Standing;
use footnote_retriever::{
    DocumentInput, Generation, GenerationId, Progress, WriteStage, write_generation,
};
use std::cell::RefCell;
use std::path::Path;
use std::time::{Duration, Instant};

const PASSAGES: usize = 10_000;
/// Words of a passage, two sentences, and of the vocabulary.
const WORDS: usize = 40;
const VOCABULARY: u64 = 30_000;

/// A text of one passage; its words are drawn so that a few are frequent and most are rare.
fn text(number: usize) -> String {
    let mut state = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let share = (state >> 11) as f64 / (1u64 << 53) as f64;
        format!("word{}", (share * share * share * VOCABULARY as f64) as u64)
    };
    let mut sentence = || (0..WORDS / 2).map(|_| word()).collect::<Vec<_>>().join(" ");
    format!("The {}. The {}.", sentence(), sentence())
}

fn document(number: usize) -> DocumentInput {
    let title = format!("Text {number}");
    let number32 = u32::try_from(number).expect("few");
    corpus::document(number32, CHAIN, &title, &text(number), Standing::Live)
}

/// Seconds of each stage.
fn write(root: &Path, block: u64, documents: Vec<DocumentInput>, what: &str) -> GenerationId {
    let stages: RefCell<Vec<(WriteStage, Instant)>> = RefCell::new(Vec::new());
    let began = Instant::now();
    let id = write_generation(root, corpus::input(block, documents), &|progress: Progress| {
        let mut stages = stages.borrow_mut();
        if stages.last().is_none_or(|(stage, _)| *stage != progress.stage) {
            stages.push((progress.stage, Instant::now()));
        }
    })
    .expect("written");
    let ended = Instant::now();
    let stages = stages.into_inner();
    let ends = stages.iter().skip(1).map(|(_, at)| *at).chain([ended]);
    let first = stages.first().map_or(Duration::ZERO, |(_, at)| *at - began);
    println!("{what}: {:.2} s", (ended - began).as_secs_f64());
    println!("  Parts looked up {:.2} s", first.as_secs_f64());
    for ((stage, from), to) in stages.iter().zip(ends) {
        println!("  {stage:?} {:.2} s", (to - *from).as_secs_f64());
    }
    id
}

#[test]
#[ignore = "a measurement"]
fn cost_of_generations() {
    let given = std::env::var("FOOTNOTE_PASSAGES").ok();
    let passages = given.map_or(PASSAGES, |number| number.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let documents: Vec<DocumentInput> = (0..passages).map(document).collect();
    let first = write(root, 20, documents.clone(), "first build");
    let mut more = documents;
    more.push(document(passages));
    let mut by_words = more.clone();
    by_words.last_mut().expect("the new one").vectors = None;
    let by_words = write(root, 21, by_words, "a text more, by words");
    let by_meaning = write(root, 21, more, "its vectors");
    for (what, before, id) in
        [("a text more", &first, &by_words), ("its vectors", &by_words, &by_meaning)]
    {
        for part in ["lexical", "verbatim", "vectors"] {
            println!("{what}: {} bytes written of {part}", bytes_written(root, before, id, part));
        }
    }
    let began = Instant::now();
    Generation::open(root, &by_meaning).expect("opened");
    println!("opened and checked in {:.2} s", began.elapsed().as_secs_f64());
}
