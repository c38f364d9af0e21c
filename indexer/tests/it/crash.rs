//! Killed at any instant, does the indexer start again with everything in its place?

use crate::support::*;
use footnote_domain::id::ContentHash;
use footnote_indexer::Indexer;
use footnote_retriever::current;
use std::fs;

const TEXT: &str =
    "A sentence that survives every crash of the service. And a second one beside it.";

async fn settled(place: &Place) -> Indexer {
    place.contribute(0, TEXT, 1);
    place.contribute(1, "Another text that is here to stay, whatever happens to the power.", 2);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    indexer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_writes_nothing_new() {
    let place = Place::new();
    drop(settled(&place).await);
    let before = current(&place.generations("a")).expect("a pointer");
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    assert_eq!(current(&place.generations("a")).expect("a pointer"), before);
    assert_eq!(*indexer.published().borrow(), before);
    assert_eq!(indexer.status().borrow().documents, 2);
}

/// Cuts the state at every step that a kill can fall between: log written, generation written,
/// pointer moved, record written.
#[tokio::test(flavor = "multi_thread")]
async fn state_and_generation_that_disagree_are_reconciled() {
    let place = Place::new();
    let indexer = settled(&place).await;
    let contents = place.generation("a").manifest().content;
    drop(indexer);
    let record = place.state("a").join("published.json");
    let pointer = place.generations("a").join("CURRENT");
    let log = place.state("a").join("chain.log");
    for (what, broken) in [("record lost", &record), ("pointer lost", &pointer), ("log lost", &log)]
    {
        fs::remove_file(broken).expect(what);
        let mut indexer = place.indexer("a");
        settle(&mut indexer).await;
        assert_eq!(place.generation("a").manifest().content, contents, "{what}");
        assert_eq!(indexer.status().borrow().documents, 2, "{what}");
    }
    fs::write(&record, b"{ half").expect("a torn record");
    fs::create_dir_all(place.generations("a").join("block-9.tmp")).expect("an unfinished folder");
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    assert_eq!(place.generation("a").manifest().content, contents);
    assert!(!place.generations("a").join("block-9.tmp").exists(), "swept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_generation_is_written_again() {
    let place = Place::new();
    drop(settled(&place).await);
    let contents = place.generation("a").manifest().content;
    let id = current(&place.generations("a")).expect("a pointer").expect("a generation");
    let folder = place.generations("a").join(id.as_str());
    let victim =
        files_with(&folder, "survives every crash").pop().expect("the text lies somewhere");
    fs::write(&victim, b"damaged").expect("damage");
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    let now = place.generation("a");
    assert_eq!(now.manifest().content, contents);
    assert_eq!(current(&place.generations("a")).expect("a pointer"), Some(id), "in its place");
    assert_ne!(fs::read(&victim).ok().as_deref(), Some(b"damaged".as_slice()));
}

/// A kill in the middle of every append: the log is cut at many lengths.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_cut_anywhere_is_completed_from_the_chain() {
    let place = Place::new();
    let indexer = settled(&place).await;
    let corpus = indexer.corpus().clone();
    drop(indexer);
    let log = place.state("a").join("chain.log");
    let whole = fs::read(&log).expect("the log");
    for length in (0..whole.len()).step_by(97) {
        fs::write(&log, &whole[..length]).expect("cut");
        let mut indexer = place.indexer("a");
        gather(&mut indexer).await;
        assert_eq!(*indexer.corpus(), corpus, "cut at {length}");
    }
}

/// Killed between rounds while texts, copies and removals come in: never a half, always the same end.
#[tokio::test(flavor = "multi_thread")]
async fn killed_after_every_round_the_end_is_the_same() {
    let place = Place::new();
    let mut last: Option<ContentHash> = None;
    for number in 0..6 {
        let hash =
            place.contribute(0, &format!("{TEXT} This is the version with number {number}."), 1);
        if let Some(last) = last.replace(hash).filter(|_| number % 2 == 0) {
            place.chain.mine(vec![removed(0, last)]);
        }
        let mut indexer = place.indexer("a");
        // One round only: vectors may or may not be there, the record may lag.
        indexer.round().await.expect("a round");
        if let Some(id) = current(&place.generations("a")).expect("a pointer") {
            footnote_retriever::Generation::open(&place.generations("a"), &id)
                .expect("never a half");
        }
    }
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    let mut fresh = place.indexer("fresh");
    settle(&mut fresh).await;
    let contents = |name| place.generation(name).manifest().content;
    assert_eq!(contents("a"), contents("fresh"));
}
