//! The canonical record of one paid answer: `footnote-receipt/1`.
//!
//! A receipt holds enough to recompute every share and every line alone, and no question, no
//! answer, no quote. Its hash is keccak-256 over RFC 8785 canonical JSON; integers are decimal
//! strings. [`check`] is the offline verifier's heart; signatures are checked where a curve is at
//! hand.

mod check;
mod envelope;
mod explain;
mod record;
mod resettle;
mod unnumbered;

pub use check::{Fault, check, check_content};
pub use envelope::Envelope;
pub use explain::{EvidenceKind, Explanation, Standing, SupportedSentence};
pub use record::{
    AdapterUse, AttributionRecord, Funding, Model, OwnerRecord, PassageRecord, RetrievalRecord,
    TariffRecord, UnownedReason, UnownedSentence,
};
pub use unnumbered::Unnumbered;

use crate::citation::Citation;
use crate::decimal;
use crate::id::{Address, Digest, TransferId};
use crate::money::{FeePolicy, Line, Nano, Usage};
use serde::{Deserialize, Serialize};

/// The name of the format.
pub const VERSION: &str = "footnote-receipt/1";

/// RFC 8785 canonical JSON of a value.
///
/// # Panics
/// When the value cannot be JSON (a map with other keys than strings, a NaN): the caller's bug.
pub fn canonical_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("the types of a receipt are JSON")
}

/// Everything that is known of a paid answer before the ledger gives it a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Salted pseudonym of the payer, new in every epoch.
    pub payer: Digest,
    /// Which purse paid.
    pub funding: Funding,
    /// Salted hash of the request.
    pub request_hash: Digest,
    /// Salted hash of the answer.
    pub answer_hash: Digest,
    /// Name of the backend.
    pub backend: String,
    /// The model.
    pub model: Model,
    /// Adapters that answered.
    pub adapters: Vec<AdapterUse>,
    /// How the passages were found.
    pub retrieval: RetrievalRecord,
    /// Who is owed what, and why.
    pub attribution: AttributionRecord,
    /// What was cited.
    pub citations: Vec<Citation>,
    /// What was used.
    pub usage: Usage,
    /// What it costs.
    pub tariff: TariffRecord,
    /// What was reserved.
    pub held: Nano,
    /// tariff(usage).
    pub gross: Nano,
    /// What was taken.
    pub charged: Nano,
    /// gross − charged, under the refund rule.
    pub refunded: Nano,
    /// The fee policy.
    pub policy: FeePolicy,
    /// Where the money went.
    pub lines: Vec<Line>,
    /// The reservation.
    pub hold_id: TransferId,
    /// Seconds since 1970.
    pub time: u64,
}

/// What the ledger adds, inside its own transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// The chain on which it settles.
    pub chain_id: u64,
    /// The settlement contract.
    pub settlement: Address,
    /// Number, from 1, without a gap.
    pub sequence: u64,
    /// The epoch that will carry it.
    pub epoch: u64,
    /// Hash of the receipt before; zero for the first.
    pub previous: Digest,
    /// The movement that took the money.
    pub capture_id: TransferId,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// [`VERSION`].
    pub version: String,
    /// The chain on which it settles.
    #[serde(with = "decimal")]
    pub chain_id: u64,
    /// The settlement contract.
    pub settlement: Address,
    /// Number, from 1, without a gap.
    #[serde(with = "decimal")]
    pub sequence: u64,
    /// The epoch that carries it.
    #[serde(with = "decimal")]
    pub epoch: u64,
    /// Hash of the receipt before; zero for the first.
    pub previous: Digest,
    /// Salted pseudonym of the payer, new in every epoch.
    pub payer: Digest,
    /// Which purse paid.
    pub funding: Funding,
    /// Salted hash of the request.
    pub request_hash: Digest,
    /// Salted hash of the answer.
    pub answer_hash: Digest,
    /// Name of the backend.
    pub backend: String,
    /// The model.
    pub model: Model,
    /// Adapters that answered.
    pub adapters: Vec<AdapterUse>,
    /// How the passages were found.
    pub retrieval: RetrievalRecord,
    /// Who is owed what, and why.
    pub attribution: AttributionRecord,
    /// What was cited.
    pub citations: Vec<Citation>,
    /// What was used.
    pub usage: Usage,
    /// What it costs.
    pub tariff: TariffRecord,
    /// What was reserved.
    pub held: Nano,
    /// tariff(usage).
    pub gross: Nano,
    /// What was taken.
    pub charged: Nano,
    /// gross − charged, under the refund rule.
    pub refunded: Nano,
    /// The fee policy.
    pub policy: FeePolicy,
    /// Where the money went; Σ = charged.
    pub lines: Vec<Line>,
    /// The reservation.
    pub hold_id: TransferId,
    /// The movement that took the money.
    pub capture_id: TransferId,
    /// Seconds since 1970.
    #[serde(with = "decimal")]
    pub time: u64,
}

impl Receipt {
    /// The numbered receipt of a draft.
    pub fn seal(draft: Draft, seal: Seal) -> Self {
        Self {
            version: VERSION.to_owned(),
            chain_id: seal.chain_id,
            settlement: seal.settlement,
            sequence: seal.sequence,
            epoch: seal.epoch,
            previous: seal.previous,
            payer: draft.payer,
            funding: draft.funding,
            request_hash: draft.request_hash,
            answer_hash: draft.answer_hash,
            backend: draft.backend,
            model: draft.model,
            adapters: draft.adapters,
            retrieval: draft.retrieval,
            attribution: draft.attribution,
            citations: draft.citations,
            usage: draft.usage,
            tariff: draft.tariff,
            held: draft.held,
            gross: draft.gross,
            charged: draft.charged,
            refunded: draft.refunded,
            policy: draft.policy,
            lines: draft.lines,
            hold_id: draft.hold_id,
            capture_id: seal.capture_id,
            time: draft.time,
        }
    }

    /// keccak-256 of the canonical JSON.
    pub fn hash(&self) -> Digest {
        Digest::of(&[&canonical_bytes(self)])
    }
}
