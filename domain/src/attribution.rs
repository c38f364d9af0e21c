//! Who is paid for an answer, and why: `footnote-poa/1`.
//!
//! Units are the answer's sentences, weighed by the information they add to the question
//! ([`units`]); players are owners; evidence per owner and unit ([`evidence`]) becomes support, and
//! support becomes exact Shapley shares ([`shapley`]). Everything is an integer in ppm once it
//! leaves this module.

pub mod derived;
pub mod evidence;
pub mod shapley;
pub mod units;

use crate::id::ContentHash;
use crate::payee::WHOLE_PPM;
use evidence::Evidence;
use serde::{Deserialize, Serialize};

/// The name of the definition.
pub const ALGORITHM: &str = "footnote-poa/1";

/// Thresholds of a definition; recorded in every receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constants {
    /// v₀: wording below it is no support, in ppm.
    #[serde(with = "crate::decimal")]
    pub wording_least_ppm: u32,
    /// e₀: meaning below it is no support, in ppm.
    #[serde(with = "crate::decimal")]
    pub meaning_least_ppm: u32,
    /// ℓ₀: necessity below it is no support, in ppm.
    #[serde(with = "crate::decimal")]
    pub necessity_least_ppm: u32,
    /// ε: least denominator of necessity, in thousandths of a nat.
    #[serde(with = "crate::decimal")]
    pub epsilon_millinat: u32,
    /// Near-copies agree at least this much (Jaccard of token 5-grams), in ppm.
    #[serde(with = "crate::decimal")]
    pub near_copy_jaccard_ppm: u32,
    /// A sentence in more unrelated owners than this is boilerplate.
    #[serde(with = "crate::decimal")]
    pub boilerplate_owners: u32,
    /// Most owners considered for one answer.
    #[serde(with = "crate::decimal")]
    pub owners_most: u32,
    /// A younger sentence with at least this part of its words in an older one follows it, in ppm.
    #[serde(with = "crate::decimal")]
    pub derived_words_ppm: u32,
    /// Such a sentence is struck where the older one has this part of its support, in ppm.
    #[serde(with = "crate::decimal")]
    pub derived_support_ppm: u32,
    /// T below it: the answer counts as unsupported and costs nothing, in ppm.
    #[serde(with = "crate::decimal")]
    pub unsupported_below_ppm: u32,
}

impl Constants {
    /// Those that [`ALGORITHM`] stands for. A receipt that names the definition and records others
    /// is false: whoever signs must not choose the thresholds.
    pub const PUBLISHED: Self = Self {
        wording_least_ppm: 350_000,
        meaning_least_ppm: 450_000,
        necessity_least_ppm: 100_000,
        epsilon_millinat: 500,
        near_copy_jaccard_ppm: 800_000,
        boilerplate_owners: 5,
        owners_most: 40,
        derived_words_ppm: 600_000,
        derived_support_ppm: 750_000,
        unsupported_below_ppm: 200_000,
    };
}

/// Which kinds of evidence were at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Estimator {
    /// Wording only.
    #[serde(rename = "words/1")]
    Words,
    /// Wording and meaning.
    #[serde(rename = "meaning/1")]
    Meaning,
    /// Wording, meaning and necessity.
    #[serde(rename = "causal/1")]
    Causal,
}

/// The outcome for one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Per owner in the order given, per unit: r in ppm.
    pub support: Vec<Vec<u32>>,
    /// Per owner in the order given: its share in ppm.
    pub shares_ppm: Vec<u32>,
    /// T = Σ shares; the residual is 10⁶ − T.
    pub total_ppm: u32,
}

impl Attribution {
    /// The part of the answer that no source supports, in ppm.
    pub fn residual_ppm(&self) -> u32 {
        WHOLE_PPM - self.total_ppm
    }
}

/// Shares of `owners`, which must come in ascending order of content hash, over the units.
///
/// # Panics
/// When the owners are not strictly ascending, or an owner's evidence is not one number per unit.
pub fn attribute(
    units_ppm: &[u32],
    owners: &[(ContentHash, &Evidence)],
    constants: &Constants,
) -> Attribution {
    assert!(owners.windows(2).all(|pair| pair[0].0 < pair[1].0), "owners ascend strictly");
    let support: Vec<Vec<u32>> =
        owners.iter().map(|(_, evidence)| evidence.support(units_ppm.len(), constants)).collect();
    let (shares_ppm, total_ppm) = shapley::shares(units_ppm, &support);
    Attribution { support, shares_ppm, total_ppm }
}
