//! A part whose input did not change is not written again, and what comes out is what a fresh build
//! would have made, whatever happened before.

use crate::corpus::{self, TEXTS};
use footnote_domain::corpus::Standing;
use footnote_retriever::{
    DocumentInput, Generation, GenerationId, collect_garbage, publish, write_generation,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Files of a part by name: inode and length.
type Inodes = BTreeMap<String, (u64, u64)>;

fn inodes(root: &Path, id: &GenerationId, part: &str) -> Inodes {
    let base = root.join(id.as_str());
    let mut open = vec![base.join(part)];
    let mut found = BTreeMap::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let data = path.metadata().expect("a file");
            let name = path.strip_prefix(&base).expect("below").to_string_lossy().into_owned();
            found.insert(name, (data.ino(), data.len()));
        }
    }
    assert!(!found.is_empty(), "{part} of {id}");
    found
}

/// Bytes of `part` of `id` that are not those of `before`.
pub(crate) fn bytes_written(
    root: &Path,
    before: &GenerationId,
    id: &GenerationId,
    part: &str,
) -> u64 {
    let before = inodes(root, before, part);
    let now = inodes(root, id, part);
    now.iter().filter(|(name, data)| before.get(*name) != Some(data)).map(|(_, data)| data.1).sum()
}

fn write(root: &Path, block: u64, documents: Vec<DocumentInput>) -> GenerationId {
    let id = write_generation(root, corpus::input(block, documents), &|_| {}).expect("written");
    publish(root, &id).expect("published");
    id
}

fn without_vectors(mut documents: Vec<DocumentInput>) -> Vec<DocumentInput> {
    documents.last_mut().expect("a document").vectors = None;
    documents
}

fn some(count: usize) -> Vec<DocumentInput> {
    corpus::documents().into_iter().take(count).collect()
}

#[test]
fn a_new_text_leaves_the_vectors_and_new_vectors_leave_the_texts() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    let first = write(root, 20, some(6));
    let by_words = write(root, 21, without_vectors(some(7)));
    assert_eq!(bytes_written(root, &first, &by_words, "vectors"), 0);
    assert!(bytes_written(root, &first, &by_words, "lexical") > 0);
    assert!(bytes_written(root, &first, &by_words, "verbatim") > 0);
    let by_meaning = write(root, 21, some(7));
    assert_eq!(bytes_written(root, &by_words, &by_meaning, "lexical"), 0);
    assert_eq!(bytes_written(root, &by_words, &by_meaning, "verbatim"), 0);
    assert!(bytes_written(root, &by_words, &by_meaning, "vectors") > 0);
    // The older ones go; what is shared stays.
    collect_garbage(root, 1).expect("collected");
    same_as_fresh(root, &by_meaning, 21, some(7));
}

#[test]
fn whole_parts_of_a_killed_build_are_used_and_torn_ones_are_not() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    let id = write(root, 20, some(10));
    let before = [inodes(root, &id, "lexical"), inodes(root, &id, "vectors")];
    let wreck = root.join("block-20-0.tmp");
    fs::rename(root.join(id.as_str()), &wreck).expect("as if it had not been finished");
    fs::remove_file(wreck.join("manifest.json")).expect("not yet written");
    fs::remove_file(wreck.join("verbatim.part")).expect("not yet whole");
    let again = write(root, 20, some(10));
    assert_eq!([inodes(root, &again, "lexical"), inodes(root, &again, "vectors")], before);
    assert!(!wreck.exists(), "swept");
    same_as_fresh(root, &again, 20, some(10));
}

#[test]
fn a_damaged_part_is_written_again_and_never_shared() {
    for part in ["lexical", "vectors", "verbatim"] {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let id = write(root, 20, some(10));
        let (file, _) = inodes(root, &id, part).pop_last().expect("a file");
        let path = root.join(id.as_str()).join(&file);
        let mut bytes = fs::read(&path).expect("a file");
        bytes.push(1);
        fs::remove_file(&path).expect("removed");
        fs::write(&path, bytes).expect("damaged");
        let next = write(root, 21, some(10));
        assert!(bytes_written(root, &id, &next, part) > 0, "{part}");
        same_as_fresh(root, &next, 21, some(10));
        // Written again for the same block, its name may be the same: the sound one takes the place.
        let again = write(root, 20, some(10));
        same_as_fresh(root, &again, 20, some(10));
    }
}

/// Opens it (which checks every digest) and asks it what a fresh build is asked.
fn same_as_fresh(root: &Path, id: &GenerationId, block: u64, documents: Vec<DocumentInput>) {
    let other = tempfile::tempdir().expect("a folder");
    let fresh = write(other.path(), block, documents);
    let fresh = Generation::open(other.path(), &fresh).expect("opened");
    let grown = Generation::open(root, id).expect("opened");
    let (a, b) = (grown.manifest(), fresh.manifest());
    assert_eq!((a.content, a.counts, a.unigrams), (b.content, b.counts, b.unigrams));
    for (_, title, text) in TEXTS {
        for question in [title, text] {
            let query = crate::search::query(question, &fresh);
            assert_eq!(
                crate::search::hits(&grown, &query),
                crate::search::hits(&fresh, &query),
                "{question}"
            );
        }
        let phrase: String = text.chars().take(12).collect();
        assert_eq!(grown.count_phrase(&phrase), fresh.count_phrase(&phrase), "{phrase}");
    }
}

/// What happens to the corpus between two generations.
#[derive(Debug, Clone)]
enum Step {
    Contribute { vectors: bool },
    Embed,
    TakeDown(prop::sample::Index),
    Reorganise(prop::sample::Index),
    Collect,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<bool>().prop_map(|vectors| Step::Contribute { vectors }),
        2 => Just(Step::Embed),
        1 => any::<prop::sample::Index>().prop_map(Step::TakeDown),
        1 => any::<prop::sample::Index>().prop_map(Step::Reorganise),
        1 => Just(Step::Collect),
    ]
}

/// Texts by number; whether each is taken down, and whether it has its vectors.
fn made(state: &[(bool, bool)]) -> Vec<DocumentInput> {
    let numbered = (0u32..).zip(state).zip(TEXTS);
    numbered
        .map(|((number, (down, vectors)), (datanet, title, text))| {
            let standing = if *down { Standing::Removed } else { Standing::Live };
            let mut document = corpus::document(number, datanet, title, text, standing);
            document.vectors = document.vectors.filter(|_| *vectors);
            document
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn any_history_of_generations_ends_as_a_fresh_build(steps in prop::collection::vec(step(), 1..14)) {
        let root = tempfile::tempdir().expect("a folder");
        let mut state: Vec<(bool, bool)> = Vec::new();
        let mut last = write(root.path(), 1, Vec::new());
        for (block, step) in (2..).zip(&steps) {
            match step {
                Step::Contribute { vectors } if state.len() < TEXTS.len() => {
                    state.push((false, *vectors));
                }
                Step::Embed => state.iter_mut().for_each(|text| text.1 = true),
                Step::TakeDown(which) if !state.is_empty() => which.get_mut(&mut state).0 = true,
                Step::Reorganise(to) if !state.is_empty() => state.truncate(to.index(state.len())),
                Step::Collect => collect_garbage(root.path(), 1).expect("collected"),
                _ => {}
            }
            last = write(root.path(), block, made(&state));
        }
        same_as_fresh(root.path(), &last, 1 + steps.len() as u64, made(&state));
    }
}
