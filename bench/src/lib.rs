//! What is measured again and again, and on what? The measurements are modules, and made-up inputs that
//! several of them share; the programs in `benches` run them, by `cargo xtask bench NAME`.

pub mod lora;
pub mod random_receipt;
