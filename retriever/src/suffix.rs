//! Which spans of a text were read word for word in a contribution, and where does a phrase stand?
//! A suffix array over the bytes of all texts, letter case and white space folded: it needs no
//! tokenizer and serves every language.
//!
//! Only places where a word or a CJK character begins are kept, and matches end where words end, so
//! that `act` is no part of `compact`. Texts are separated by a byte that UTF-8 never holds:
//! nothing matches across two. Two orders of the same places are stored: over the whole
//! generation, for phrases, and per contribution, for traces, which ask about a few dozen sources.

mod fold;
mod phrase;
mod reader;
mod trace;
mod word;
mod writer;

pub use phrase::PhraseHit;
pub(crate) use phrase::is_phrase;
pub use reader::SuffixReader;
pub use trace::SourceSpan;
pub use writer::write;

pub(crate) const TEXT_FILE: &str = "text.bin";
pub(crate) const ARRAY_FILE: &str = "array.u32";
pub(crate) const BY_DOCUMENT_FILE: &str = "by_document.u32";
pub(crate) const DOCUMENTS_FILE: &str = "documents.u32";
pub(crate) const RUNS_FILE: &str = "runs.u32";
/// Stands after each text.
pub(crate) const SEPARATOR: u8 = 0xFF;
