//! Which passages use the question's words? BM25 over one field per language, each analysed as its
//! language needs; a passage stands in the fields of its own language, and in plain words for
//! questions in another.

pub mod analysis;
mod contexts;
mod judge;
mod query;
mod reader;
mod schema;
pub mod stop_words;
mod writer;

pub use judge::Judgement;
pub use reader::{LexicalHit, LexicalReader};
pub use writer::LexicalWriter;

use crate::error::RetrieverError;
use std::path::Path;

fn failed(path: &Path) -> impl Fn(tantivy::TantivyError) -> RetrieverError + use<'_> {
    |error| RetrieverError::Lexical { path: path.to_owned(), reason: error.to_string() }
}
