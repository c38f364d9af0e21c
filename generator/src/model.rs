//! What stands between passages and a language model, whichever it is: the prompt that goes in, and
//! the sentences that come out. Pure text, so that every backend with a model says and reads the same.

mod cutter;
mod markers;
mod prompt;

pub use cutter::{Cutter, Written};
pub use markers::without_markers;
pub use prompt::{NO_ANSWER, Prompt, prompt};
