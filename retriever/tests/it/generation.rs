//! Everything that was written is read back, and publishing is one step.

use crate::corpus::{self, CHAIN, TEXTS};
use footnote_domain::corpus::{SentenceRef, Standing};
use footnote_domain::embed::quantise;
use footnote_domain::id::ContentHash;
use footnote_retriever::{
    Generation, GenerationId, RetrieverError, Shelf, VectorEngine, WriteStage, collect_garbage,
    current, generations, publish, write_generation,
};
use std::cell::RefCell;

#[test]
fn what_was_written_is_read_back() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Edge);
    let counts = generation.manifest().counts;
    assert_eq!((counts.documents, counts.live), (10, 10));
    assert_eq!(generation.passages().len() as u64, counts.passages);
    assert_eq!(generation.datanets().len(), 3);
    for (number, (datanet, title, text)) in (0u32..).zip(TEXTS) {
        assert_eq!(generation.text(number), text);
        let contribution = &generation.documents()[number as usize];
        assert_eq!(
            (contribution.datanet, contribution.description.title.as_str()),
            (datanet, title)
        );
        let hash = ContentHash::of(text.as_bytes());
        assert_eq!(generation.document_number(hash), Some(number));
        for (at, sentence) in (0u32..).zip(generation.sentences(number)) {
            let reference = SentenceRef { document: number, sentence: at };
            let wanted = &text[sentence.span.clone()];
            assert_eq!(generation.sentence_text(reference), wanted);
            let vector = quantise(&corpus::vector(wanted));
            let wanted = (datanet != corpus::TEA).then_some(vector.as_slice());
            assert_eq!(generation.sentence_vector(reference), wanted);
        }
        for passage in generation.passages_of(number) {
            let span = generation.passages()[passage as usize].span.clone();
            assert_eq!(generation.passage_text(passage), &text[span]);
        }
    }
    assert!(
        generation.unigrams().probability("datanet") > generation.unigrams().probability("zzz")
    );
    assert_eq!(generation.unigrams().digest(), generation.manifest().unigrams);
    assert_eq!(generation.root_digest(), generation.manifest().computed_root());
}

#[test]
fn vectors_can_be_taken_over_into_the_next_generation() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let generation = corpus::generation(root.path(), VectorEngine::Edge);
    for (number, document) in (0u32..).zip(corpus::documents()) {
        assert_eq!(generation.document_vectors(number), document.vectors);
    }
}

#[test]
fn equal_states_have_equal_content_and_other_states_do_not() {
    let (a, b) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let first = corpus::generation(a.path(), VectorEngine::Edge);
    let second = corpus::generation(b.path(), VectorEngine::Flat);
    assert_eq!(first.manifest().content, second.manifest().content);
    let fewer = corpus::input(20, corpus::documents()[..9].to_vec());
    let id = write_generation(b.path(), fewer, &|_| {}).expect("written");
    let third = Generation::open(b.path(), &id).expect("opened");
    assert_ne!(first.manifest().content, third.manifest().content);
}

#[test]
fn removed_texts_leave_nothing_to_find() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let mut documents = corpus::documents();
    let secret = documents[1].contribution.content_hash;
    documents[1] = corpus::document(1, CHAIN, TEXTS[1].1, TEXTS[1].2, Standing::Removed);
    documents[1].text.clear();
    let id = write_generation(root.path(), corpus::input(20, documents), &|_| {}).expect("written");
    let generation = Generation::open(root.path(), &id).expect("opened");
    assert_eq!(generation.document_number(secret), None);
    assert_eq!(generation.text(1), "");
    assert_eq!(generation.count_phrase("priority fee"), 0);
    let mut open = vec![root.path().join(id.as_str())];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                let found = bytes.windows(12).any(|window| window == b"priority fee");
                assert!(!found, "{} still holds the removed text", path.display());
            }
        }
    }
}

#[test]
fn the_shelf_changes_only_when_another_is_published() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let shelf = Shelf::open(root.path()).expect("an empty root");
    assert!(shelf.current().is_none());
    assert!(!shelf.reload().expect("nothing to load"));
    let first = corpus::generation(root.path(), VectorEngine::Edge);
    assert!(shelf.reload().expect("the first"));
    assert!(!shelf.reload().expect("the same"));
    let next = write_generation(root.path(), corpus::input(21, corpus::documents()), &|_| {});
    let next = next.expect("written");
    assert!(!shelf.reload().expect("not published"));
    publish(root.path(), &next).expect("published");
    assert!(shelf.reload().expect("the second"));
    assert_eq!(*shelf.current().expect("open").id(), next);
    // A reader that began before goes on, even after its files are deleted.
    collect_garbage(root.path(), 1).expect("collected");
    assert_eq!(generations(root.path()).expect("listed"), [next]);
    assert_eq!(first.count_phrase("base fee"), 1);
    let query = crate::search::query("base fee", &first);
    assert!(!crate::search::hits(&first, &query).is_empty());
}

#[test]
fn generations_are_listed_newest_first_and_wrecks_are_swept() {
    let root = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(current(root.path()).expect("none"), None);
    for block in [5, 1_000, 20] {
        write_generation(root.path(), corpus::input(block, corpus::documents()), &|_| {})
            .expect("written");
    }
    let ids = generations(root.path()).expect("listed");
    let blocks: Vec<&str> = ids.iter().map(|id| &id.as_str()[..10]).collect();
    assert_eq!(blocks, ["0000001000", "0000000020", "0000000005"]);
    publish(root.path(), &ids[2]).expect("published");
    std::fs::create_dir(root.path().join("block-30.tmp")).expect("a wreck");
    collect_garbage(root.path(), 1).expect("collected");
    assert!(!root.path().join("block-30.tmp").exists());
    assert_eq!(generations(root.path()).expect("listed"), [ids[0].clone(), ids[2].clone()]);
}

#[test]
fn names_of_generations_are_checked() {
    for bad in ["", "x", "1-2", "0000000001-XYZ", "../../etc/passwd", "0000000001-0123456789ab/.."]
    {
        assert!(matches!(bad.parse::<GenerationId>(), Err(RetrieverError::BadGenerationId(_))));
    }
    assert!("0000000001-0123456789ab".parse::<GenerationId>().is_ok());
}

#[test]
fn progress_reaches_every_stage() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let seen = RefCell::new(Vec::new());
    write_generation(root.path(), corpus::input(1, corpus::documents()), &|progress| {
        assert!(progress.done <= progress.total, "{progress:?}");
        seen.borrow_mut().push(progress.stage);
    })
    .expect("written");
    let mut seen = seen.into_inner();
    seen.dedup();
    let stages = [
        WriteStage::Texts,
        WriteStage::Lexical,
        WriteStage::Vectors,
        WriteStage::Verbatim,
        WriteStage::Seal,
    ];
    assert_eq!(seen, stages);
}

#[test]
fn inputs_that_contradict_themselves_are_refused_by_number() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let refused = |documents: Vec<_>| match write_generation(
        root.path(),
        corpus::input(1, documents),
        &|_| {},
    ) {
        Err(RetrieverError::Input { document, .. }) => document,
        other => panic!("{other:?}"),
    };
    let mut documents = corpus::documents();
    documents[2].contribution.standing = Standing::Removed;
    assert_eq!(refused(documents), 2);
    let mut documents = corpus::documents();
    documents[7].sentences[0].span.end -= 1;
    assert_eq!(refused(documents), 7);
    let mut documents = corpus::documents();
    documents[3].passages[0].document = 4;
    assert_eq!(refused(documents), 3);
    let mut documents = corpus::documents();
    documents[4].vectors.as_mut().expect("Spanish").passages[0].pop();
    assert_eq!(refused(documents), 4);
    assert_eq!(generations(root.path()).expect("listed"), []);
}

#[test]
fn an_empty_chain_is_a_generation_too() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let id = write_generation(root.path(), corpus::input(0, Vec::new()), &|_| {}).expect("written");
    let generation = Generation::open(root.path(), &id).expect("opened");
    let query = crate::search::query("anything at all", &generation);
    assert_eq!(crate::search::hits(&generation, &query), []);
    assert_eq!(generation.count_phrase("anything"), 0);
}
