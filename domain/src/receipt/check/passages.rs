//! Are those who are considered for pay those who own what was read, no more and no fewer?

use super::{Checked, fault};
use crate::id::ContentHash;
use crate::receipt::{OwnerRecord, PassageRecord, Receipt, UnownedReason, UnownedSentence};
use std::collections::{BTreeMap, BTreeSet};

/// Each passage is well formed, a copy is never older than its owner, and the owners of the
/// attribution are those of the sentences that were read.
pub(super) fn check_passages(receipt: &Receipt) -> Checked {
    let owners: BTreeMap<ContentHash, &OwnerRecord> =
        receipt.attribution.owners.iter().map(|owner| (owner.content_hash, owner)).collect();
    let mut read = BTreeSet::new();
    for (at, passage) in receipt.retrieval.passages.iter().enumerate() {
        let path = format!("receipt.retrieval.passages[{at}]");
        check_passage(&path, passage)?;
        check_ages(&path, passage, &owners)?;
        if passage.read {
            read.extend(passage.owners());
        }
    }
    if read.iter().ne(owners.keys()) {
        let path = "receipt.attribution.owners";
        return fault(path, "are not the owners of the sentences that were read");
    }
    Ok(())
}

fn check_passage(path: &str, passage: &PassageRecord) -> Checked {
    if passage.start >= passage.end {
        return fault(format!("{path}.end"), "the passage is empty");
    }
    if passage.unowned.len() as u64 > u64::from(passage.sentences) {
        return fault(format!("{path}.sentences"), "are fewer than those not owned");
    }
    let mut place = passage.start;
    for (at, sentence) in passage.unowned.iter().enumerate() {
        let path = format!("{path}.unowned[{at}]");
        let UnownedSentence { start, end, .. } = *sentence;
        if start < place || end <= start || passage.end < end {
            return fault(format!("{path}.start"), "is not in its passage, after those before");
        }
        place = end;
        let copied = sentence.reason == UnownedReason::Copy;
        if copied != sentence.owner.is_some() {
            return fault(format!("{path}.owner"), "is there for a copy, and only for a copy");
        }
    }
    Ok(())
}

fn check_ages(
    path: &str,
    passage: &PassageRecord,
    owners: &BTreeMap<ContentHash, &OwnerRecord>,
) -> Checked {
    // Registered twice, a text has two ages; only the older registration owns its sentences.
    let owner = owners.get(&passage.content_hash).filter(|_| passage.owns());
    if owner.is_some_and(|owner| owner.age != passage.age) {
        return fault(format!("{path}.age"), "differs from the age of the same owner");
    }
    let younger = passage.unowned.iter().position(|sentence| {
        let owner = sentence.owner.and_then(|owner| owners.get(&owner));
        owner.is_some_and(|owner| owner.age > passage.age)
    });
    match younger {
        Some(at) => fault(format!("{path}.unowned[{at}].owner"), "is younger than its copy"),
        None => Ok(()),
    }
}
