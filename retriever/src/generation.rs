//! What is one state of the chain as it can be searched? A folder of sealed files under one
//! manifest, built aside, named by its content, and published by one rename.
//!
//! ```text
//! root/CURRENT                    the name of the generation that serves
//! root/<id>/manifest.json         format, chain block, models, counts, a digest per file, the root
//! root/<id>/documents.jsonl       contributions and where their text and vectors lie
//! root/<id>/text.bin              all live texts, one after the other
//! root/<id>/sentences.jsonl       spans, kinds and owners
//! root/<id>/passages.jsonl        the units of retrieval
//! root/<id>/unigrams.json         token counts
//! root/<id>/sentences.i8          sentence vectors (when there are any)
//! root/<id>/lexical/ vectors/ verbatim/   the three indexes, each linked from an older generation
//!                                         when nothing that it is made from has changed
//! root/<id>/lexical.part …        what each of them was made from
//! ```
//!
//! Writer and reader of each part are neighbours; [`shelf`] holds the open one for a service.

pub mod input;
pub mod manifest;
pub(crate) mod part;
pub mod pointer;
pub mod reader;
pub(crate) mod seal;
pub mod shelf;
pub(crate) mod stored;
pub mod writer;
