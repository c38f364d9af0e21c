//! What do the books say? Questions that change nothing, asked on the readers' connections.

pub(crate) mod answer;
pub(crate) mod balance;
pub(crate) mod earning;
pub(crate) mod epoch;
pub(crate) mod feedback;
pub(crate) mod history;
pub(crate) mod key;
pub(crate) mod movement;
pub(crate) mod receipt;
pub(crate) mod session;
pub(crate) mod statement;
pub(crate) mod statistics;
