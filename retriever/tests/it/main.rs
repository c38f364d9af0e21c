//! Does a generation, once written, answer as it should, and refuse to when it was damaged?

mod corpus;
mod cost;
mod damage;
mod embedder;
mod filters;
mod generation;
mod hostile;
mod parts;
mod search;
mod trace;
