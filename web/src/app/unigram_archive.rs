//! By which token counts was an answer weighed? Generations are collected; the counts that a receipt
//! names by digest are kept, so that its evidence can be recomputed later.
//!
//! One compressed file per table, named by its digest; written once, when the first answer that was
//! weighed by it is charged.

use footnote_domain::id::Digest;
use footnote_domain::text::Unigrams;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A folder of token counts.
#[derive(Debug, Clone)]
pub struct UnigramArchive {
    folder: PathBuf,
}

impl UnigramArchive {
    /// The archive in `folder`, which is made when the first table comes.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Keeps a table under its digest, unless it is kept already.
    pub fn keep(&self, digest: Digest, table: &Unigrams) -> io::Result<()> {
        let path = self.path(digest);
        if path.exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        // Answers may be charged side by side: each writes beside, the last rename wins.
        let unfinished = path.with_extension(format!("{:016x}.unfinished", rand::random::<u64>()));
        let written = write(&unfinished, table).and_then(|()| fs::rename(&unfinished, &path));
        if written.is_err() {
            // Best effort: nothing reads a file of that name.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    /// The table of a digest, checked against it; `None` when it is not kept.
    pub fn get(&self, digest: Digest) -> io::Result<Option<Unigrams>> {
        let file = match File::open(self.path(digest)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let reader = flate2::bufread::GzDecoder::new(BufReader::new(file));
        let counts: BTreeMap<String, u64> =
            serde_json::from_reader(BufReader::new(reader)).map_err(io::Error::other)?;
        let table = Unigrams::from_counts(counts);
        if table.digest() == digest { Ok(Some(table)) } else { Err(damaged(digest)) }
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(format!("{digest}.json.gz"))
    }
}

fn write(path: &Path, table: &Unigrams) -> io::Result<()> {
    let file = File::create(path)?;
    let mut packer = flate2::write::GzEncoder::new(BufWriter::new(file), Default::default());
    serde_json::to_writer(&mut packer, table.counts()).map_err(io::Error::other)?;
    let mut file = packer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.flush()?;
    file.sync_all()
}

fn damaged(digest: Digest) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("the file is damaged: it is not {digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_back_as_it_was_and_a_damaged_one_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = UnigramArchive::new(folder.path().join("unigrams"));
        let mut table = Unigrams::default();
        table.add("the base fee, 茶 and the base fee");
        let digest = table.digest();
        assert_eq!(archive.get(digest).expect("readable"), None);
        archive.keep(digest, &table).expect("kept");
        archive.keep(digest, &Unigrams::default()).expect("kept already");
        assert_eq!(archive.get(digest).expect("readable"), Some(table));
        fs::write(archive.path(digest), b"no gzip").expect("written");
        assert!(archive.get(digest).is_err());
        write(&archive.path(digest), &Unigrams::default()).expect("written");
        assert!(archive.get(digest).expect_err("another table").to_string().contains("damaged"));
    }
}
