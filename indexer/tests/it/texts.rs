//! Which texts are indexed, which are not, and what is said of them?

use crate::support::*;
use footnote_domain::chain::{RegistryEvent, RegistryStatus};
use footnote_domain::corpus::{Ownership, SentenceRef, Standing};
use footnote_domain::embed::{Embed, EmbedError, EmbeddingModel};
use footnote_domain::id::{Address, ContentHash, Digest};
use footnote_indexer::fake::FakeEmbed;
use footnote_indexer::{Indexer, Phase};
use std::sync::{Arc, Condvar, Mutex};

const ORIGINAL: &str = "The base fee of a block is burned so that miners gain nothing by pushing it up. \
    A second sentence says something else about the priority fee of a transaction.";

#[tokio::test(flavor = "multi_thread")]
async fn a_contributed_text_becomes_searchable() {
    let place = Place::new();
    let hash = place.contribute(0, ORIGINAL, 1);
    let mut indexer = place.indexer("a");
    let mut published = indexer.published();
    settle(&mut indexer).await;
    let status = indexer.status().borrow().clone();
    assert_eq!((status.documents, status.passages, status.phase), (1, 1, Phase::Ready));
    assert_eq!((status.vectors_done, status.vectors_total), (1, 1));
    assert_eq!((status.safe_head, status.indexed_block), (Some(2), Some(2)));
    assert_eq!(status.generation, *published.borrow_and_update());
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, hash), Standing::Live);
    assert_eq!(input.block.number, 2);
    assert!(place.generation("a").has_vectors());
}

/// Holds every text back until it is opened.
struct Gate {
    model: FakeEmbed,
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Embed for Gate {
    fn model(&self) -> &EmbeddingModel {
        self.model.model()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let guard = self.is_open.lock().expect("not poisoned");
        drop(self.opened.wait_while(guard, |open| !*open).expect("not poisoned"));
        self.model.embed(texts)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_searchable_while_the_model_still_computes() {
    let place = Place::new();
    place.contribute(0, ORIGINAL, 1);
    let gate = Arc::new(Gate {
        model: FakeEmbed::new(16),
        is_open: Mutex::new(false),
        opened: Condvar::new(),
    });
    let mut indexer =
        Indexer::new(place.settings("a"), place.chain.clone(), Some(gate.clone())).expect("new");
    assert!(!indexer.round().await.expect("a round"), "vectors are still missing");
    let status = indexer.status().borrow().clone();
    assert_eq!((status.phase, status.documents), (Phase::Embedding, 1));
    assert_eq!((status.vectors_done, status.vectors_total), (0, 1));
    assert!(!place.generation("a").has_vectors());
    *gate.is_open.lock().expect("not poisoned") = true;
    gate.opened.notify_all();
    settle(&mut indexer).await;
    assert_eq!(indexer.status().borrow().phase, Phase::Ready);
    assert!(place.generation("a").has_vectors());
}

/// Fails on some texts and panics on others.
struct Sick(FakeEmbed);

impl Embed for Sick {
    fn model(&self) -> &EmbeddingModel {
        self.0.model()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        assert!(!texts[0].contains("panic"), "as asked");
        if texts[0].contains("poison") {
            Err(EmbedError("as asked".into()))
        } else {
            self.0.embed(texts)
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_cannot_be_embedded_is_found_by_words_and_holds_up_nobody() {
    let place = Place::new();
    place.contribute(0, "This one is poison to the model.", 1);
    place.contribute(0, "And this one makes it panic.", 1);
    place.contribute(0, "The third one is harmless.", 1);
    let mut settings = place.settings("a");
    settings.vectors_interval = std::time::Duration::from_millis(1);
    let sick = Arc::new(Sick(FakeEmbed::new(16)));
    let mut indexer = Indexer::new(settings, place.chain.clone(), Some(sick)).expect("new");
    settle(&mut indexer).await;
    let status = indexer.status().borrow().clone();
    assert_eq!((status.documents, status.vectors_done, status.vectors_total), (3, 1, 3));
    let note = status.note.expect("a note");
    assert!(note.contains("2 text(s) could not be embedded"), "{note}");
    let vectors: Vec<bool> = indexer
        .generation_input()
        .expect("blocks were read")
        .documents
        .iter()
        .map(|document| document.vectors.is_some())
        .collect();
    assert_eq!(vectors, [false, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_blobs_are_quarantined_with_a_reason_and_never_indexed() {
    let place = Place::new();
    let mut settings = place.settings("a");
    settings.text_bytes_max = 1_000;
    let put = |bytes: &[u8]| place.blobs.put(bytes).expect("stored");
    let (binary, empty) = (put(&[0xff, 0xfe, 1, 2]), put(b""));
    let (wordless, long) = (put(b" \n--- ?! \n"), put("long ".repeat(300).as_bytes()));
    let swapped = put(b"The right bytes of a text.");
    std::fs::write(place.blobs.path(swapped), b"Something else entirely.").expect("swapped");
    let missing = ContentHash::of(b"nobody has this");
    let all = [binary, empty, wordless, long, swapped, missing];
    place.chain.mine(all.iter().map(|hash| contributed(0, *hash, 1, None)).collect());
    let good = place.contribute(0, ORIGINAL, 2);
    let mut indexer = Indexer::new(settings, place.chain.clone(), None).expect("new");
    settle(&mut indexer).await;
    let status = indexer.status().borrow().clone();
    let reason = |hash| {
        let found = status.quarantined.iter().find(|(bad, _)| *bad == hash);
        found.map_or("", |(_, reason)| reason.as_str())
    };
    assert!(reason(binary).contains("UTF-8"), "{status:?}");
    assert!(reason(empty).contains("empty"), "{status:?}");
    assert!(reason(wordless).contains("no words"), "{status:?}");
    assert!(reason(long).contains("limit of 1000"), "{status:?}");
    assert!(reason(swapped).contains("hash"), "{status:?}");
    assert_eq!(status.pending, [missing]);
    assert_eq!(status.documents, 1);
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, good), Standing::Live);
    for hash in all {
        assert!(matches!(standing(&input, 0, hash), Standing::Quarantined { .. }));
    }
    assert!(files_with(&place.generations("a"), "Something else entirely").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_or_mended_blob_is_indexed_without_a_restart() {
    let place = Place::new();
    let late = "This text arrives after its registration.";
    let hash = ContentHash::of(late.as_bytes());
    place.chain.mine(vec![contributed(0, hash, 1, None)]);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    assert_eq!(indexer.status().borrow().pending, [hash]);
    let path = place.blobs.path(hash);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
    std::fs::write(&path, b"wrong").expect("wrong bytes");
    settle(&mut indexer).await;
    assert_eq!(indexer.status().borrow().quarantined.len(), 1);
    place.blobs.put(late.as_bytes()).expect("the right bytes");
    settle(&mut indexer).await;
    let status = indexer.status().borrow().clone();
    assert_eq!((status.documents, status.pending, status.quarantined), (1, vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_text_leaves_a_tombstone_and_no_trace() {
    let place = Place::new();
    let secret =
        format!("The xylophagous zyzzyva eats palm leaves at night in gardens. {ORIGINAL}");
    let hash = place.contribute(0, &secret, 1);
    let copy = place.contribute(1, ORIGINAL, 2);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    assert!(!files_with(&place.generations("a"), "zyzzyva").is_empty(), "the search can find it");
    place.chain.mine(vec![removed(0, hash)]);
    settle(&mut indexer).await;
    assert_eq!(files_with(&place.generations("a"), "zyzzyva"), Vec::<std::path::PathBuf>::new());
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, hash), Standing::Removed);
    assert_eq!(standing(&input, 1, copy), Standing::Live);
    let owners: Vec<Ownership> =
        input.documents[1].sentences.iter().map(|sentence| sentence.ownership).collect();
    assert_eq!(owners, [Ownership::Tombstone; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_text_in_two_datanets_belongs_to_the_older() {
    let place = Place::new();
    let hash = place.contribute(0, ORIGINAL, 1);
    place.contribute(1, ORIGINAL, 2);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, hash), Standing::Live);
    assert_eq!(standing(&input, 1, hash), Standing::Live);
    let owner =
        |document: usize, sentence: usize| input.documents[document].sentences[sentence].ownership;
    assert_eq!(owner(0, 0), Ownership::Own);
    assert_eq!(owner(1, 1), Ownership::CopyOf(SentenceRef { document: 0, sentence: 1 }));
    place.chain.mine(vec![removed(0, hash)]);
    settle(&mut indexer).await;
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, hash), Standing::Removed);
    assert_eq!(standing(&input, 1, hash), Standing::Live, "only one of the two was removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_inherits_the_age_and_replaces_its_predecessor_once_it_is_there() {
    let place = Place::new();
    let first = place.contribute(0, ORIGINAL, 1);
    place.contribute(0, &format!("{ORIGINAL} A copier adds a line."), 2);
    let revised = format!("{ORIGINAL} And the author adds a third.");
    let second = ContentHash::of(revised.as_bytes());
    place.chain.mine(vec![contributed(0, second, 1, Some(first))]);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, first), Standing::Live, "the revision's text is not there yet");
    place.blobs.put(revised.as_bytes()).expect("stored");
    settle(&mut indexer).await;
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, first), Standing::Superseded { by: second });
    let [old, copy, new] = &input.documents[..] else { panic!("three documents") };
    assert_eq!(new.contribution.effective_age, old.contribution.age);
    assert!(new.contribution.age > copy.contribution.age);
    assert_eq!(new.sentences[0].ownership, Ownership::Own);
    assert_eq!(
        copy.sentences[0].ownership,
        Ownership::CopyOf(SentenceRef { document: 2, sentence: 0 })
    );
    assert!(old.text.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_replaces_the_text_of_others() {
    let place = Place::new();
    let first = place.contribute(0, ORIGINAL, 1);
    let held = place.contribute(0, "An author without an address wrote this line.", 100);
    let put = |text: &str| place.blobs.put(text.as_bytes()).expect("stored");
    let others = put("Other payees claim to revise the first text.");
    let elsewhere = put("The same payee, but in another Datanet.");
    let stranger = put("A stranger names the escrow of the author.");
    let keeper = put("The sender of the first one revises it for the author.");
    place.chain.mine(vec![
        contributed(0, others, 2, Some(first)),
        contributed(1, elsewhere, 1, Some(first)),
        contributed_by(Address([9; 20]), 0, stranger, 100, Some(held)),
    ]);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, first), Standing::Live);
    assert_eq!(standing(&input, 0, held), Standing::Live);
    let own = |document: &footnote_retriever::DocumentInput| {
        document.contribution.age == document.contribution.effective_age
    };
    assert!(input.documents.iter().all(own));
    place.chain.mine(vec![contributed(0, keeper, 100, Some(held))]);
    settle(&mut indexer).await;
    let input = indexer.generation_input().expect("blocks were read");
    assert_eq!(standing(&input, 0, held), Standing::Superseded { by: keeper });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retracted_datanet_is_not_searched_until_it_is_active_again() {
    let place = Place::new();
    let hash = place.contribute(0, ORIGINAL, 1);
    let mut indexer = place.indexer("a");
    for (change, wanted) in [
        (RegistryStatus::Retracted, Standing::Removed),
        (RegistryStatus::Active, Standing::Live),
        (RegistryStatus::Frozen, Standing::Live),
    ] {
        place.chain.mine(vec![status(0, change)]);
        settle(&mut indexer).await;
        let input = indexer.generation_input().expect("blocks were read");
        assert_eq!(standing(&input, 0, hash), wanted, "{change:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datanet_is_described_by_the_manifest_of_its_current_version() {
    let place = Place::new();
    let manifest = |title: &str| {
        let json = format!(r#"{{"title": "{title}", "language": "en", "questions": ["Why?"]}}"#);
        Digest(place.blobs.put(json.as_bytes()).expect("stored").0)
    };
    let broken = Digest(place.blobs.put(b"{ not json").expect("stored").0);
    place.chain.mine(vec![
        version(0, 1, manifest("First")),
        version(0, 2, manifest("Second")),
        version(1, 1, broken),
    ]);
    let mut indexer = place.indexer("a");
    settle(&mut indexer).await;
    let described = |indexer: &Indexer| {
        let datanets = indexer.generation_input().expect("blocks were read").datanets;
        datanets.iter().map(|it| (it.version, it.profile.title.clone())).collect::<Vec<_>>()
    };
    assert_eq!(described(&indexer), [(2, "Second".to_owned()), (1, String::new())]);
    place.chain.mine(vec![RegistryEvent::RolledBack { id: datanet(0), version: 1 }]);
    settle(&mut indexer).await;
    assert_eq!(described(&indexer)[0], (1, "First".to_owned()));
}
