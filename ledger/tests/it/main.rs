//! Are the books true through races, repetitions, crashes, vetoes and chains that forget? Everything
//! here goes through the public door and is audited by a model that shares no code with it.

mod access;
mod asking;
mod bundling;
mod desk;
mod engine;
mod files;
mod money_in;
mod on_anvil;
mod opening;
mod random;
mod readers;
mod settling;
#[path = "../chain/stage.rs"]
#[expect(dead_code, reason = "the stage of the chain's own tests has more on it than is used here")]
mod stage;
mod statements;
mod tampering;
