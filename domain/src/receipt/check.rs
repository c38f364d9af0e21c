//! Does a receipt add up? Recomputes support, shares, prices, splits and lines from the receipt
//! alone and names the first field that is not what it should be.

mod attribution;
mod passages;
#[cfg(test)]
mod tests;

use super::{Envelope, Receipt, VERSION};
use crate::id::{ContentHash, Digest};
use crate::payee::WHOLE_PPM;
use attribution::check_attribution;
use passages::check_passages;
use std::collections::{BTreeMap, BTreeSet};

/// The first field that does not recompute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}`: {reason}")]
pub struct Fault {
    /// Dotted path of the field.
    pub field: String,
    /// What it should have been.
    pub reason: String,
}

type Checked = Result<(), Fault>;

fn fault(field: impl Into<String>, reason: impl Into<String>) -> Checked {
    Err(Fault { field: field.into(), reason: reason.into() })
}

fn same<T: PartialEq + std::fmt::Debug>(field: &str, found: &T, wanted: &T) -> Checked {
    if found == wanted {
        return Ok(());
    }
    fault(field, format!("is {found:?}, but recomputes to {wanted:?}"))
}

/// Checks everything but the signature and the chain to other receipts.
pub fn check(envelope: &Envelope) -> Result<(), Fault> {
    check_content(&envelope.receipt)?;
    // Last: a changed number is named by itself where it can be, and by the hash where it cannot.
    same("hash", &envelope.hash, &envelope.receipt.hash())
}

/// As [`check`], for a receipt that has no envelope yet: all that it says of itself.
pub fn check_content(receipt: &Receipt) -> Result<(), Fault> {
    same("receipt.version", &receipt.version.as_str(), &VERSION)?;
    check_numbers(receipt)?;
    check_attribution(&receipt.attribution)?;
    check_passages(receipt)?;
    check_citations(receipt)?;
    check_adapters(receipt)?;
    check_price(receipt)?;
    check_lines(receipt)
}

fn check_numbers(receipt: &Receipt) -> Checked {
    if receipt.sequence == 0 || receipt.epoch == 0 {
        return fault("receipt.sequence", "sequence and epoch count from 1");
    }
    if (receipt.sequence == 1) != (receipt.previous == Digest::default()) {
        return fault("receipt.previous", "is zero for the first receipt, and only for it");
    }
    Ok(())
}

/// A citation supports its sentence; a source that earns is cited; one number per contribution.
fn check_citations(receipt: &Receipt) -> Checked {
    let record = &receipt.attribution;
    let mut numbers: BTreeMap<u32, ContentHash> = BTreeMap::new();
    let mut cited: BTreeSet<ContentHash> = BTreeSet::new();
    for (at, citation) in receipt.citations.iter().enumerate() {
        let path = |part: &str| format!("receipt.citations[{at}].{part}");
        if citation.start >= citation.end {
            return fault(path("end"), "the quote is empty");
        }
        let owner = record.owners.iter().find(|o| o.content_hash == citation.content_hash);
        let support = owner.and_then(|o| o.support.get(citation.sentence as usize));
        if support.is_none_or(|support| *support == 0) {
            return fault(path("sentence"), "is not supported by the cited contribution");
        }
        cited.insert(citation.content_hash);
        let named = numbers.entry(citation.n).or_insert(citation.content_hash);
        same(&path("n"), named, &citation.content_hash)?;
    }
    let consecutive = numbers.keys().copied().eq(1..=numbers.len() as u32);
    if !consecutive || numbers.len() != cited.len() {
        return fault("receipt.citations", "numbers are not 1, 2, … with one per contribution");
    }
    let unpaid = |at: usize| record.shares[at] == 0;
    let missing = (0..record.owners.len())
        .find(|at| !unpaid(*at) && !cited.contains(&record.owners[*at].content_hash));
    match missing {
        Some(at) => fault("receipt.citations", format!("owner {at} earns but is not cited")),
        None => Ok(()),
    }
}

/// Each adapter once, in order, and together they did all of it.
fn check_adapters(receipt: &Receipt) -> Checked {
    let adapters = &receipt.adapters;
    if !adapters.is_sorted_by(|one, next| one.digest < next.digest) {
        return fault("receipt.adapters", "do not ascend by digest");
    }
    let weights: u64 = adapters.iter().map(|adapter| u64::from(adapter.weight)).sum();
    if !adapters.is_empty() && weights != u64::from(WHOLE_PPM) {
        return fault("receipt.adapters", "their weights are no whole");
    }
    Ok(())
}

fn check_price(receipt: &Receipt) -> Checked {
    same("receipt.tariff.hash", &receipt.tariff.hash, &receipt.tariff.rates.digest())?;
    let Ok(gross) = receipt.tariff.rates.price(receipt.usage) else {
        return fault("receipt.usage", "costs more than an amount can hold");
    };
    same("receipt.gross", &receipt.gross, &gross)?;
    if receipt.held < receipt.gross {
        return fault("receipt.held", "is less than the gross price");
    }
    receipt.policy.check().or_else(|error| fault("receipt.policy.bps", error.to_string()))
}

fn check_lines(receipt: &Receipt) -> Checked {
    let Ok(wanted) = receipt.settlement_again() else {
        return fault("receipt.gross", "cannot be divided");
    };
    same("receipt.charged", &receipt.charged, &wanted.charged)?;
    same("receipt.refunded", &receipt.refunded, &wanted.refunded)?;
    same("receipt.lines", &receipt.lines, &wanted.lines)
}
