//! How many cases does a property take? As many as a test run has time for, or as many as somebody
//! asks for: `cargo xtask bench attribution` asks for a million.

use proptest::prelude::ProptestConfig;

/// `cases`, or more where the variable `PROPTEST_CASES` says so.
pub(crate) fn at_least(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|asked| asked.parse().ok());
    ProptestConfig::with_cases(asked.map_or(cases, |asked: u32| asked.max(cases)))
}
