//! Does the indexer read the whole chain, whatever the node does meanwhile?

use crate::support::*;
use footnote_indexer::chain_log::WINDOW_BLOCKS;
use footnote_indexer::corpus::Corpus;
use footnote_indexer::{Indexer, IndexerError, Phase};
use std::time::Duration;

const LONG_HISTORY: u64 = WINDOW_BLOCKS * 3;

fn texts_along(place: &Place, blocks: u64) {
    for at in 0..blocks {
        if at % 37 == 5 {
            place.contribute((at % 2) as u8, &format!("Text number {at} stands here."), 1);
        } else {
            place.chain.mine_empty(1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn history_by_ranges_equals_history_by_blocks() {
    let place = Place::new();
    texts_along(&place, LONG_HISTORY);
    let mut settings = place.settings("ranges");
    settings.history_range_blocks = 50;
    let mut late = Indexer::new(settings, place.chain.clone(), None).expect("an indexer");
    late.gather().await.expect("a round");
    let early_chain = Place::new();
    let mut early = early_chain.indexer("blocks");
    for at in 0..LONG_HISTORY {
        if at % 37 == 5 {
            early_chain.contribute((at % 2) as u8, &format!("Text number {at} stands here."), 1);
        } else {
            early_chain.chain.mine_empty(1);
        }
        if at % 10 == 0 {
            early.gather().await.expect("a round");
        }
    }
    early.gather().await.expect("a round");
    assert_eq!(late.corpus(), early.corpus());
    assert_eq!(late.corpus().texts().len(), (LONG_HISTORY as usize - 5).div_ceil(37));
    let block = |indexer: &Indexer| indexer.generation_input().expect("blocks were read").block;
    assert_eq!(block(&late), block(&early));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_safe_is_indexed() {
    let place = Place::new();
    place.chain.mine_empty(10);
    place.chain.set_safe_depth(3);
    place.contribute(0, "Too young to be shown.", 1);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    assert_eq!(indexer.corpus().texts().len(), 0);
    assert_eq!(indexer.status().borrow().chain_head, Some(12));
    assert_eq!(indexer.status().borrow().indexed_block, Some(9));
    place.chain.mine_empty(3);
    settle(&mut indexer).await;
    assert_eq!(indexer.corpus().texts().len(), 1);
}

/// The node dies after every possible number of calls; what was read stays, what was not follows.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_dies_at_any_call_costs_nothing_but_time() {
    let place = Place::new();
    texts_along(&place, 80);
    let mut fresh = place.indexer("fresh");
    fresh.gather().await.expect("a round");
    for calls in (0..170).step_by(7) {
        let mut indexer = place.indexer(&format!("after-{calls}"));
        place.chain.fail_after(Some(calls));
        let error = indexer.gather().await.expect_err("the node is gone").to_string();
        assert!(error.contains("is the node running?"), "{error}");
        place.chain.fail_after(None);
        indexer.gather().await.expect("the node is back");
        assert_eq!(indexer.corpus(), fresh.corpus(), "after {calls} calls");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_waits_for_a_node_tells_why_and_recovers() {
    let place = Place::new();
    place.contribute(0, "A text to be found once the node answers.", 1);
    place.chain.fail_after(Some(0));
    let indexer = place.indexer("a");
    let (mut status, mut published) = (indexer.status(), indexer.published());
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(indexer.run(stopped));
    let wait = Duration::from_secs(30);
    let told = status.wait_for(|status| status.phase == Phase::Retrying);
    let told = tokio::time::timeout(wait, told).await.expect("in time").expect("alive").clone();
    assert!(told.last_error.expect("an error").contains("memory://fake-chain"));
    place.chain.fail_after(None);
    let first = published.wait_for(Option::is_some);
    tokio::time::timeout(wait, first).await.expect("in time").expect("alive");
    place.chain.fail_after(Some(0));
    let again = status.wait_for(|status| status.phase == Phase::Retrying);
    tokio::time::timeout(wait, again).await.expect("in time").expect("alive");
    place.chain.fail_after(None);
    place.contribute(1, "And another one after the second outage.", 1);
    let both = status.wait_for(|status| status.documents == 2 && status.last_error.is_none());
    tokio::time::timeout(wait, both).await.expect("in time").expect("alive");
    stop.send(true).expect("it still runs");
    tokio::time::timeout(wait, running).await.expect("it stops").expect("without a panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_chain_or_a_second_indexer_is_refused_and_changes_nothing() {
    let place = Place::new();
    place.contribute(0, "A text of the right chain.", 1);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    let second = Indexer::new(place.settings("a"), place.chain.clone(), None).map(|_| ());
    assert!(matches!(second, Err(IndexerError::StateInUse { .. })), "{second:?}");
    place.chain.set_chain_id(1);
    let error = indexer.round().await.expect_err("the wrong chain");
    assert!(matches!(error, IndexerError::WrongChain { expected: CHAIN_ID, found: 1 }), "{error}");
    assert_eq!(indexer.corpus().texts().len(), 1);
    assert_eq!(place.generation("a").documents().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_chain_gives_an_empty_generation() {
    let place = Place::empty();
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    assert_eq!(*indexer.corpus(), Corpus::default());
    assert_eq!(place.generation("a").documents().len(), 0);
}
