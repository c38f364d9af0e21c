//! Measured comparisons. Each module answers one question with numbers and can be run by a program of
//! the same name in `bin`.

pub mod lora;
