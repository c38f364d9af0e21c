//! How many texts go into one transaction? As many as fit both a share of the block's gas and the
//! bytes that nodes accept, in the order given, since order on chain is what makes a text older.

use super::bindings::Registry;
use super::consent::Signature;
use alloy::primitives::{B256, Bytes};
use footnote_domain::id::{Address, ContentHash, Digest, PayeeId};
use footnote_domain::payee::Payees;

/// Longest uri that the registry takes, in bytes.
const LONGEST_URI: usize = 2_048;

/// Nodes refuse transactions of 128 KiB; this leaves room for the envelope.
const MOST_BYTES: u64 = 100_000;

/// Below the 2²⁴ gas that the protocol will allow one transaction.
const MOST_GAS: u64 = 15_000_000;

/// What any transaction costs.
const BASE_GAS: u64 = 21_000;

/// The floor that the protocol charges per byte sent, were none of them zero.
const FLOOR_GAS_PER_BYTE: u64 = 40;

/// A text to contribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContributionItem {
    /// Hash of its bytes.
    pub content_hash: ContentHash,
    /// Where it lies, with its description (see `footnote_domain::source_uri`).
    pub uri: String,
    /// Bytes.
    pub size: u64,
    /// The live text that it replaces.
    pub supersedes: Option<ContentHash>,
    /// Who is paid.
    pub payees: Payees,
}

/// A text whose payees include others than its sender, with their consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consented {
    /// The text.
    pub item: ContributionItem,
    /// One signature of each payee that is an address and not the sender, in the payees' order.
    pub signatures: Vec<Signature>,
}

/// What became of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the registry now.
    Registered {
        /// The transaction that carried it.
        transaction: Digest,
        /// The block that holds it.
        block: u64,
    },
    /// It was in the Datanet already (or twice in one call); nothing was done.
    AlreadyThere,
    /// It breaks a rule; nothing was done.
    Refused {
        /// Which, for people.
        reason: String,
    },
}

impl ContributionItem {
    /// The rule that this item breaks by itself, so that sending it would be in vain.
    pub(super) fn fault(&self) -> Option<String> {
        if self.content_hash == ContentHash::default() || self.size == 0 {
            return Some("a text needs a content hash and at least one byte".into());
        }
        (self.uri.len() > LONGEST_URI)
            .then(|| format!("its uri has {} bytes, over {LONGEST_URI}", self.uri.len()))
    }

    /// The payees that must consent when `sender` contributes, in order.
    pub(super) fn strangers(&self, sender: Address) -> impl Iterator<Item = PayeeId> {
        let shares = self.payees.shares().iter().map(|share| share.payee);
        shares.filter(move |payee| payee.address().is_some_and(|account| account != sender))
    }

    pub(super) fn for_contract(&self) -> Registry::Item {
        let payees = self.payees.shares().iter();
        Registry::Item {
            contentHash: self.content_hash.0.into(),
            uri: self.uri.clone(),
            size: self.size,
            supersedes: self.supersedes.map_or(B256::ZERO, |hash| hash.0.into()),
            payees: payees
                .map(|share| Registry::Payee { payee: share.payee.0.into(), ppm: share.ppm })
                .collect(),
            salt: B256::ZERO,
        }
    }
}

pub(super) fn signature_bytes(signatures: &[Signature]) -> Vec<Bytes> {
    signatures.iter().map(|signature| Bytes::copy_from_slice(signature)).collect()
}

/// What one text takes of a transaction, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) bytes: u64,
    pub(super) gas: u64,
}

impl Cost {
    /// Bounds a text from above: its words in the call and in the event, one new storage slot, one
    /// cleared when it replaces another, the checks of each payee and each signature (the latter
    /// with room for contract wallets).
    pub(super) fn of(item: &ContributionItem, signatures: usize) -> Self {
        let payees = item.payees.shares().len() as u64;
        let uri = item.uri.len().next_multiple_of(32) as u64;
        let event = 32 * (5 + 2 * payees) + uri;
        let bytes = 32 * (9 + 2 * payees) + uri + 160 * signatures as u64 + 64;
        let replaced = if item.supersedes.is_some() { 10_000 } else { 0 };
        let checks = 1_500 * payees + 60_000 * signatures as u64;
        Self { bytes, gas: 36_000 + 16 * bytes + 8 * event + replaced + checks }
    }
}

/// What one transaction may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    bytes: u64,
    gas: u64,
}

impl Limits {
    /// Half a block at most, so that two fit and others find room.
    pub(super) fn of_block(gas_limit: u64) -> Self {
        Self { bytes: MOST_BYTES, gas: MOST_GAS.min(gas_limit / 2) }
    }
}

/// The gas limit of a transaction that carries these texts.
pub(super) fn gas_limit(costs: impl Iterator<Item = Cost>) -> u64 {
    let sum = costs.fold(Cost { bytes: 164, gas: 5_000 }, |sum, cost| Cost {
        bytes: sum.bytes + cost.bytes,
        gas: sum.gas + cost.gas,
    });
    BASE_GAS + sum.gas.max(FLOOR_GAS_PER_BYTE * sum.bytes)
}

/// Cuts texts, in order, into transactions. A text that alone exceeds the limits goes alone.
pub(super) fn plan(costs: &[(usize, Cost)], limits: Limits) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut carried: Vec<Cost> = Vec::new();
    for (index, cost) in costs {
        carried.push(*cost);
        let bytes: u64 = carried.iter().map(|cost| cost.bytes).sum();
        let fits = bytes <= limits.bytes && gas_limit(carried.iter().copied()) <= limits.gas;
        match batches.last_mut() {
            Some(batch) if fits => batch.push(*index),
            _ => {
                batches.push(vec![*index]);
                carried = vec![*cost];
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::sol_types::SolCall;
    use proptest::prelude::*;

    fn item(payees: u8, uri: usize) -> ContributionItem {
        ContributionItem {
            content_hash: ContentHash([1; 32]),
            uri: "u".repeat(uri),
            size: 1,
            supersedes: None,
            payees: Payees::equal((1..=payees).map(|n| PayeeId([n; 32])).collect())
                .expect("1 to 128"),
        }
    }

    #[test]
    fn what_cannot_be_registered_is_found_before_it_is_sent() {
        assert_eq!(item(1, 10).fault(), None);
        assert!(item(1, LONGEST_URI + 1).fault().is_some());
        assert!(ContributionItem { size: 0, ..item(1, 1) }.fault().is_some());
        assert!(
            ContributionItem { content_hash: ContentHash::default(), ..item(1, 1) }
                .fault()
                .is_some()
        );
    }

    #[test]
    fn strangers_are_addresses_other_than_the_sender() {
        let address = |n| PayeeId::from_address(Address([n; 20]));
        let payees = Payees::equal(vec![address(1), address(2), PayeeId([9; 32])]).expect("three");
        let item = ContributionItem { payees, ..item(1, 1) };
        assert_eq!(item.strangers(Address([1; 20])).collect::<Vec<_>>(), [address(2)]);
    }

    #[test]
    fn the_calls_bytes_are_bounded() {
        for (payees, uri, count) in [(1, 0, 1), (128, 2_048, 3), (2, 301, 40)] {
            let item = item(payees, uri);
            let call = Registry::contributeForCall {
                id: B256::ZERO,
                items: vec![item.for_contract(); count],
                signatures: vec![signature_bytes(&[[7; 65]; 2]); count],
                deadline: alloy::primitives::U256::ZERO,
            };
            let bound = 164 + count as u64 * Cost::of(&item, 2).bytes;
            let real = call.abi_encode().len() as u64;
            assert!(real <= bound + 32 && bound < real + 100 * count as u64, "{real} {bound}");
        }
    }

    proptest! {
        #[test]
        fn every_text_goes_once_in_order_and_within_the_limits(
            sizes in prop::collection::vec((100u64..60_000, 30_000u64..9_000_000), 0..60),
        ) {
            let costs: Vec<(usize, Cost)> =
                sizes.iter().map(|(bytes, gas)| Cost { bytes: *bytes, gas: *gas }).enumerate().collect();
            let batches = plan(&costs, Limits::of_block(30_000_000));
            let order: Vec<usize> = batches.iter().flatten().copied().collect();
            prop_assert_eq!(order, (0..sizes.len()).collect::<Vec<_>>());
            for batch in batches.iter().filter(|batch| batch.len() > 1) {
                let bytes: u64 = batch.iter().map(|at| costs[*at].1.bytes).sum();
                prop_assert!(bytes <= MOST_BYTES);
                prop_assert!(gas_limit(batch.iter().map(|at| costs[*at].1)) <= MOST_GAS);
            }
        }
    }
}
