//! Which texts still have to be cut into sentences and passages? The rules are in [`crate::cut`].

use crate::cut::Cut;
use crate::error::{IndexerError, blocking};
use crate::fetch::Blob;
use crate::stage::{CutKey, Kept, Outcome, Stage, Work};
use crate::status::Phase;
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::Arc;

/// Cuts every text that arrived.
#[derive(Debug, Default)]
pub struct Chunk;

#[async_trait]
impl Stage for Chunk {
    fn id(&self) -> &'static str {
        "chunk"
    }

    async fn execute(&mut self, work: &mut Work) -> Result<Outcome, IndexerError> {
        let uncut = uncut(work);
        if uncut.is_empty() {
            return Ok(Outcome::Done);
        }
        work.status.phase(Phase::Preparing);
        let cuts = blocking("chunk", move || cut_all(uncut)).await?;
        work.cuts.extend(cuts);
        work.changed();
        Ok(Outcome::Done)
    }

    async fn unwind(&mut self, work: &mut Work, _kept: Kept) -> Result<(), IndexerError> {
        let keys: std::collections::HashSet<CutKey> = work.cut_keys().collect();
        work.cuts.retain(|key, _| keys.contains(key));
        Ok(())
    }
}

fn uncut(work: &Work) -> HashMap<CutKey, Arc<str>> {
    let text_of = |key: CutKey| match work.texts.get(&key.0) {
        Some(Blob::Text(text)) if !work.cuts.contains_key(&key) => Some((key, Arc::clone(text))),
        _ => None,
    };
    work.cut_keys().filter_map(text_of).collect()
}

fn cut_all(uncut: HashMap<CutKey, Arc<str>>) -> Vec<(CutKey, Arc<Cut>)> {
    let cut = |(key, text): (CutKey, Arc<str>)| {
        let cut = Arc::new(Cut::of(key.0, &key.1, text));
        (key, cut)
    };
    uncut.into_iter().map(cut).collect()
}
