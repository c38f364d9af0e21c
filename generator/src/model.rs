//! What stands between passages and a language model, whichever it is: the prompt that goes in, and
//! the sentences that come out. Pure text, so that every backend with a model says and reads the same.

mod cutter;
mod estimate;
mod markers;
mod plain;
mod prompt;
mod rewritten;
mod said;
mod speech;
mod thought;

use cutter::{Cutter, Written};
pub use estimate::tokens_estimated;
pub use markers::without_markers;
use plain::plain;
pub use prompt::{NO_ANSWER, Prompt, before_saying, prompt, rewriting};
pub use rewritten::rewritten;
use said::Said;
pub use speech::Speech;
use thought::Thought;
