//! What a receipt is made of: who wrote, what was read, who is owed what and why, at which price.

use crate::attribution::evidence::Evidence;
use crate::attribution::{Constants, Estimator};
use crate::corpus::Age;
use crate::decimal;
use crate::id::{ContentHash, Digest, PayeeId};
use crate::money::{AdapterPart, OwnerPart, Tariff};
use crate::payee::Payees;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which purse paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Funding {
    /// The caller's own balance.
    Balance,
    /// The operator's promotion account.
    Promotion,
    /// A payment per question over HTTP 402.
    X402,
}

/// A language model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Name.
    pub id: String,
    /// keccak-256 of its weights; zero for none.
    pub digest: Digest,
}

/// An adapter that answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdapterUse {
    /// The alias that was asked for.
    pub alias: String,
    /// keccak-256 of its weights.
    pub digest: Digest,
    /// Its developer; zero where nobody is named, whose part others have then.
    pub payee: PayeeId,
    /// Its part of what the adapters of the answer did, in ppm; Σ = 10⁶ over the receipt.
    #[serde(with = "decimal")]
    pub weight: u32,
    /// Tokens that it helped to write.
    #[serde(with = "decimal")]
    pub tokens: u64,
}

impl AdapterUse {
    /// What is paid for it; none where nobody is named.
    pub fn part(&self) -> Option<AdapterPart> {
        let named = self.payee != PayeeId::default();
        named.then_some(AdapterPart { payee: self.payee, weight_ppm: self.weight })
    }
}

/// How the passages were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrievalRecord {
    /// Root digest of the generation.
    pub generation: Digest,
    /// Digest of its unigram table.
    pub unigrams: Digest,
    /// Name of the search algorithm.
    pub algorithm: String,
    /// Its parameters, as text.
    pub parameters: BTreeMap<String, String>,
    /// The passages that were read, best first, and those passed over among them.
    pub passages: Vec<PassageRecord>,
}

/// A passage that was found. Its place in the list is its rank, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassageRecord {
    /// The contribution in which it stands.
    pub content_hash: ContentHash,
    /// The contribution's age, as it counts for ownership.
    pub age: Age,
    /// First code point of the passage in the contribution.
    #[serde(with = "decimal")]
    pub start: u64,
    /// First code point after it.
    #[serde(with = "decimal")]
    pub end: u64,
    /// How near to the question, in ppm. Recorded; never pays.
    #[serde(with = "decimal")]
    pub relevance: u32,
    /// How many sentences it has.
    #[serde(with = "decimal")]
    pub sentences: u32,
    /// Those of them that the contribution does not own, in order.
    pub unowned: Vec<UnownedSentence>,
    /// Whether it was read for the answer. Passages that say nothing new, or that would bring in
    /// more owners than an answer may have, are passed over.
    pub read: bool,
}

impl PassageRecord {
    /// Whether its contribution owns a sentence of it.
    pub fn owns(&self) -> bool {
        self.unowned.len() < self.sentences as usize
    }

    /// Who owns a sentence of it: its own contribution, and those it copies.
    pub fn owners(&self) -> impl Iterator<Item = ContentHash> + '_ {
        let copied = self.unowned.iter().filter_map(|sentence| sentence.owner);
        self.owns().then_some(self.content_hash).into_iter().chain(copied)
    }
}

/// A sentence of a passage for which its contribution cannot be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnownedSentence {
    /// First code point in the contribution.
    #[serde(with = "decimal")]
    pub start: u64,
    /// First code point after it.
    #[serde(with = "decimal")]
    pub end: u64,
    /// Why.
    pub reason: UnownedReason,
    /// The contribution that is paid in its place: for a copy its owner, else none.
    pub owner: Option<ContentHash>,
}

/// Why a contribution does not own a sentence of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnownedReason {
    /// An older contribution holds it, or a near-copy of it.
    Copy,
    /// More than [`Constants::boilerplate_owners`] unrelated contributions hold it.
    Boilerplate,
    /// Its owner was removed.
    Removed,
}

/// One owner's evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerRecord {
    /// The owner.
    pub content_hash: ContentHash,
    /// Its age, as it counts for ownership.
    pub age: Age,
    /// Who is paid for it.
    pub payees: Payees,
    /// v per unit, in ppm.
    #[serde(with = "decimal::list")]
    pub wording: Vec<u32>,
    /// e per unit, in ppm.
    #[serde(with = "decimal::list")]
    pub meaning: Vec<u32>,
    /// ℓ per unit, in ppm, where the generator scores.
    #[serde(with = "decimal::optional_list")]
    pub necessity: Option<Vec<u32>>,
    /// r per unit, in ppm.
    #[serde(with = "decimal::list")]
    pub support: Vec<u32>,
    /// Per unit, the older owner whose sentence this owner's followed closely, so that its evidence
    /// was struck ([`crate::attribution::derived`]); else none.
    pub behind: Vec<Option<ContentHash>>,
}

impl OwnerRecord {
    /// The evidence behind the support.
    pub fn evidence(&self) -> Evidence {
        Evidence {
            wording_ppm: self.wording.clone(),
            meaning_ppm: self.meaning.clone(),
            necessity_ppm: self.necessity.clone(),
        }
    }
}

/// Why the money went where it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributionRecord {
    /// The definition, [`crate::attribution::ALGORITHM`].
    pub algorithm: String,
    /// Which kinds of evidence were at hand.
    pub estimator: Estimator,
    /// The thresholds.
    pub constants: Constants,
    /// ω per unit, in ppm; Σ = 10⁶.
    #[serde(with = "decimal::list")]
    pub units: Vec<u32>,
    /// Ascending by content hash.
    pub owners: Vec<OwnerRecord>,
    /// Share per owner, in ppm.
    #[serde(with = "decimal::list")]
    pub shares: Vec<u32>,
    /// T = Σ shares, in ppm.
    #[serde(with = "decimal")]
    pub total: u32,
}

impl AttributionRecord {
    /// What each owner's part of the money is computed from, in order.
    pub fn owner_parts(&self) -> Vec<OwnerPart<'_>> {
        let rows = self.owners.iter().zip(&self.shares);
        rows.map(|(owner, share_ppm)| OwnerPart {
            content_hash: owner.content_hash,
            share_ppm: *share_ppm,
            payees: &owner.payees,
        })
        .collect()
    }
}

/// The tariff and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffRecord {
    /// [`Tariff::digest`].
    pub hash: Digest,
    /// The rates.
    pub rates: Tariff,
}

impl From<Tariff> for TariffRecord {
    fn from(rates: Tariff) -> Self {
        Self { hash: rates.digest(), rates }
    }
}
