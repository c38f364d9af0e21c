//! Is the evidence of a receipt what its texts say? Recomputes weights, wording, meaning and
//! citations from the texts themselves, so that not even the evidence has to be believed.
//!
//! `footnote verify` recomputes money from evidence; this recomputes evidence from texts. Who stands
//! at which place in the search, and whether something better was passed over, it cannot know: that
//! takes the whole generation.

mod evidence_file;
mod recompute;
mod recorded_texts;
mod sample;

pub use evidence_file::{EvidenceError, EvidenceFile};
pub use recompute::{DeepSummary, Meaning, recompute};
pub use sample::{Evidence, Finding, Sample};
