//! Does a generation, once written, answer as it should, and refuse to when it was damaged?

mod corpus;
mod damage;
mod embedder;
mod generation;
mod search;
mod trace;
