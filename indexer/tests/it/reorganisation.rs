//! After a reorganisation, does the index equal that of a fresh start from the new chain?

use crate::support::*;
use footnote_domain::chain::{RegistryEvent, RegistryStatus};
use footnote_domain::id::{ContentHash, Digest};
use footnote_indexer::Indexer;
use footnote_indexer::chain_log::WINDOW_BLOCKS;
use footnote_retriever::GenerationInput;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Contribute { net: u8, text: usize, payee: u8, supersedes: Option<usize> },
    Remove { net: u8, text: usize },
    Status { net: u8, status: RegistryStatus },
    Version { net: u8, version: u64 },
    Mine(u64),
    Reorganise(usize),
    Look,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let text = 0..TEXTS;
    prop_oneof![
        8 => (0u8..2, text.clone(), 0u8..3, prop::option::of(text.clone()))
            .prop_map(|(net, text, payee, supersedes)| Step::Contribute { net, text, payee, supersedes }),
        2 => (0u8..2, text).prop_map(|(net, text)| Step::Remove { net, text }),
        1 => (0u8..2, prop_oneof![
            Just(RegistryStatus::Active),
            Just(RegistryStatus::Frozen),
            Just(RegistryStatus::Retracted)
        ]).prop_map(|(net, status)| Step::Status { net, status }),
        1 => (0u8..2, 1u64..4).prop_map(|(net, version)| Step::Version { net, version }),
        2 => (1u64..30).prop_map(Step::Mine),
        3 => (1usize..=64).prop_map(Step::Reorganise),
        6 => Just(Step::Look),
        1 => Just(Step::Restart),
    ]
}

/// Texts that share sentences; the last but one never arrives, the last is refused.
const TEXTS: usize = 8;

fn text(number: usize) -> String {
    let common = "This sentence stands in every second text of the whole little corpus here.";
    let own = format!("Only text number {number} speaks of the letter {number} in just this way.");
    if number.is_multiple_of(2) { format!("# Part {number}\n\n{own} {common}") } else { own }
}

fn hash(number: usize) -> ContentHash {
    ContentHash::of(text(number).as_bytes())
}

fn place_with_texts() -> Place {
    let place = Place::new();
    for number in 0..TEXTS - 2 {
        place.blobs.put(text(number).as_bytes()).expect("stored");
    }
    place.blobs.put(text(TEXTS - 1).as_bytes()).expect("stored");
    std::fs::write(place.blobs.path(hash(TEXTS - 1)), b"damaged").expect("damage");
    place.blobs.put(b"{\"title\": \"Second\"}").expect("stored");
    place
}

fn event(step: &Step) -> Option<RegistryEvent> {
    Some(match step {
        Step::Contribute { net, text, payee, supersedes } => {
            contributed(*net, hash(*text), *payee, supersedes.map(hash))
        }
        Step::Remove { net, text } => removed(*net, hash(*text)),
        Step::Status { net, status: to } => status(*net, *to),
        Step::Version { net, version: number } => {
            let manifest = if *number == 2 { "{\"title\": \"Second\"}" } else { "nowhere" };
            version(*net, *number, Digest::of(&[manifest.as_bytes()]))
        }
        _ => return None,
    })
}

async fn play(place: &Place, steps: &[Step]) -> Indexer {
    let mut indexer = place.indexer("old");
    for step in steps {
        match step {
            Step::Mine(count) => place.chain.mine_empty(*count),
            Step::Reorganise(depth) => place.chain.reorganise(*depth),
            Step::Look => {
                indexer.gather().await.expect("a round");
            }
            Step::Restart => {
                drop(indexer);
                indexer = place.indexer("old");
            }
            change => {
                place.chain.mine(event(change).into_iter().collect());
            }
        }
    }
    indexer
}

fn assert_same(old: &GenerationInput, fresh: &GenerationInput) {
    assert_eq!(old.block, fresh.block);
    assert_eq!(old.recent_blocks, fresh.recent_blocks);
    assert_eq!(old.datanets, fresh.datanets);
    assert_eq!(old.documents.len(), fresh.documents.len());
    for (old, fresh) in old.documents.iter().zip(&fresh.documents) {
        assert_eq!(old.contribution, fresh.contribution);
        assert_eq!(old.text, fresh.text);
        assert_eq!(old.sentences, fresh.sentences);
        assert_eq!(old.passages, fresh.passages);
        assert_eq!(old.vectors, fresh.vectors);
    }
}

fn check(steps: &[Step]) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let place = place_with_texts();
        place.chain.mine_empty(70);
        let mut old = play(&place, steps).await;
        let (old_input, mut fresh) = (gather(&mut old).await, place.indexer("fresh"));
        let fresh_input = gather(&mut fresh).await;
        assert_eq!(old.corpus(), fresh.corpus());
        assert_same(&old_input, &fresh_input);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_history_ends_as_a_fresh_start(steps in prop::collection::vec(step(), 1..40)) {
        check(&steps);
    }
}

/// Every depth of the promise, with texts in the part that vanishes and in the part that comes.
#[test]
fn every_depth_from_1_to_64_ends_as_a_fresh_start() {
    for depth in 1..=64 {
        let contribute =
            |text, payee, supersedes| Step::Contribute { net: 0, text, payee, supersedes };
        check(&[
            contribute(0, 0, None),
            Step::Mine(10),
            contribute(2, 1, None),
            Step::Mine(20),
            contribute(4, 0, Some(0)),
            Step::Mine(30),
            Step::Remove { net: 0, text: 2 },
            Step::Look,
            Step::Reorganise(depth),
            if depth % 2 == 0 { Step::Look } else { Step::Restart },
            contribute(2, 2, None),
            Step::Mine(depth as u64 % 5 + 1),
            Step::Look,
        ]);
    }
}

/// The same through real generations: what is on disk agrees byte for byte.
#[tokio::test(flavor = "multi_thread")]
async fn published_generations_agree_after_a_reorganisation() {
    let place = place_with_texts();
    let mine = |text, payee| place.chain.mine(vec![contributed(0, hash(text), payee, None)]);
    for text in 0..3 {
        mine(text, 1);
    }
    let mut old = place.indexer("old");
    settle(&mut old).await;
    let before = place.generation("old").manifest().content;
    place.chain.reorganise(2);
    settle(&mut old).await;
    assert_eq!(place.generation("old").documents().len(), 1, "a shorter chain is followed at once");
    mine(3, 2);
    mine(2, 1);
    mine(1, 1);
    settle(&mut old).await;
    let mut fresh = place.indexer("fresh");
    settle(&mut fresh).await;
    let contents = |name| place.generation(name).manifest().content;
    assert_eq!(contents("old"), contents("fresh"));
    assert_ne!(contents("old"), before);
    assert!(files_with(&place.generations("old"), &text(9)).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn deeper_than_the_window_the_index_is_rebuilt_and_says_so() {
    let place = place_with_texts();
    place.chain.mine(vec![contributed(0, hash(0), 1, None)]);
    place.chain.mine_empty(WINDOW_BLOCKS * 2);
    let mut old = place.indexer("old");
    settle(&mut old).await;
    place.chain.start_over();
    place.chain.mine(vec![created(1)]);
    place.chain.mine(vec![contributed(1, hash(2), 1, None)]);
    settle(&mut old).await;
    let note = old.status().borrow().note.clone().expect("a note");
    assert!(note.contains("rebuilt from its first block"), "{note}");
    let mut fresh = place.indexer("fresh");
    settle(&mut fresh).await;
    assert_eq!(old.corpus(), fresh.corpus());
    assert_eq!(old.corpus().texts().len(), 1);
}
