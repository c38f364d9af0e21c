//! By what is somebody known? Signed messages, browsers' sessions and API keys, without HTTP: what is
//! shown at the door is checked here, and only its hash goes on.

mod message;
pub mod nonce;
pub mod sign_in;
pub mod terms;
pub mod token;

/// How long a browser stays signed in.
pub const SESSION_SECONDS: u64 = 30 * 86_400;
