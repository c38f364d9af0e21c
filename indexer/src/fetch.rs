//! Are the texts there, and are they what the chain promised?
//!
//! A missing text stays pending and is looked for in every round. One that is not what its hash
//! says, or cannot be read, is quarantined with the reason and looked at again when its file changes.

use crate::blob::{BlobStamp, BlobStore};
use crate::error::{IndexerError, blocking};
use crate::stage::{Kept, Outcome, Stage, Work};
use async_trait::async_trait;
use footnote_domain::corpus::DatanetProfile;
use footnote_domain::id::{ContentHash, Digest};
use std::sync::Arc;

/// What the store has under a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    /// Readable text.
    Text(Arc<str>),
    /// Nothing yet.
    Missing,
    /// Something that must not be indexed.
    Refused {
        /// Why, for the contributor to read.
        reason: String,
        /// The file as it was when refused; `None` when it could not be read and is tried again.
        stamp: Option<BlobStamp>,
    },
}

/// Reads texts and manifests from the store.
pub struct Fetch {
    blobs: BlobStore,
    text_bytes_max: u64,
}

#[async_trait]
impl Stage for Fetch {
    fn id(&self) -> &'static str {
        "fetch"
    }

    async fn execute(&mut self, work: &mut Work) -> Result<Outcome, IndexerError> {
        self.fetch_texts(work).await?;
        self.fetch_profiles(work).await?;
        tell(work);
        Ok(Outcome::Done)
    }

    async fn unwind(&mut self, work: &mut Work, _kept: Kept) -> Result<(), IndexerError> {
        let texts = work.corpus.text_hashes();
        work.texts.retain(|hash, _| texts.contains(hash));
        let manifests = work.corpus.manifest_hashes();
        work.profiles.retain(|hash, _| manifests.contains(hash));
        tell(work);
        Ok(())
    }
}

impl Fetch {
    /// Reads from `blobs`; longer texts are refused.
    pub fn new(blobs: BlobStore, text_bytes_max: u64) -> Self {
        Self { blobs, text_bytes_max }
    }

    async fn fetch_texts(&self, work: &mut Work) -> Result<(), IndexerError> {
        let mut wanted: Vec<(ContentHash, Option<Blob>)> = Vec::new();
        for hash in work.corpus.text_hashes() {
            match work.texts.get(&hash) {
                Some(Blob::Text(_)) => {}
                known => wanted.push((hash, known.cloned())),
            }
        }
        let (blobs, limit) = (self.blobs.clone(), self.text_bytes_max);
        let found = blocking("fetch", move || look_at_all(&blobs, limit, wanted)).await?;
        for (hash, blob) in found {
            if let Blob::Refused { reason, .. } = &blob {
                tracing::warn!(%hash, reason, "text quarantined");
            }
            work.texts.insert(hash, blob);
            work.changed();
        }
        Ok(())
    }

    async fn fetch_profiles(&self, work: &mut Work) -> Result<(), IndexerError> {
        let missing = |hash: &Digest| !work.profiles.contains_key(hash);
        let wanted: Vec<Digest> =
            work.corpus.manifest_hashes().into_iter().filter(missing).collect();
        let blobs = self.blobs.clone();
        let read = move || {
            let profile = |hash: Digest| Some((hash, read_profile(&blobs, hash)?));
            wanted.into_iter().filter_map(profile).collect::<Vec<_>>()
        };
        for (hash, profile) in blocking("fetch", read).await? {
            work.profiles.insert(hash, profile);
            work.changed();
        }
        Ok(())
    }
}

/// Looks at each blob again; only what differs from before is returned.
fn look_at_all(
    blobs: &BlobStore,
    limit: u64,
    wanted: Vec<(ContentHash, Option<Blob>)>,
) -> Vec<(ContentHash, Blob)> {
    let mut found = Vec::new();
    for (hash, known) in wanted {
        let blob = look_at(blobs, limit, hash, known.as_ref()).unwrap_or_else(unreadable);
        if known.as_ref() != Some(&blob) {
            found.push((hash, blob));
        }
    }
    found
}

/// One file that cannot be read must not hold up the others.
fn unreadable(error: IndexerError) -> Blob {
    Blob::Refused { reason: error.to_string(), stamp: None }
}

fn look_at(
    blobs: &BlobStore,
    limit: u64,
    hash: ContentHash,
    known: Option<&Blob>,
) -> Result<Blob, IndexerError> {
    let Some(stamp) = blobs.stamp(hash)? else { return Ok(Blob::Missing) };
    if let Some(refused @ Blob::Refused { stamp: Some(before), .. }) = known
        && *before == stamp
    {
        return Ok(refused.clone());
    }
    let refused = |reason: String| Blob::Refused { reason, stamp: Some(stamp) };
    if stamp.length > limit {
        return Ok(refused(format!("{} bytes are more than the limit of {limit}", stamp.length)));
    }
    Ok(match blobs.get(hash) {
        Ok(Some(bytes)) => read_text(bytes).map_or_else(refused, Blob::Text),
        Ok(None) => Blob::Missing,
        Err(IndexerError::BlobMismatch { found, .. }) => refused(format!(
            "its bytes have the hash {found}, not the one registered; serve the original bytes"
        )),
        Err(error) => return Err(error),
    })
}

/// A text is UTF-8 with at least one word in it.
fn read_text(bytes: Vec<u8>) -> Result<Arc<str>, String> {
    if bytes.is_empty() {
        return Err("the text is empty".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("not UTF-8 text (at byte {})", error.utf8_error().valid_up_to())
    })?;
    if text.chars().any(char::is_alphanumeric) {
        Ok(text.into())
    } else {
        Err("the text has no words".to_owned())
    }
}

/// A manifest that is missing or unreadable leaves the Datanet with its slug; it is tried again.
fn read_profile(blobs: &BlobStore, hash: Digest) -> Option<DatanetProfile> {
    let bytes = blobs.get(ContentHash(hash.0)).ok().flatten()?;
    serde_json::from_slice(&bytes).ok()
}

/// Puts pending and refused texts that should be searchable on the status board.
fn tell(work: &Work) {
    let (mut pending, mut quarantined) = (Vec::new(), Vec::new());
    let standing = work.corpus.texts().iter().filter(|text| !work.corpus.is_withdrawn(text));
    let hashes: std::collections::BTreeSet<_> = standing.map(|text| text.content_hash).collect();
    for hash in hashes {
        match work.texts.get(&hash) {
            Some(Blob::Missing) => pending.push(hash),
            Some(Blob::Refused { reason, .. }) => quarantined.push((hash, reason.clone())),
            Some(Blob::Text(_)) | None => {}
        }
    }
    work.status.update(|status| {
        status.pending = pending;
        status.quarantined = quarantined;
    });
}
