//! The generator against what it meets: servers that keep the protocol, and servers that do not;
//! adapters that are what they say, and adapters that are not.

mod adapter_store;
mod admission;
mod adversarial;
mod aliases;
mod allocation;
mod openai;
mod peft_folder;
mod request;
mod server;
