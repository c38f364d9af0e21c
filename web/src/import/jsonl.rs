//! Reads JSONL, plain or gzip: one text per line as
//! `{"doc_id", "title", "text", "contributors": [{"name", "login"?, "ppm"?}], "created", "licence",
//! "source"}`; other fields are passed over. A line that cannot be read is reported with its number,
//! the rest is imported.

use super::{Author, ImportError, ImportItem, Skipped, Source, TEXT_BYTES_MOST, disk};
use flate2::read::MultiGzDecoder;
use footnote_domain::payee::EscrowScheme;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// A line may be longer than its text: escapes of JSON take up to six bytes for one.
const LINE_BYTES_MOST: u64 = 6 * TEXT_BYTES_MOST + 65_536;

#[derive(Deserialize)]
struct Line {
    doc_id: String,
    #[serde(default)]
    title: String,
    text: String,
    #[serde(default)]
    contributors: Vec<Contributor>,
    #[serde(default)]
    created: String,
    #[serde(default)]
    licence: String,
    #[serde(default)]
    source: String,
}

#[derive(Deserialize)]
struct Contributor {
    #[serde(default)]
    name: String,
    #[serde(default)]
    login: Option<String>,
    #[serde(default)]
    ppm: Option<u32>,
}

pub(super) fn read(path: &Path) -> Result<Source, ImportError> {
    let file = File::open(path).map_err(disk(path))?;
    let zipped = path.extension().is_some_and(|extension| extension == "gz");
    let reader: Box<dyn Read> =
        if zipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    read_lines(BufReader::new(reader), &name).map_err(disk(path))
}

fn read_lines(mut reader: impl BufRead, name: &str) -> std::io::Result<Source> {
    let mut source = Source::default();
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        let read = reader.by_ref().take(LINE_BYTES_MOST).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        let place = format!("{name}:{number}");
        if read as u64 == LINE_BYTES_MOST {
            reader.skip_until(b'\n')?;
            source.skipped.push(Skipped { place, reason: "the line is too long".into() });
            continue;
        }
        match parse(&line) {
            Ok(None) => {}
            Ok(Some(item)) => source.items.push(item),
            Err(reason) => source.skipped.push(Skipped { place, reason }),
        }
    }
    Ok(source)
}

/// `None` for a blank line.
fn parse(line: &[u8]) -> Result<Option<ImportItem>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let line: Line =
        serde_json::from_str(text).map_err(|error| format!("it cannot be read: {error}"))?;
    if line.doc_id.trim().is_empty() {
        return Err("`doc_id` is empty".into());
    }
    if line.text.trim().is_empty() {
        return Err("`text` is empty".into());
    }
    if line.text.len() as u64 > TEXT_BYTES_MOST {
        return Err(format!("`text` has more than {TEXT_BYTES_MOST} bytes"));
    }
    let mut authors: Vec<Author> = line.contributors.into_iter().filter_map(author).collect();
    let mut seen = std::collections::HashSet::new();
    authors.retain(|author| seen.insert((author.scheme.as_str(), author.handle.clone())));
    let weighed = authors.iter().filter(|author| author.ppm.is_some()).count();
    if weighed != 0 && weighed != authors.len() {
        return Err("`ppm` is given for some contributors and not for others".into());
    }
    Ok(Some(ImportItem {
        doc: line.doc_id,
        title: line.title,
        text: line.text,
        authors,
        created: line.created,
        licence: line.licence,
        source: line.source,
    }))
}

fn author(contributor: Contributor) -> Option<Author> {
    let (scheme, handle) = match contributor.login.filter(|login| !login.trim().is_empty()) {
        Some(login) => (EscrowScheme::Github, login.trim().to_lowercase()),
        None => (EscrowScheme::Name, contributor.name.trim().to_owned()),
    };
    (!handle.is_empty()).then_some(Author { scheme, handle, ppm: contributor.ppm })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_are_reported_by_number_and_the_rest_is_read() {
        let lines = concat!(
            "{\"doc_id\":\"1\",\"title\":\"One\",\"text\":\"a\",\"contributors\":[{\"name\":\"Ann\"},{\"name\":\"B\",\"login\":\"Bee\"},{\"name\":\"Ann\"}],\"category\":\"x\"}\n",
            "\n",
            "{\"doc_id\":\"2\"\n",
            "{\"doc_id\":\"3\",\"text\":\"  \"}\n",
            "[1]\n",
            "{\"doc_id\":\"5\",\"text\":\"a\",\"contributors\":[{\"name\":\"A\",\"ppm\":1},{\"name\":\"B\"}]}\n",
            "{\"doc_id\":\"4\",\"text\":\"last\"}",
        );
        let source = read_lines(lines.as_bytes(), "x.jsonl").expect("in memory");
        let docs: Vec<&str> = source.items.iter().map(|item| item.doc.as_str()).collect();
        assert_eq!(docs, ["1", "4"]);
        let handles: Vec<&str> =
            source.items[0].authors.iter().map(|author| author.handle.as_str()).collect();
        assert_eq!(handles, ["Ann", "bee"]);
        let places: Vec<&str> = source.skipped.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(places, ["x.jsonl:3", "x.jsonl:4", "x.jsonl:5", "x.jsonl:6"]);
    }
}
