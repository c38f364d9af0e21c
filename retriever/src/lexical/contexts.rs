//! What stands around a passage? Its neighbours in the same contribution: a passage whose neighbours
//! speak of the question too is likelier to be meant than one that only names it.

use super::analysis::Analysis;
use super::schema::Fields;
use std::collections::HashMap;
use std::ops::Range;
use tantivy::{Searcher, TantivyError};

/// Passages on each side that belong to the context.
const NEIGHBOURS: u32 = 2;

/// Which contribution each passage stands in, and how long contexts are on average.
///
/// An index is one sealed segment that was written in passage order, so that a passage's number is
/// its document's number in tantivy.
pub(super) struct Contexts {
    documents: Vec<u64>,
    sizes: HashMap<Analysis, Size>,
}

/// How much one analysis finds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    /// Passages with a body in it.
    pub(super) passages: u32,
    /// Tokens of an average context of these.
    pub(super) context_mean: f32,
}

impl Contexts {
    /// Reads them from an open index.
    pub(super) fn read(searcher: &Searcher, fields: &Fields) -> tantivy::Result<Self> {
        let mut contexts = Self { documents: Vec::new(), sizes: HashMap::new() };
        let [segment] = searcher.segment_readers() else {
            let empty = searcher.segment_readers().is_empty();
            let fault = "a sealed index has one segment".to_owned();
            return if empty { Ok(contexts) } else { Err(TantivyError::InternalError(fault)) };
        };
        let fast = segment.fast_fields();
        let (numbers, documents) = (fast.u64("passage")?, fast.u64("document")?);
        for at in 0..segment.max_doc() {
            if numbers.first(at) != Some(u64::from(at)) {
                let fault = format!("passage {at} does not stand in its place");
                return Err(TantivyError::InternalError(fault));
            }
            contexts.documents.extend(documents.first(at));
        }
        for analysis in Analysis::ALL {
            let lengths = segment.get_fieldnorms_reader(fields.pair(analysis).body)?;
            let filled: Vec<u32> =
                (0..segment.max_doc()).filter(|at| lengths.fieldnorm(*at) > 0).collect();
            let length = |at: &u32| -> f64 {
                contexts.around(*at).map(|near| f64::from(lengths.fieldnorm(near))).sum()
            };
            let mean = filled.iter().map(length).sum::<f64>() / filled.len().max(1) as f64;
            let size = Size { passages: filled.len() as u32, context_mean: mean as f32 };
            contexts.sizes.insert(analysis, size);
        }
        Ok(contexts)
    }

    /// How many passages there are.
    pub(super) fn passages(&self) -> u32 {
        self.documents.len() as u32
    }

    /// A passage and its neighbours.
    pub(super) fn around(&self, passage: u32) -> Range<u32> {
        let same = |at: &u32| self.documents[*at as usize] == self.documents[passage as usize];
        let before = (passage.saturating_sub(NEIGHBOURS)..passage).find(|at| same(at));
        let last = (passage + NEIGHBOURS).min(self.passages() - 1);
        let after = (passage..=last).rev().find(|at| same(at));
        before.unwrap_or(passage)..after.unwrap_or(passage) + 1
    }

    /// How much one analysis finds.
    pub(super) fn size(&self, analysis: Analysis) -> Size {
        self.sizes.get(&analysis).copied().unwrap_or_default()
    }
}
