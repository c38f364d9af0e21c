//! What does a log of the registry say? Turns it into a domain event, parsed once and for all.

use super::address::from_chain;
use super::bindings::Registry;
use alloy::primitives::{B256, FixedBytes};
use alloy::rpc::types::Log;
use alloy::sol_types::SolEvent;
use footnote_domain::chain::{ChainEvent, RegistryEvent, RegistryKind, RegistryStatus};
use footnote_domain::id::{BlockHash, ContentHash, DatanetId, Digest, PayeeId};
use footnote_domain::payee::{PayeeShare, Payees};

/// The topics of the frozen events; the registry's additional events are not asked for.
pub(super) const TOPICS: [B256; 10] = [
    Registry::Created::SIGNATURE_HASH,
    Registry::VersionPublished::SIGNATURE_HASH,
    Registry::Committed::SIGNATURE_HASH,
    Registry::Contributed::SIGNATURE_HASH,
    Registry::Removed::SIGNATURE_HASH,
    Registry::StatusChanged::SIGNATURE_HASH,
    Registry::RolledBack::SIGNATURE_HASH,
    Registry::Redirected::SIGNATURE_HASH,
    Registry::EscrowAssigned::SIGNATURE_HASH,
    Registry::PayoutSet::SIGNATURE_HASH,
];

/// A mined log with its place.
///
/// # Errors
/// A sentence, when the log is not mined or breaks what the contract promises.
pub(super) fn chain_event(log: &Log) -> Result<ChainEvent, String> {
    let (Some(block_number), Some(block_hash), Some(log_index)) =
        (log.block_number, log.block_hash, log.log_index)
    else {
        return Err("a log that is in no block".into());
    };
    let at = |reason: String| format!("log {log_index} of block {block_number}: {reason}");
    let event = registry_event(log).map_err(at)?;
    Ok(ChainEvent { block_number, block_hash: BlockHash(block_hash.0), log_index, event })
}

fn registry_event(log: &Log) -> Result<RegistryEvent, String> {
    let topic = log.topic0().ok_or("it has no topic")?;
    Ok(match *topic {
        Registry::Created::SIGNATURE_HASH => created(&read(log)?)?,
        Registry::VersionPublished::SIGNATURE_HASH => version_published(read(log)?),
        Registry::Committed::SIGNATURE_HASH => committed(&read(log)?),
        Registry::Contributed::SIGNATURE_HASH => contributed(read(log)?)?,
        Registry::Removed::SIGNATURE_HASH => removed(&read(log)?),
        Registry::StatusChanged::SIGNATURE_HASH => status_changed(&read(log)?)?,
        Registry::RolledBack::SIGNATURE_HASH => rolled_back(&read(log)?),
        Registry::Redirected::SIGNATURE_HASH => redirected(&read(log)?),
        Registry::EscrowAssigned::SIGNATURE_HASH => escrow_assigned(&read(log)?),
        Registry::PayoutSet::SIGNATURE_HASH => payout_set(&read(log)?),
        other => return Err(format!("its topic {other} was not asked for")),
    })
}

fn read<E: SolEvent>(log: &Log) -> Result<E, String> {
    let broken = |error| format!("it is no {}: {error}", E::SIGNATURE);
    E::decode_log_data_validate(&log.inner.data).map_err(broken)
}

fn created(event: &Registry::Created) -> Result<RegistryEvent, String> {
    Ok(RegistryEvent::Created {
        id: DatanetId(event.id.0),
        kind: kind(event.kind)?,
        owner: from_chain(event.owner),
        slug: event.slug.clone(),
    })
}

fn version_published(event: Registry::VersionPublished) -> RegistryEvent {
    RegistryEvent::VersionPublished {
        id: DatanetId(event.id.0),
        version: u64::from(event.version),
        root: Digest(event.root.0),
        manifest_hash: Digest(event.manifestHash.0),
        licence_hash: Digest(event.licenceHash.0),
        uri: event.uri,
    }
}

fn committed(event: &Registry::Committed) -> RegistryEvent {
    RegistryEvent::Committed {
        commitment: Digest(event.commitment.0),
        sender: from_chain(event.sender),
    }
}

fn contributed(event: Registry::Contributed) -> Result<RegistryEvent, String> {
    let shares = event.payees.iter();
    let shares = shares.map(|payee| PayeeShare { payee: PayeeId(payee.payee.0), ppm: payee.ppm });
    let payees = Payees::parse(shares.collect())
        .map_err(|error| format!("the payees of {}: {error}", event.contentHash))?;
    let supersedes = Some(event.supersedes).filter(|hash| *hash != FixedBytes::ZERO);
    Ok(RegistryEvent::Contributed {
        id: DatanetId(event.id.0),
        content_hash: ContentHash(event.contentHash.0),
        sender: from_chain(event.sender),
        uri: event.uri,
        size: event.size,
        supersedes: supersedes.map(|hash| ContentHash(hash.0)),
        payees,
    })
}

fn removed(event: &Registry::Removed) -> RegistryEvent {
    RegistryEvent::Removed {
        id: DatanetId(event.id.0),
        content_hash: ContentHash(event.contentHash.0),
        reason_hash: Digest(event.reasonHash.0),
    }
}

fn status_changed(event: &Registry::StatusChanged) -> Result<RegistryEvent, String> {
    Ok(RegistryEvent::StatusChanged { id: DatanetId(event.id.0), status: status(event.status)? })
}

fn rolled_back(event: &Registry::RolledBack) -> RegistryEvent {
    RegistryEvent::RolledBack { id: DatanetId(event.id.0), version: u64::from(event.version) }
}

fn redirected(event: &Registry::Redirected) -> RegistryEvent {
    RegistryEvent::Redirected { id: DatanetId(event.id.0), to: DatanetId(event.to.0) }
}

fn escrow_assigned(event: &Registry::EscrowAssigned) -> RegistryEvent {
    RegistryEvent::EscrowAssigned {
        payee: PayeeId(event.payee.0),
        account: from_chain(event.account),
        valid_at: event.validAt,
    }
}

fn payout_set(event: &Registry::PayoutSet) -> RegistryEvent {
    RegistryEvent::PayoutSet {
        account: from_chain(event.account),
        to: from_chain(event.to),
        valid_at: event.validAt,
    }
}

/// The registry's kinds, in the contract's order.
const KINDS: [RegistryKind; 4] =
    [RegistryKind::Datanet, RegistryKind::Model, RegistryKind::Adapter, RegistryKind::Agent];

/// The registry's statuses, in the contract's order.
const STATUSES: [RegistryStatus; 3] =
    [RegistryStatus::Active, RegistryStatus::Frozen, RegistryStatus::Retracted];

pub(super) fn kind(number: u8) -> Result<RegistryKind, String> {
    let known = KINDS.get(usize::from(number)).copied();
    known.ok_or_else(|| format!("{number} is no kind of entry"))
}

pub(super) fn status(number: u8) -> Result<RegistryStatus, String> {
    let known = STATUSES.get(usize::from(number)).copied();
    known.ok_or_else(|| format!("{number} is no status of an entry"))
}

pub(super) fn kind_number(kind: RegistryKind) -> u8 {
    match kind {
        RegistryKind::Datanet => 0,
        RegistryKind::Model => 1,
        RegistryKind::Adapter => 2,
        RegistryKind::Agent => 3,
    }
}

pub(super) fn status_number(status: RegistryStatus) -> u8 {
    match status {
        RegistryStatus::Active => 0,
        RegistryStatus::Frozen => 1,
        RegistryStatus::Retracted => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{Address, LogData};

    fn contributed_log(ppm: u32) -> Log {
        let event = Registry::Contributed {
            id: B256::repeat_byte(1),
            contentHash: B256::repeat_byte(2),
            sender: Address::repeat_byte(3),
            uri: "blob:0x02".into(),
            size: 9,
            supersedes: B256::ZERO,
            payees: vec![Registry::Payee { payee: B256::repeat_byte(4), ppm }],
        };
        mined(event.encode_log_data())
    }

    fn mined(data: LogData) -> Log {
        Log {
            inner: alloy::primitives::Log { address: Address::ZERO, data },
            block_number: Some(5),
            block_hash: Some(B256::repeat_byte(6)),
            log_index: Some(7),
            ..Default::default()
        }
    }

    #[test]
    fn a_contribution_is_read_with_its_payees() {
        let event = chain_event(&contributed_log(1_000_000)).expect("well-formed");
        let RegistryEvent::Contributed { payees, supersedes, size, .. } = event.event else {
            panic!("{event:?}");
        };
        assert_eq!((payees.shares().len(), supersedes, size), (1, None, 9));
        assert_eq!((event.block_number, event.log_index), (5, 7));
    }

    #[test]
    fn what_the_contract_would_never_write_is_named_with_its_place() {
        let error = chain_event(&contributed_log(999_999)).expect_err("no whole");
        assert!(error.contains("log 7 of block 5") && error.contains("999999"), "{error}");
        let foreign = Registry::OpenSet { id: B256::ZERO, open: true };
        assert!(chain_event(&mined(foreign.encode_log_data())).is_err());
        let pending = Log { block_hash: None, ..contributed_log(1_000_000) };
        assert!(chain_event(&pending).is_err());
        let cut = LogData::new_unchecked(vec![Registry::Created::SIGNATURE_HASH], [].into());
        assert!(chain_event(&mined(cut)).is_err());
    }

    #[test]
    fn kinds_and_statuses_go_there_and_back() {
        for number in 0..4 {
            assert_eq!(kind(number).map(kind_number), Ok(number));
        }
        for number in 0..3 {
            assert_eq!(status(number).map(status_number), Ok(number));
        }
        assert!(kind(4).is_err() && status(3).is_err());
    }
}
