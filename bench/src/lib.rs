//! What is measured again and again, and on what? Made-up inputs that several measurements share; the
//! measurements themselves are the programs in `src/bin`, run by `cargo xtask bench NAME`.

pub mod random_receipt;
