//! One wrong byte in any file is noticed, the file is named, and the generation before it serves.

use crate::corpus;
use footnote_retriever::{
    Generation, RetrieverError, Shelf, VectorEngine, publish, write_generation,
};
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn a_changed_byte_in_any_file_is_named_and_the_previous_generation_serves() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let previous = corpus::generation(root.path(), VectorEngine::Edge).id().clone();
    let newest = write_generation(root.path(), corpus::input(21, corpus::documents()), &|_| {});
    let newest = newest.expect("written");
    publish(root.path(), &newest).expect("published");
    let all = files(&root.path().join(newest.as_str()));
    assert!(all.len() > 15, "{all:?}");
    for file in all {
        let sound = std::fs::read(&file).expect("a file");
        let mut broken = sound.clone();
        match broken.len() / 2 {
            0 => broken.push(1),
            middle => broken[middle] ^= 1,
        }
        // Another file in its place, as the sealed bytes may be mapped by a reader.
        replace(&file, &broken);
        let error = Generation::open(root.path(), &newest).expect_err("it is broken");
        assert!(
            matches!(&error, RetrieverError::Corrupt { file: named, .. } if *named == file)
                || file.ends_with("manifest.json"),
            "{error} for {}",
            file.display()
        );
        assert!(error.to_string().contains(&*file.to_string_lossy()), "{error}");
        let shelf = Shelf::open(root.path()).expect("it opens another");
        assert_eq!(*shelf.current().expect("the previous one").id(), previous);
        assert!(shelf.fault().expect("told").contains(&*file.to_string_lossy()));
        replace(&file, &sound);
        assert!(shelf.reload().expect("mended"));
        assert_eq!(*shelf.current().expect("the newest").id(), newest);
        assert_eq!(shelf.fault(), None);
    }
}

fn replace(file: &Path, bytes: &[u8]) {
    std::fs::remove_file(file).expect("removed");
    std::fs::write(file, bytes).expect("written");
}

#[test]
fn a_missing_file_and_a_missing_generation_are_named() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let id = corpus::generation(root.path(), VectorEngine::Flat).id().clone();
    let text = root.path().join(id.as_str()).join("text.bin");
    std::fs::remove_file(&text).expect("removed");
    let error = Generation::open(root.path(), &id).expect_err("it misses a file");
    assert!(error.to_string().contains("text.bin"), "{error}");
    let shelf = Shelf::open(root.path()).expect("nothing else to open");
    assert!(shelf.current().is_none() && shelf.fault().is_some());
    let nowhere = "0000000009-0123456789ab".parse().expect("a name");
    let error = Generation::open(root.path(), &nowhere).expect_err("there is none");
    assert!(error.to_string().contains("0000000009-0123456789ab"), "{error}");
}

#[test]
fn a_generation_under_another_name_is_refused() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let id = corpus::generation(root.path(), VectorEngine::Flat).id().clone();
    let other = "0000000021-0123456789ab";
    std::fs::rename(root.path().join(id.as_str()), root.path().join(other)).expect("renamed");
    let error =
        Generation::open(root.path(), &other.parse().expect("a name")).expect_err("another");
    assert!(matches!(error, RetrieverError::Corrupt { .. }), "{error}");
}
