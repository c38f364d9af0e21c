//! Reads a folder of `.md`, `.markdown` and `.txt` files, its subfolders included, in order of path.
//! What begins with a dot (`.git`, `.obsidian`, `.trash`) is not meant for others and stays out.

use super::{ImportError, ImportItem, Skipped, Source, TEXT_BYTES_MOST, disk, encoding};
use std::path::{Path, PathBuf};

pub(super) fn read(root: &Path) -> Result<Source, ImportError> {
    let mut files = Vec::new();
    gather(root, &mut files)?;
    files.sort();
    let mut source = Source::default();
    for file in files {
        let doc = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        match read_text(&file) {
            Ok(text) => source.items.push(item(doc, text)),
            Err(reason) => source.skipped.push(Skipped { place: doc, reason }),
        }
    }
    Ok(source)
}

/// Links are not followed: they may lead out of the folder, or round in a circle.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ImportError> {
    for entry in std::fs::read_dir(folder).map_err(disk(folder))? {
        let entry = entry.map_err(disk(folder))?;
        let kind = entry.file_type().map_err(disk(folder))?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            gather(&path, files)?;
        } else if kind.is_file() && is_text_name(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_text_name(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("md" | "markdown" | "txt"))
}

fn read_text(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > TEXT_BYTES_MOST {
        return Err(format!("it has {size} bytes, the most is {TEXT_BYTES_MOST}"));
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let text = encoding::decode(bytes)?;
    if text.trim().is_empty() {
        return Err("it is empty".into());
    }
    Ok(text)
}

fn item(doc: String, text: String) -> ImportItem {
    let heading = text.lines().find_map(|line| line.strip_prefix("# ")).map(str::trim);
    let stem = || Path::new(&doc).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let title = heading.map(str::to_owned).or_else(stem).unwrap_or_default();
    ImportItem {
        title,
        doc,
        text,
        authors: Vec::new(),
        created: String::new(),
        licence: String::new(),
        source: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_texts_in_order_and_says_what_it_left_out() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, bytes).expect("written");
        };
        write("b/two.txt", "plain".as_bytes());
        write("a.md", "# A title\n\nbody".as_bytes());
        write("empty.md", b" \n");
        write("latin1.txt", &[0xe9, 0x20]);
        write("notepad.txt", b"\xff\xfet\0e\0a\0");
        let huge = std::fs::File::create(root.path().join("huge.txt")).expect("made");
        huge.set_len(50 << 20).expect("50 MB of nothing");
        write("picture.png", b"x");
        write(".trash/secret.md", b"secret");
        let source = read(root.path()).expect("a folder");
        let titles: Vec<&str> = source.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["A title", "two", "notepad"]);
        assert_eq!(source.items[2].text, "tea", "UTF-16 with its mark is converted");
        let skipped: Vec<&str> = source.skipped.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(skipped, ["empty.md", "huge.txt", "latin1.txt"]);
        let reasons: Vec<&str> = source.skipped.iter().map(|one| one.reason.as_str()).collect();
        for (reason, says) in reasons.iter().zip(["empty", "52428800 bytes", "Latin-1"]) {
            assert!(reason.contains(says), "{reason}");
        }
    }
}
