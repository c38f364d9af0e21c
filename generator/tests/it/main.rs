//! The generator against what it meets: servers that keep the protocol, and servers that do not.

mod openai;
mod request;
mod server;
