//! What is a token, a sentence, an offset, a language? One answer for every crate: unigram tables,
//! near-copy detection, information masses, passage lengths and citations all count the same way.

pub mod language;
pub mod offset;
pub mod sentence;
pub mod token;
pub mod unigram;

pub use language::Language;
pub use offset::CodePoints;
pub use sentence::{SentenceKind, SentenceSpan, sentences};
pub use token::{Token, token_spans, tokens};
pub use unigram::Unigrams;
